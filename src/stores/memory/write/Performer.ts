/** How this store does one kind of step. */
import type { WriteRefused } from "../../../core/SluiceError.js";
import type { QueueState } from "../queue/QueueState.js";

/** What the store keeps, by noun. */
export interface Contents {
  /** The queue of this name; made at its first use. */
  readonly queue: (name: string) => QueueState;
}

/** One call of `write`, as its steps see it. */
export interface WriteCall {
  readonly contents: Contents;
  readonly nowMs: number;
  /** The number of the list whose steps are being checked: no two lists of the store have the same. */
  list: number;
}

/** Does a step that was found in order, and answers what it did. */
export type Apply<R> = () => R;

/** How steps `S` are done, with results `R`. All of a call are prepared, then list by list all are checked and all applied. */
export interface Performer<in S, out R> {
  /** What must be done before any list is checked, whether or not it is refused. */
  readonly prepare: (step: S, call: WriteCall) => void;
  /** Why it may not be done, or what does it; the steps before it in its list count as done. Nothing is changed. */
  readonly check: (step: S, call: WriteCall) => WriteRefused | Apply<R>;
}
