/** Where time, ids and chance come from: from the store, so that on virtual time all that stands upon it happens again alike. */
import type { SchedulerLike } from "rxjs";
import { newId } from "./newId.js";

export interface Sources {
  /** The one place where time is injected. Default: the system's. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Makes an id that nothing else has: a UUIDv7 in lower case, greater than those before. Messages, writes and consumers are named by
   * it, and jitter is seeded by it. Default: the system's.
   */
  readonly newId?: (() => string) | undefined;
}

/** A new id from there. */
export const idFrom = ({ newId: make = newId }: Sources): string => make();
