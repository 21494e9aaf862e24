/** The public face of a broker. */
import type { Observable, ObservableInput } from "rxjs";
import type { Effect } from "../core/Effect.js";
import type { Options } from "../core/options.js";
import type { Position } from "../core/Position.js";
import type {
  DecodeRefused,
  LogTrimmed,
  LogWentBack,
  ReadError,
  RecordConflict,
  SluiceError,
  WriteError,
} from "../core/SluiceError.js";
import type { MalformedEvent, Recorded } from "../log/recorded.js";
import type { Page } from "../port/Page.js";
import type { EventStore, Store } from "../port/Store.js";
import type { StoreEvent } from "../port/StoreEvent.js";
import type { PageOptions } from "../queue/Queue.js";
import type { Reaction } from "./Reaction.js";

/** How one lane is worked off. */
export type LaneOptions = Options<{
  /** How many targets of the lane a process works on at a time. Default: the `concurrency` of the run. */
  concurrency: number;
  /** How long a delivery may go without a sign of life of its process; running handlers renew it. Milliseconds, 10 or more; default 30,000. */
  leaseMs: number;
  /**
   * How many events the lane may hold before correlation waits for it, so that a slow lane fills neither memory nor another lane. Blocked
   * events and those behind them count. 1,000 or more; default 100,000, some 50 MB of small events.
   */
  pendingMax: number;
}>;

/** The events of a reaction. */
export type EventIn<R> = R extends Reaction<infer E, string> ? E : never;
/** Its lane. */
export type LaneIn<R> = R extends Reaction<unknown, infer L> ? L : never;

/** Where an event goes: to this reaction, in the line of this target. */
export interface Correlated {
  readonly stream: string;
  readonly reaction: Reaction;
}

/** A broker without its lanes. */
export interface BrokerSettings<R extends Reaction>
  extends Options<{
    /** Of the lane "default". Milliseconds, 10 or more; default 30,000. */
    leaseMs: number;
    /** Of the lane "default": see `LaneOptions`. */
    pendingMax: number;
    /**
     * The stores whose logs it reads, 6 at most, each once; default: its own. Keep their order, and add new ones at the end: checkpoints know them by
     * their places. There is no order between the events of two.
     */
    sources: ReadonlyArray<EventStore>;
    /**
     * Where each event goes, instead of the targets of the reactions. Pure; `register` is what reacts on this type, in this lane. At most 900
     * targets an event. Where it throws, the event is blocked in the line of its own stream.
     */
    correlate: (recorded: Recorded<EventIn<R>>, register: ReadonlyArray<Reaction>) => ReadonlyArray<Correlated>;
  }> {
  /** 1 to 64 letters, digits and `_ . : @ / -`. Brokers of one name share the work, also from several processes. */
  readonly name: string;
  /** 1 to 1,000, whose names and types have 1 MiB together at most: all processes keep them in one record. */
  readonly reactions: ReadonlyArray<R>;
}

/** The options of the lanes of these names; those of "default" stand beside them. */
export type LanesOf<L extends string> = { readonly [K in Exclude<L, "default">]: LaneOptions };

/** A broker's name, reactions, and the lanes that they name. */
export type BrokerDefinition<R extends Reaction> = BrokerSettings<R> &
  ([Exclude<LaneIn<R>, "default">] extends [never]
    ? { readonly lanes?: undefined }
    : { readonly lanes: LanesOf<LaneIn<R>> });

/** Which event was delivered where. */
export interface EventDelivery<out E> {
  /** The target. */
  readonly stream: string;
  readonly lane: string;
  readonly recorded: Recorded<E>;
  /** Those that stand in this line for this event, in the order of the register. */
  readonly reactions: ReadonlyArray<string>;
  readonly attempt: number;
}

/**
 * One delivery of one event at one target, as the store confirmed it. Its reactions there all succeeded, or the first that did not
 * decides; then all of them run again together: they are to be idempotent, or to write by `followUp`.
 *
 * `Lost`: its lease was lost, so that another broker has the event by now; what was done for it is done once more.
 */
export type Delivered<E> = EventDelivery<E> &
  (
    | { readonly _tag: "Acked" }
    | { readonly _tag: "Retrying"; readonly cause: unknown; readonly dueAtMs: number }
    | { readonly _tag: "Deferred"; readonly dueAtMs: number }
    | { readonly _tag: "Blocked"; readonly cause: unknown }
    | { readonly _tag: "Skipped"; readonly cause: unknown }
    | { readonly _tag: "Lost"; readonly cause: unknown }
  );

