/** The public face of the log. */
import type { Observable } from "rxjs";
import type { Effect } from "../core/Effect.js";
import type { EventId } from "../core/EventId.js";
import type { Options } from "../core/options.js";
import type { Position } from "../core/Position.js";
import type {
  ArchiveFailed,
  ChangeError,
  DecodeRefused,
  LogTrimmed,
  LogWentBack,
  ReadError,
  StreamClosed,
  VersionConflict,
  WriteError,
} from "../core/SluiceError.js";
import type { Work } from "../core/Work.js";
import type { Write } from "../core/Write.js";
import type { EventStore } from "../port/Store.js";
import type { EventCodec, EventMap, TypeName } from "./EventCodec.js";
import type { EventMeta } from "./meta.js";
import type { MalformedEvent, Recorded } from "./recorded.js";

/**
 * What a stream must be for an append: whatever it is, without an event so far, with one, or at this version (and, where `lastId` is
 * given, with this event as its last one). What an append or `head` has answered fits here.
 */
export type Expected =
  | "any"
  | "absent"
  | "present"
  | { readonly version: number; readonly lastId?: EventId | undefined };

/** What an append has done. It fits as `expected` of the next one. */
export interface Appended {
  /** Of the stream, behind these events. */
  readonly version: number;
  /** The id of the last event; undefined where there is none, or it is not known. */
  readonly lastId: EventId | undefined;
  /** The position of the last event; undefined where there is none, or it is not known. */
  readonly position: Position | undefined;
}

/** What a stream is like. Version 0: it never had an event. `lastId` and `position` are undefined where its last event is given up. */
export interface StreamHead extends Appended {
  /** Events up to this version are given up. */
  readonly prunedTo: number;
  readonly closed: boolean;
}

export type CloseOptions = Options<{
  /** What the stream must be, else `VersionConflict`. Default "any". */
  expected: Expected;
}>;

export interface AppendOptions
  extends CloseOptions,
    Options<{
      /** Where the events come from. Default: nothing is said. */
      meta: EventMeta;
    }> {}

export type ReadOptions = Options<{
  /** Begins behind this version; backwards it ends there. Default 0, the beginning. */
  after: number;
  /**
   * Ends with this version, or before the first event that was appended after this time. Backwards it begins there, or with the last event
   * that was appended at or before this time, which is another one where the store's clock was set back. Default: the last event.
   */
  upTo: number | Date;
  /** So many events at most. Default: no limit. */
  limit: number;
  /** From the last to the first. Default false. */
  backwards: boolean;
}>;

export interface PruneOptions {
  /** The last version that is given up. */
  readonly upTo: number;
}

export interface ArchiveOptions<E> extends PruneOptions {
  /** Takes a page: an Observable (an Effect is one), an awaitable, a Task or a TaskEither. Called once a page, one after the other. */
  readonly to: (page: ReadonlyArray<Recorded<E>>) => Work;
}

export interface TrimOptions {
  /** The position of the last event that is given up. */
  readonly upTo: Position;
}

export type FollowOptions = Options<{
  /** Begins behind this version. Default 0, the beginning. */
  after: number;
}>;

export interface FeedOptions<K extends string>
  extends Options<{
    /** Begins behind this position, or with what is appended from now on. Default: the beginning. */
    after: Position | "end";
    /** Only events of these types. Default: all of the codec's. */
    types: ReadonlyArray<K>;
    /** Only events of streams of these categories: the stream's name up to its first "/". Default: all. */
    categories: ReadonlyArray<string>;
    /** The most events of a page, 1 to 1,000; default 500. A page has 4 MiB at most. */
    pageSizeMax: number;
  }> {}

export interface FeedPageOptions<K extends string>
  extends FeedOptions<K>,
    Options<{
      /** How long to wait at the end of the log for an append, whatever that adds. Milliseconds, default 0, at most 10 minutes. */
      waitMsMax: number;
    }> {}

/**
 * `Passed`: everything up to there was looked at. `CaughtUp`: and there was no more; told again whenever that is so anew. Their position
 * is undefined at the end of a log without events.
 */
export type FeedItem<E> =
  | Recorded<E>
  | MalformedEvent
  | { readonly _tag: "Passed" | "CaughtUp"; readonly position: Position | undefined };

export interface FeedPage<E> {
  readonly items: ReadonlyArray<Recorded<E> | MalformedEvent>;
  /** The `after` of the next page. */
  readonly next: Position | undefined;
  /** Whether there was no more at that moment. */
  readonly caughtUp: boolean;
}

