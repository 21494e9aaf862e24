/** Time, ids and random numbers come from the store, so that on virtual time a whole application replays the same way. */
import type { SchedulerLike } from "rxjs";
import { newId } from "./newId.js";

export interface Sources {
  /** The clock and the timers. Time is injected only here. Default: the system's. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Makes a unique id: a UUIDv7 in lower case, greater than those before. It names messages, writes and consumers, and seeds
   * jitter. Default: the system's.
   */
  readonly newId?: (() => string) | undefined;
}

/** A new id from these sources. */
export const idFrom = ({ newId: make = newId }: Sources): string => make();