/** What `runUntilIdle` has done. */
export interface Idle {
  /** Events that were correlated. */
  readonly fetched: number;
  /** Deliveries, failed ones included. */
  readonly delivered: number;
  readonly acked: number;
  /** Events that were passed over: by a `Reject`, or out of attempts where `blockOnError` is false. */
  readonly skipped: number;
  /** Targets that were blocked. */
  readonly blocked: number;
  /**
   * Events that still stand in lines at its end, in all lanes of this program and those of other versions: 0 where all that was
   * correlated is done. Others wait for a retry, are deferred or blocked, stand behind such ones, are left to a program that has their
   * reactions, are in the hands of another process, or in a lane that is paused.
   */
  readonly left: number;
}

export interface LaneStatus {
  /** Events in its lines, at all processes: also those that run, wait for a retry, or are blocked. */
  readonly pending: number;
  /** Handled in this process now. */
  readonly running: number;
  readonly blocked: number;
  /** Up to where its events stand in lines. */
  readonly position: Position | undefined;
}

export interface BrokerStatus {
  /** The lowest of its lanes: every event up to there stands in its lines, or is done. */
  readonly position: Position | undefined;
  /** Whether that is the end of the log. */
  readonly caughtUp: boolean;
  readonly lanes: Readonly<Record<string, LaneStatus>>;
  readonly blocked: number;
  /** Whether this process correlates some lane. */
  readonly correlates: boolean;
}

/** What happens in a broker of this process. */
export type BrokerEvent<E> =
  | Delivered<E>
  | {
      readonly _tag: "Correlated";
      readonly lane: string;
      readonly events: number;
      readonly messages: number;
      readonly position: Position | undefined;
    }
  /** A lane holds `pendingMax` events, so its correlation waits until some are done. */
  | { readonly _tag: "Full"; readonly lane: string; readonly pending: number }
  /**
   * Reactions that another version of the program has, or had, and this one has not (or not with all their types). They are left behind, and
   * caught up by a process that has them; replays in this lane wait for one too. Retire them by registering them once with `.void()`.
   */
  | { readonly _tag: "Lacks"; readonly lane: string; readonly reactions: ReadonlyArray<string> }
  /** An event that no reaction of this program can read: its codec refuses it, or its reaction is not registered. It blocks its target. */
  | { readonly _tag: "Malformed"; readonly lane: string; readonly stream: string; readonly recorded: MalformedEvent }
  /**
   * A call for a lane has failed. Runs make it again. What was to be settled, or given back at the end of a run, comes again at the latest
   * when its lease ends.
   */
  | {
      readonly _tag: "StoreFailed";
      readonly lane: string;
      readonly during: "lease" | "settle" | "extend";
      readonly error: SluiceError;
    }
  /**
   * What stands in this line is no event as this version of the library writes them. It is dead-lettered in the queue of the lane, and its
   * followers go on.
   */
  | {
      readonly _tag: "Unreadable";
      readonly lane: string;
      readonly stream: string;
      readonly report: ReadonlyArray<string>;
    }
  /** A run that `wake` began has failed. It is made again at that time, unless `wake` is called before; undefined: not again. */
  | { readonly _tag: "Failed"; readonly cause: unknown; readonly dueAtMs: number | undefined }
  | Extract<StoreEvent, { readonly _tag: "StoreDown" | "StoreUp" }>;

/** A target whose events wait for people. */
export interface BlockedStream<out E> {
  readonly stream: string;
  readonly lane: string;
  /** All its events up to there are done. */
  readonly position: Position | undefined;
  /** The event that blocks; malformed where its codec refuses it, or no reaction of this program reads its type. */
  readonly recorded: Recorded<E> | MalformedEvent;
  readonly reactions: ReadonlyArray<string>;
  /** One line. */
  readonly cause: string;
  readonly sinceMs: number;
}

/** Targets by their names, or all that begin with a text: all of them with "". */
export type Streams = string | ReadonlyArray<string> | { readonly prefix: string };

export type BrokerRunOptions<L extends string> = Options<{
  /** How many targets a process works on at a time in each lane that says nothing else. 1 to 1,000; default 50. */
  concurrency: number;
  /** Serves these lanes alone; default: all. A lane that nobody serves waits. */
  lanes: ReadonlyArray<L>;
  /** Its first value stops the run: events in hand may be done for `stopMsMax`, then it completes. */
  stop$: ObservableInput<unknown>;
  /** Milliseconds; default 30,000. 0 gives back at once. */
  stopMsMax: number;
}>;

/** What a change by people may fail with. */
export type BrokerChangeError = WriteError | RecordConflict | DecodeRefused;

