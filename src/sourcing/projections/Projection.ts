/** The public face of projections and read models. */
import type { Type } from "io-ts";
import type { Observable, ObservableInput } from "rxjs";
import type { Effect } from "../../core/Effect.js";
import type { Options } from "../../core/options.js";
import type { Position } from "../../core/Position.js";
import type { DecodeRefused, LogWentBack, ReadError, WaitTimedOut, WriteError } from "../../core/SluiceError.js";
import type { EventCodec, EventMap, TypeName } from "../../log/EventCodec.js";
import type { MalformedEvent, Recorded } from "../../log/recorded.js";
import type { RecordReads } from "../../records/Records.js";
import type { Indexes, Places } from "../../records/RecordsDefinition.js";

/**
 * One function for each type of event that matters; events of other types are not even read. Each answers what is from that event on,
 * by what was before. It changes neither of its arguments, and may be called more than once for an event.
 */
export type Evolve<S, M extends EventMap, T> = {
  readonly [K in TypeName<M>]?: ((state: S, recorded: Recorded<M[K]>) => T) | undefined;
};

/** What reads the log under a name of its own. */
export interface ProjectedEvents<M extends EventMap>
  extends Options<{
    /** Only events of streams of these categories: the stream's name up to its first "/". Default: all. */
    categories: ReadonlyArray<string>;
    /**
     * Begins behind this position, where the log was trimmed up to there, with an `initial` that has what was before. Default: the
     * beginning of the log.
     */
    after: Position;
  }> {
  /** 1 to 100 letters, digits and `_ . : @ / -`. */
  readonly name: string;
  /**
   * 1 to 99,999,999. Each version is kept by itself: programs of the old one read on while the next one is built. A program whose
   * functions, codecs or indexes have changed has another version.
   */
  readonly version: number;
  readonly codec: EventCodec<M>;
}

/** One state, made of events. */
export interface ProjectionDefinition<S, M extends EventMap> extends ProjectedEvents<M> {
  /** The state before the first event. */
  readonly initial: NoInfer<S>;
  /** How the state is stored. Encoded it has less than 8 MiB. */
  readonly state: Type<S, unknown>;
  readonly evolve: Evolve<NoInfer<S>, M, NoInfer<S>>;
}

/** Many records, made of events: each event changes the one that it names. */
export interface ReadModelDefinition<A, W extends Places, M extends EventMap>
  extends ProjectedEvents<M>,
    Options<{
      /** Ordered views of the records, 19 at most. Default: none. */
      indexes: Indexes<A, W>;
    }> {
  /** How a record is stored. Encoded it has less than 8 MiB. */
  readonly record: Type<A, unknown>;
  /** Which record an event changes, a text of at most 512 UTF-8 bytes; undefined: none. */
  readonly id: (recorded: Recorded<M[TypeName<M>]>) => string | undefined;
  /** What the record is from that event on. Undefined: there is none, before or from then on. */
  readonly evolve: Evolve<NoInfer<A> | undefined, M, NoInfer<A> | undefined>;
}

/** A state, and the events that are in it. */
export interface Projected<out S> {
  readonly state: S;
  /** Every event up to there is in it. Where there is none yet that is `after` of the definition, or undefined. */
  readonly position: Position | undefined;
  /** Whether the log had no more at that moment. */
  readonly caughtUp: boolean;
}

/**
 * `Advanced`: so much is stored, with that many events more of the types that matter. `Failed`: nothing passes this event; it is tried
 * again after a while. It is undefined where what cannot be stored came of no event, but of the initial state.
 */
export type Progress =
  | {
      readonly _tag: "Advanced";
      readonly position: Position;
      readonly events: number;
      /** Whether the log had no more at that moment. */
      readonly caughtUp: boolean;
    }
  | {
      readonly _tag: "Failed";
      readonly recorded: Recorded<unknown> | MalformedEvent | undefined;
      readonly cause: unknown;
    };

