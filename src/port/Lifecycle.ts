/** What every store is: a clock, an account of itself, a beginning and an end. */
import type { Observable, SchedulerLike } from "rxjs";
import type { Effect } from "../core/Effect.js";
import type { Sources } from "../core/Sources.js";
import type { Capabilities } from "./Capabilities.js";
import type { StoreEvent } from "./StoreEvent.js";
import type { Logger } from "./Warnings.js";

export interface Lifecycle extends Sources {
  /** The one place where time is injected. */
  readonly scheduler: SchedulerLike;
  /** They stay the same for as long as the store lives, and after. */
  readonly capabilities: Capabilities;
  /** Told of what nobody may be listening to on `events$`, of the store and all upon it; without one the process warns. */
  readonly logger?: Logger | undefined;
  /** Connection losses and warnings, hot. Completes on close. */
  readonly events$: Observable<StoreEvent>;
  /** Emits once the store answers, or fails with `StoreUnavailable`. Nothing else needs it: every call waits by itself. */
  readonly ready: () => Effect<void>;
  /**
   * Ends all that waits (with an empty answer) and connections. Running writes are finished first, and so are settlements
   * that were asked for before it in the same turn, which leave together at the end of the turn, and the goodbyes (`leave`) of
   * that turn. Idempotent. Every other call from then on fails with `StoreClosed`. It ends this handle and no other.
   */
  readonly close: () => Effect<void>;
}