/** Delivers the events of a log to reactions. Made by `broker(store, definition)`; cheap, without connection or timer of its own. */
export interface Broker<out E, L extends string> {
  readonly name: string;
  readonly store: Store;
  /**
   * Correlates and delivers until it is stopped, told as it is confirmed. Any number of processes may run one broker: each target has one
   * holder at a time, and one of them correlates a lane. An outage is ridden out. Completes when the store closes.
   *
   * Errors: `LogWentBack`; `LogTrimmed` where events were trimmed that it had not come to yet; `InvalidConfig`; `DecodeRefused` where a newer
   * version of the library has written what processes agree upon. Memory: what is in hand, and two pages of events a lane. Unsubscribing
   * gives back what is in hand, uncounted.
   *
   * Each target has its events in order, and no target waits for another one:
   *
   * ```text
   * abcd----------
   * a := x1
   * b := x2
   * c := y1
   * d := x3
   *
   * > on(…).do(takes 3 ms).to(firstLetter)
   *
   * ---a--b--d----
   * a := x1
   * b := x2
   * d := x3
   * title = x
   *
   * -----c--------
   * c := y1
   * title = y
   * ```
   *
   * nor does a lane:
   *
   * ```text
   * abc-------------------
   *
   * > on(…).do(takes 6 ms, { lane: "slow" }) and on(…).do(takes 1 ms), one at a time
   *
   * ------a-----b-----c---
   * title = slow
   *
   * -abc------------------
   * title = default
   * ```
   */
  readonly run: (options?: BrokerRunOptions<L>) => Observable<Delivered<E>>;
  /**
   * Correlates and delivers what there is, until nothing makes progress any more: what waits for a retry, is deferred, blocked or in the
   * hands of another broker is left, and counted as `left`. A failed handler is no error of it. One at a time in a process: who calls while it runs gets a run of his own behind it, shared with all
   * who called meanwhile.
   */
  readonly runUntilIdle: () => Effect<Idle, WriteError | LogWentBack | LogTrimmed | DecodeRefused>;
  /**
   * A hint that there are new events, for programs without `run`: starts `runUntilIdle` soon, and once more where it runs already. Calls
   * of one moment are one. A failure is told on `events$` (`Failed`). Where the store did not answer it is made again after 2 s, then after twice
   * as long each time, five times in all.
   */
  readonly wake: () => void;
  /**
   * All events of this target up to there are done; undefined: none is known. The lowest of the lanes in which reactions of this program may
   * have events of it, and of what is pending in its line in any lane. Does not count what is still to be caught up for a reaction. Never goes
   * back but by `reset`, and where a reaction is moved to a lane that is behind; is not moved by a block. Two reads a lane, whatever the backlog.
   */
  readonly position: (stream: string) => Effect<Position | undefined, ReadError | DecodeRefused>;
  /** Oldest first, lane by lane. */
  readonly blockedStreams: (options?: PageOptions) => Effect<Page<BlockedStream<E>>, ReadError | DecodeRefused>;
  /**
   * Frees blocked targets: the same event again, from attempt 1. Emits how many.
   *
   * ```text
   * abc-----------
   * a := x1
   * b := x2
   * c := y1
   *
   * ------u-------
   * u := x
   * title = mended, and unblock
   *
   * > on(…).do(fails at x1 until it is mended, { attemptsMax: 1 }).to(firstLetter)
   *
   * s-----(ab)----
   * s := x1: Blocked
   * a := x1
   * b := x2
   * title = x
   *
   * --c-----------
   * c := y1
   * title = y
   * ```
   */
  readonly unblock: (streams: Streams) => Effect<number, WriteError>;
  /** Frees blocked targets past the event that blocks. Emits how many. */
  readonly skip: (streams: Streams) => Effect<number, WriteError>;
  /**
   * Replays these targets from the start of the log, each event once and in order, while others go on. What stands in their lines is
   * dropped, since it comes again; the event that one of them may be handling is done first, and where it waits for a retry, that too: where
   * that takes longer than a second, the others begin without it. The replay reads the log once, whatever it is for: name many targets in one
   * call. Emits how many were named. At most 1,000.
   *
   * Dropped for good is what the log does not bring to the target again: events that it has given up, those that earlier target functions sent
   * there, those that stand in the line of their own stream since their target could not be told, and what was put there by hand.
   *
   * It begins at once in a run of this broker object, else within two seconds of a run, at what is left of a log that was trimmed. It needs a
   * program that has all reactions of the lane, and waits for one: retire a reaction by `.void()` rather than by removing it.
   */
  readonly reset: (streams: string | ReadonlyArray<string>) => Effect<number, BrokerChangeError>;
  /**
   * The priority of these targets from the next correlation on, in place of what their reactions say; undefined takes that back. What is
   * pending keeps its place. Emits how many names or prefixes were given; at most 1,000 are kept, and the last that fits counts.
   */
  readonly prioritize: (streams: Streams, priority: number | undefined) => Effect<number, BrokerChangeError>;
  /** How it stands now, and when that has changed, looked at once a second while somebody subscribes. Rides out outages. */
  readonly status$: Observable<BrokerStatus>;
  /** What happens in this process, by this broker object. Hot. */
  readonly events$: Observable<BrokerEvent<E>>;
}
