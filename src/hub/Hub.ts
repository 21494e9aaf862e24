/** The public face of a hub. */
import type { Type } from "io-ts";
import type { Observable, ObservableInput } from "rxjs";
import type { Effect } from "../core/Effect.js";
import type { Options } from "../core/options.js";
import type {
  DecodeRefused,
  DispatchOngoing,
  NotFound,
  ReadError,
  RecordConflict,
  WriteError,
} from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type { Page } from "../port/Page.js";
import type { Store } from "../port/Store.js";
import type { PageOptions } from "../queue/Queue.js";
import type { Bound, Handler, HubEvent } from "./Destination.js";
import type { Dispatch, Execution, Resulted, Status } from "./Dispatch.js";
import type { HubNotice } from "./HubNotice.js";
import type { DispatchId, HubEventId } from "./ids.js";
import type { DispatchSettings, Routes } from "./routes/Routes.js";

/** What dispatches are handed to: a handler, one with options, an endpoint, or another hub. */
export type Destination<A> = Handler<A> | Bound<A> | Pick<Hub<A, string>, "emit">;

/** How long what has a result is kept. */
export interface KeepLimits
  extends Options<{
    /** From the result on. Milliseconds, 0 or more; default: for ever. */
    ageMs: number;
    /** How many of one status; the oldest dispatches go first. 0 or more; default: all. */
    resultedMax: number;
  }> {}

/**
 * What `run` gives up, a chunk at a time: dispatches with a result, by these limits for each status by itself. An event goes with the last
 * of its dispatches, and one without any when it is older than `ageMs`. What is ongoing stays.
 */
export interface Keep extends KeepLimits {
  /** Other limits for some statuses, each instead of the one beside it. */
  readonly statuses?: { readonly [S in Resulted]?: KeepLimits | undefined } | undefined;
}

export interface HubDefinition<A, D extends string>
  extends Options<{
    /** Checks what is emitted and what is delivered. Default: anything that JSON can say. */
    codec: Type<A, unknown>;
    /** Default: everything, for ever. */
    keep: Keep;
    /** Whether a route to a destination that is not among `destinations` is `InvalidConfig`; else its dispatches end as misconfigured. Default false. */
    strict: boolean;
    /** How long a delivery may go without a sign of life of its process; running handlers renew it. Milliseconds, 10 or more; default 30,000. */
    leaseMs: number;
    /** The largest encoded payload. Bytes, default 1 MiB; less than 8 MiB. */
    payloadBytesMax: number;
  }> {
  /** 1 to 48 letters, digits and `_ . : @ / -`. Hubs of one name share events, dispatches and work, also from several processes. */
  readonly name: string;
  /** What this program is deployed with; `replaceRoutes` may have put others in their place. */
  readonly routes: Routes<D>;
  /** By name, each that a route names; of routes that were parsed without names, any. */
  readonly destinations: { readonly [K in NoInfer<D>]: Destination<A> };
}

export type MarkLostOptions = PageOptions &
  Options<{
    /** Lost is what is overdue by more than that. Milliseconds, 0 or more; default 900,000. */
    elapsedMs: number;
  }>;

export type HubRunOptions = Options<{
  /** How many dispatches a process handles at a time at each destination that says nothing else. 1 to 1,000; default 50. */
  concurrency: number;
  /** Its first value stops the run: what is in hand may be done for `stopMsMax`, then it completes. */
  stop$: ObservableInput<unknown>;
  /** Milliseconds; default 30,000. 0 gives back at once. */
  stopMsMax: number;
  /** When dispatches are lost, how many of them are marked in one write, and how often is looked (milliseconds, 10 or more; default 60,000). */
  markLost: Omit<MarkLostOptions, "after"> & Options<{ everyMs: number }>;
}>;

export type ListOptions = PageOptions &
  Options<{
    /** Default "newest first". */
    order: "newest first" | "oldest first";
  }>;

export type ListDispatchesOptions<D extends string> = ListOptions &
  Options<{
    /** Default: all. */
    status: Status | ReadonlyArray<Status>;
    /** Default: all. */
    destination: D;
  }>;

/** One execution, with its dispatch as it is afterwards. */
export interface Executed<out D extends string> extends Execution {
  readonly dispatch: Dispatch<D>;
}

/** An event with what became of it. */
export interface ListedEvent<out A, out D extends string> extends HubEvent<A> {
  /** In the order of its routes, retries behind them. What is not kept any more is missing. */
  readonly dispatches: ReadonlyArray<Dispatch<D>>;
}

/** How many dispatches have each status. */
export type StatusCounts = Readonly<Record<Status, number>>;

/** What an emit may fail with: `DecodeRefused` where a newer version of the library has replaced the routes, `RecordConflict` where they are replaced all the time. */
export type EmitError = WriteError | RecordConflict | DecodeRefused;