/** What an append may fail with. */
export type AppendError = WriteError | VersionConflict | StreamClosed;

/** What reading the feed may fail with. */
export type FeedError = ReadError | LogWentBack | LogTrimmed;

/**
 * The log of all events of a store, in streams. Made by `eventLog(store, codec)`; cheap, without connection or timer of its own. A
 * stream's name is any text of 1 to 512 UTF-8 bytes; what stands before its first "/" is its category.
 */
export interface EventLog<M extends EventMap> {
  readonly codec: EventCodec<M>;
  readonly store: EventStore;
  /**
   * Adds events to a stream, all or none; joins others by `atomically` and `followUp` (several streams: `atomically([append, append])`).
   * Their ids are made by the store when the write is planned. At most 1,000 events; without any it is a check of `expected` alone.
   */
  readonly append: (
    stream: string,
    events: ReadonlyArray<M[TypeName<M>]>,
    options?: AppendOptions,
  ) => Write<Appended, AppendError>;
  /** What the stream is like. */
  readonly head: (stream: string) => Effect<StreamHead, ReadError>;
  /**
   * A stream's events up to where it ends at the first page's moment; then it completes. Events that were given up are passed over.
   * Each page (1,000 events and 4 MiB at most) is asked for when the one before was emitted; no more is held. Errors:
   * `DecodeRefused` at a malformed event, and as any call.
   */
  readonly read: (stream: string, options?: ReadOptions) => Observable<Recorded<M[TypeName<M>]>>;
  /**
   * The same, and then what is appended, with no hole and no double. An outage is ridden out. Completes when the store closes. Errors:
   * `DecodeRefused` at a malformed event; `LogWentBack`, also where the stream never had the version that it begins behind.
   */
  readonly follow: (stream: string, options?: FollowOptions) => Observable<Recorded<M[TypeName<M>]>>;
  /**
   * The events of all streams in the order of positions, history, then live. It reads on at its own pace, since RxJS knows no demand, so
   * it is for what keeps up: else ask for pages by `feedPage`. Holds two pages. What is malformed is an item, and not the end. An outage is
   * ridden out. Completes when the store closes. Errors: `LogWentBack`, `LogTrimmed`.
   *
   * ```text
   * ab---------c-----
   *
   * > log.feed(), from 4 ms on
   *
   * ----(abx)--(cx)--
   * x := CaughtUp
   * ```
   */
  readonly feed: <K extends TypeName<M> = TypeName<M>>(options?: FeedOptions<K>) => Observable<FeedItem<M[K]>>;
  /** One page of it, at your pace. */
  readonly feedPage: <K extends TypeName<M> = TypeName<M>>(
    options?: FeedPageOptions<K>,
  ) => Effect<FeedPage<M[K]>, FeedError>;
  /** The stream takes no more events, from this version on. */
  readonly close: (stream: string, options?: CloseOptions) => Write<Appended, AppendError>;
  /** A closed stream takes events again; versions go on. */
  readonly reopen: (stream: string) => Effect<void, ChangeError>;
  /**
   * Gives up the stream's events up to this version, for good. States cannot be made from its start any more, so only behind a snapshot.
   * Versions go on. Events of other codecs in the stream go too.
   */
  readonly prune: (stream: string, options: PruneOptions) => Effect<StreamHead, ChangeError>;
  /**
   * Hands the stream's events up to a version to `to`, 500 at a time and in order, and gives a page up when `to` is done with it. Where that
   * fails the rest stays, and so does its page: run it again, and `to` gets that page again. Errors: `ArchiveFailed`;
   * `DecodeRefused` at a malformed event, and at one that is not ours: it would be given up, and handed to nobody.
   */
  readonly archive: (
    stream: string,
    options: ArchiveOptions<M[TypeName<M>]>,
  ) => Effect<StreamHead, ChangeError | DecodeRefused | ArchiveFailed>;
  /**
   * Gives up the events of all streams up to this position, the event there included. Answers up to where events are given up now:
   * `after` for a feed of what is left; undefined where none ever was. A position that the log does not have gives up nothing.
   */
  readonly trim: (options: TrimOptions) => Effect<Position | undefined, ChangeError>;
  /**
   * Removes the key of this subject, for good: its personal fields read as their `forgotten` values from then on, in every stream. Emits
   * whether there was a key. See the guide for what this cannot reach.
   */
  readonly forget: (subject: string) => Write<boolean, WriteError>;
}
