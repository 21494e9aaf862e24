/** How events of a program become stored events and events again: the types that users see, and what stands behind them. */
import type { Type } from "io-ts";
import type { Options } from "../core/options.js";

/** Events by their types. */
export type EventMap = Readonly<Record<string, unknown>>;

/** The names of the types. */
export type TypeName<M> = keyof M & string;

/** The properties that all events of a union have, with texts that tell them apart. */
export type TagKey<E> = keyof {
  readonly [K in keyof E as string extends E[K] ? never : E[K] extends string ? K : never]: true;
};

/** The events of a union that may have this text there. */
export type WithTag<E, K extends keyof E, T> = E extends unknown ? (T extends E[K] ? E : never) : never;

/** A union as a map, by its tag, whatever property that is. */
export type ByTag<E, K extends keyof E> = { readonly [T in E[K] & string]: WithTag<E, K, T> };

/** From the JSON of one version of an event to that of the next one. The codec reads the last. */
export type Upcast = (json: unknown) => unknown;

/** Whose data an event has, and what its personal fields read as once that is forgotten. */
export interface Personal<E> {
  /** Names the person or account, in at most 512 UTF-8 bytes. It is stored in the clear: an id, not an address. */
  readonly subject: (event: E) => string;
  /** The personal fields, with the values that stand in their place when the subject is forgotten. */
  readonly forgotten: Partial<E>;
}

export interface CodecOptions<M extends EventMap>
  extends Options<{
    /** What leads from earlier versions of an event to that of the codec. With n steps, what is written has version n + 1. Default: none. */
    upcasts: { readonly [T in keyof M & string]?: ReadonlyArray<Upcast> | undefined };
    /** By which name an earlier program stored a type. Default: none. */
    renamed: Readonly<Record<string, keyof M & string>>;
    /** Which fields are encrypted by a key of their subject. Default: none. */
    personal: { readonly [T in keyof M & string]?: Personal<M[T]> | undefined };
    /** The names of the types, where the codec does not tell them: where the tag is no literal of io-ts. Default: those of the codec. */
    types: ReadonlyArray<keyof M & string>;
    /** The largest encoded event. Bytes, default 1 MiB; less than 8 MiB. */
    eventBytesMax: number;
  }> {}

/** What is known of the events of one type. */
export interface EventKind {
  /** The name by which they are stored from now on. */
  readonly type: string;
  /** By which property they are told apart; undefined where they bear no tag. */
  readonly tag: string | undefined;
  readonly codec: Type<unknown, unknown>;
  readonly upcasts: ReadonlyArray<Upcast>;
  readonly personal: Personal<unknown> | undefined;
  readonly eventBytesMax: number;
}

/** What a codec does, for the log. */
export interface Coding {
  /** By the names under which they may be stored, earlier ones included. */
  readonly kinds: ReadonlyMap<string, EventKind>;
  /** The properties that are tags of some of them. */
  readonly tags: ReadonlyArray<string>;
}

declare const events: unique symbol;

/**
 * Reads and writes events of these types. A stored event is ours, not ours (of none of these types: passed over), or malformed (told,
 * never lost). Made by `eventCodec`, `eventType` and `eventCodecs`.
 */
export interface EventCodec<M extends EventMap> {
  readonly types: ReadonlySet<string>;
  /** The events stand in its type alone. */
  readonly [events]: M;
  /** @internal */
  readonly coding: Coding;
}

/** The events of a codec, by their types. */
export type MapOf<C> = C extends EventCodec<infer M> ? M : never;

/** The union of a codec's events. */
export type EventOf<C> = C extends EventCodec<infer M> ? M[TypeName<M>] : never;

/** The maps of several codecs as one. */
export type MapsOf<C> = C extends readonly [EventCodec<infer M>, ...infer Rest]
  ? M & MapsOf<Rest>
  : Record<never, never>;

/** One codec of several. */
export type Joined<C> = MapsOf<C> extends infer M ? EventCodec<{ readonly [K in keyof M & string]: M[K] }> : never;