/** Sends events to destinations. Made by `hub(store, definition)`; cheap, without connection or timer of its own. */
export interface Hub<A, D extends string> {
  readonly name: string;
  readonly store: Store;
  /**
   * Stores events, a dispatch for each route that takes one, and its message, all in one write: what fails stores nothing. A dispatch is
   * never delivered before it is on record, nor on record without its message. An event that no route takes is stored; no events are no
   * write. It goes by the routes that hold when it is written, whoever has replaced them.
   *
   * Limits: 1,000 steps and 8 MiB a write; an event is one step, each of its dispatches three. Errors: `EmitError`, with `WriteTooLarge`
   * above that.
   */
  readonly emit: (payloads: ReadonlyArray<A>) => Write<ReadonlyArray<HubEventId>, EmitError>;
  /**
   * Delivers dispatches until it is stopped, and tells each execution as the store confirmed it. Any number of processes may run one hub. It
   * also marks what is lost and gives up what is not to be kept. An outage is ridden out. Completes when the store closes.
   *
   * Delivery: at least once. In one process no two deliveries of one dispatch run at a time. In two they may where a lease ends under a
   * handler: its process was blocked, or away from the store, for `leaseMs`. The result that is written first stands, the other one changes
   * nothing. A process that dies in a handler costs an attempt, so that a dispatch that kills its process ends as failed as well.
   *
   * Errors: `InvalidConfig`. Memory: what is in hand. Unsubscribing gives back what is in hand, uncounted.
   */
  readonly run: (options?: HubRunOptions) => Observable<Executed<D>>;
  /**
   * Marks as lost what is overdue, and answers what it has marked: one page, the most overdue first; go on with its `next` until it has none. A page
   * may be empty and have one: what waits behind another dispatch of its key is not overdue before that one has ended, and what a destination with a
   * rate or a breaker holds back is not lost while its queue has something to do. A message that comes later finds the result, and no handler is called:
   *
   * ```text
   * a-----b---------
   * a := x1
   * b := x2
   *
   * --m----mm-------
   * title = markLost({ elapsedMs: 4_000 })
   *
   * > delaySeconds: 3, one character a second, and nobody runs the hub until the 10th
   *
   * --------x-------
   * x := x1
   * title = lost
   *
   * ----------y-----
   * y := x2: complete
   * title = executed
   * ```
   */
  readonly markLost: (options?: MarkLostOptions) => Effect<Page<Dispatch<D>>, WriteError | DecodeRefused>;
  readonly getEvent: (id: HubEventId) => Effect<HubEvent<A> | undefined, ReadError | DecodeRefused>;
  readonly getDispatch: (id: DispatchId) => Effect<Dispatch<D> | undefined, ReadError | DecodeRefused>;
  /** A page of events with their dispatches. */
  readonly listEvents: (options?: ListOptions) => Effect<Page<ListedEvent<A, D>>, ReadError | DecodeRefused>;
  /**
   * A page of dispatches, in the order in which they were made. Of one destination, or with one status of at most 20 destinations, it is of
   * one moment. What changes its status while somebody pages is met once, or not at all where only some statuses are asked for.
   */
  readonly listDispatches: (options?: ListDispatchesOptions<D>) => Effect<Page<Dispatch<D>>, ReadError | DecodeRefused>;
  /**
   * Dispatches the same event to the same destination once more: a new dispatch, with an empty log, the settings of the old one, and those
   * that are given instead. Errors: `NotFound` where there is no such dispatch or its event is not kept any more, `DispatchOngoing`.
   */
  readonly retryDispatch: (
    id: DispatchId,
    settings?: DispatchSettings,
  ) => Effect<Dispatch<D>, WriteError | NotFound | DispatchOngoing | RecordConflict | DecodeRefused>;
  /** How many dispatches each destination has with each status: those that this program has, and all that ever had one. No scan. */
  readonly counts: () => Effect<Readonly<Record<D, StatusCounts>>, ReadError | DecodeRefused>;
  /** The routes that hold: now, and whenever they are replaced, within 2 s of that in other processes. */
  readonly routes$: Observable<Routes>;
  /**
   * Routes for all processes, kept in a record, which wins over what any of them is deployed with; `undefined` takes it back. Every emit
   * that is written behind it goes by them whole. Dispatches that were made before keep their settings.
   */
  readonly replaceRoutes: (routes: Routes<D> | undefined) => Effect<void, WriteError | DecodeRefused>;
  /**
   * What happens in the hubs of this name in this process, on this store handle. Hot, without replay, and without payloads. Where nobody
   * listens, the first of each kind that people should hear of is a warning of the process; a `logger` of the store is told each.
   */
  readonly events$: Observable<HubNotice>;
}