/** How far the stored state is behind the log. */
export interface Lag {
  readonly position: Position | undefined;
  /** The position of the last event of the log. */
  readonly end: Position | undefined;
  /** For how long the first event behind `position` has been in the log: milliseconds, 1 or more, by the clocks of the store and of this process. 0: caught up. */
  readonly behindMs: number;
}

export type RunOptions = Options<{
  /** A value of it ends the run: what is done is stored, and another process may go on at once. */
  stop$: ObservableInput<unknown>;
  /** The most events of a page, 1 to 1,000; default 500. A page has 4 MiB at most, and what one write cannot hold is written in several. */
  pageSizeMax: number;
}>;

export type WaitOptions = Options<{
  /** How long it waits. Milliseconds, default 10,000; 0 looks once. */
  timeoutMs: number;
}>;

/** What is kept in a store, up to a position of the log that stands in the same write. */
export interface Durable<out A> {
  /**
   * Keeps it up to date, from where it stands, until the store closes or `stop$` emits. Each event is in it exactly once, however
   * many processes run this and whenever they die: what an event makes and the position behind it are one write, which the store
   * takes only upon the one before it.
   *
   * One process goes on at a time: that of the last write. The others look when the log has grown, and take over where a second later
   * nothing more was written. At the end of the log all of them wait for an append, and make three calls a minute.
   *
   * Memory: one page, and what it makes. Pages that change nothing are stored every 50 ms at most. An outage is ridden out. Errors:
   * `LogWentBack` and `LogTrimmed`; run again after the first, it goes on where the stored state went back together with the log, else
   * only a new version helps; `ProjectionDropped` where somebody dropped this version; `DecodeRefused` where what is stored is not of
   * this version's codec. Where a failover lost only what was stored last, and no event, it makes that again. Cancelling leaves
   * everything as it is; the next one waits for a second before it takes over.
   */
  readonly run: (options?: RunOptions) => Observable<Progress>;
  /**
   * Waits until all events up to this position are in it: that of an append, or "end", of the log as it is now; undefined does not
   * wait. It looks after 10 ms, then less and less often, at last four times a second; and whenever a `run` of this object stores. Errors:
   * `WaitTimedOut`; `LogWentBack` where the log lost the event of this position; `DecodeRefused`.
   */
  readonly waitFor: (
    position: Position | "end" | undefined,
    options?: WaitOptions,
  ) => Effect<A, ReadError | DecodeRefused | LogWentBack | WaitTimedOut>;
  /**
   * Now, and whenever it has changed: looked for once a second while the log grows, and not at all while it does not. An outage is
   * ridden out. Completes when the store closes. Errors: `LogWentBack`, `LogTrimmed`, `DecodeRefused`.
   */
  readonly lag$: Observable<Lag>;
  /**
   * Removes what is stored of another version, once no program reads it any more: page by page, in writes of at most 100 records. Cut
   * short, it goes on when it is run again. A program of that version that runs meanwhile is told so by `ProjectionDropped`.
   */
  readonly drop: (version: number) => Effect<void, WriteError | DecodeRefused>;
}

/** One state, in one record with its position. Made by `projection(store, definition)`; cheap, without connection or timer of its own. */
export interface Projection<S> extends Durable<Projected<S>> {
  /**
   * The state from the first event on, in memory, beside whatever is stored; stores nothing. Emits it behind each page that has changed
   * it, and when it has caught up, then whenever it changes. Holds one page. Completes when the store closes. Errors: what `evolve`
   * throws, `DecodeRefused` at a malformed event, `LogWentBack`, `LogTrimmed`.
   *
   * ```text
   * ab-------c-c-d---
   *
   * > count.live(), from 4 ms on
   *
   * ----x----y---z---
   * x := 2, caught up
   * y := 3, caught up
   * z := 4, caught up
   * ```
   */
  readonly live: () => Observable<Projected<S>>;
  /** The state as `run` keeps it. */
  readonly get: () => Effect<Projected<S>, ReadError | DecodeRefused>;
}

/** Records that events alone write. Made by `readModel(store, definition)`; cheap, without connection or timer of its own. */
export interface ReadModel<A, W extends Places> extends Durable<void>, RecordReads<A, W> {}
