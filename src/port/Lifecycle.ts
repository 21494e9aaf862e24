/** What every store has: a clock, capabilities, events, a beginning and an end. */
import type { Observable, SchedulerLike } from "rxjs";
import type { Effect } from "../core/Effect.js";
import type { Sources } from "../core/Sources.js";
import type { Capabilities } from "./Capabilities.js";
import type { StoreEvent } from "./StoreEvent.js";
import type { Logger } from "./Warnings.js";

export interface Lifecycle extends Sources {
  /** The clock and the timers of the store and of everything upon it. */
  readonly scheduler: SchedulerLike;
  /** They stay the same for as long as the store lives, and after. */
  readonly capabilities: Capabilities;
  /** Is told of warnings, of the store and its queues, whether or not anybody listens to `events$`. Without one the process warns. */
  readonly logger?: Logger | undefined;
  /** Connection losses and warnings, hot. Completes on close. */
  readonly events$: Observable<StoreEvent>;
  /** Emits once the store answers, or fails with `StoreUnavailable`. No call needs it: each waits by itself until the store answers. */
  readonly ready: () => Effect<void>;
  /**
   * Ends requests that wait (with an empty answer), and connections. Running writes finish first. So do settlements that were asked
   * for earlier in the same turn, since they leave together at its end, and the goodbyes (`leave`) of that turn. Every other call
   * from then on fails with `StoreClosed`. Idempotent. It ends this handle and no other.
   */
  readonly close: () => Effect<void>;
}
