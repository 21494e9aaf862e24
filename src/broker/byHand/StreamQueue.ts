/** The public face of the queues of a broker, for programs that deliver by hand. */
import type { Observable } from "rxjs";
import type { Effect } from "../../core/Effect.js";
import type { Position } from "../../core/Position.js";
import type {
  DecodeRefused,
  LogTrimmed,
  LogWentBack,
  ReadError,
  RecordConflict,
  WriteError,
} from "../../core/SluiceError.js";
import type { Recorded } from "../../log/recorded.js";
import type { EventIn } from "../Broker.js";
import type { Reaction } from "../Reaction.js";

export interface StreamState {
  /** All events of the target up to there are done. */
  readonly position: Position | undefined;
  readonly blocked: boolean;
}

/** The line of one target. Of each there is one, in all processes, whoever works on it. */
export interface StreamQueue<out E> {
  /** The target. */
  readonly stream: string;
  readonly state: () => Effect<StreamState, ReadError | DecodeRefused>;
  /** The same now, and when it has changed: at once by this object, else looked at once a second. Rides out outages. */
  readonly state$: Observable<StreamState>;
  /**
   * The event that `fetch` has leased; undefined where it has leased none, or that is settled. What stands behind it comes with a later
   * `fetch`. Fails with `DecodeRefused` where its codec refuses it: `block` it.
   */
  readonly next: () => Effect<Recorded<E> | undefined, ReadError | DecodeRefused>;
  /**
   * Puts an event of the log at the end of the line, for this reaction, besides what correlation brings. Emits false, and does nothing, where
   * the log does not have it, the target is past it, or it stands there already.
   */
  readonly enqueue: (
    recorded: Recorded<unknown>,
    reaction: Reaction,
  ) => Effect<boolean, WriteError | RecordConflict | DecodeRefused>;
  /**
   * Takes out what is next: the event at this position. Emits false, and does nothing, where it is not that of next, or its lease is lost.
   * With `dequeue: false` nothing is taken out: it emits whether the target is done up to there.
   */
  readonly ack: (position: Position, dequeue?: boolean) => Effect<boolean, WriteError | DecodeRefused>;
  /** Blocks the target at what is next; its position stays. Emits false where there is no next, or its lease is lost. */
  readonly block: (cause: unknown) => Effect<boolean, WriteError>;
}

/** What a fetch has brought. */
export interface Fetched<out E> {
  /** The events that were correlated. */
  readonly events: ReadonlyArray<Recorded<E>>;
  /** Those that have a next, leased for `leaseMs`. Nobody renews it. */
  readonly queues: ReadonlyArray<StreamQueue<E>>;
}

export interface QueueStore {
  readonly name: string;
  /**
   * Correlates at most so many events, in one write with how far that has come, and leases at most so many targets, in each lane of the
   * register. 1 to 1,000. A target whose next event is of a reaction that the register lacks is left to others as in a run: given back, and
   * blocked after ten minutes of that. An event whose reactions are all retired by `.void()` passes.
   */
  readonly fetch: <R extends Reaction>(
    register: ReadonlyArray<R>,
    limit: number,
  ) => Effect<Fetched<EventIn<R>>, WriteError | LogWentBack | LogTrimmed | DecodeRefused>;
  /** The line of this target in the lanes of the registers that were fetched by; in the lane "default" before. */
  readonly queue: (stream: string) => StreamQueue<unknown>;
}
