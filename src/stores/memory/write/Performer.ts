/** How the memory store does one kind of step. */
import type { WriteRefused } from "../../../core/SluiceError.js";
import type { LogState } from "../log/LogState.js";
import type { QueueState } from "../queue/QueueState.js";
import type { CollectionState } from "../records/CollectionState.js";

/** What the store keeps, by noun. */
export interface Contents {
  /** The queue of this name; made at its first use. */
  readonly queue: (name: string) => QueueState;
  /** The collection of this name; made at its first use. */
  readonly collection: (name: string) => CollectionState;
  readonly log: LogState;
}

/** One call of `write`, as its steps see it. */
export interface WriteCall {
  readonly contents: Contents;
  readonly nowMs: number;
  /** The number of the list whose steps are being checked: no two lists of the store have the same. */
  list: number;
}

/** Does a step that was checked, and answers what it did. */
export type Apply<R> = () => R;

/** How steps `S` are done, with results `R`. All steps of a call are prepared; then of each list all are checked, then all applied. */
export interface Performer<in S, out R> {
  /** What must be done before any list is checked. It is done for refused lists too. */
  readonly prepare: (step: S, call: WriteCall) => void;
  /** Answers why the step may not be done, or what does it. It counts the steps before it in the list as done, and changes nothing. */
  readonly check: (step: S, call: WriteCall) => WriteRefused | Apply<R>;
}
