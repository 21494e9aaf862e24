/** What a Write needs of the store that it changes. */
import type { Effect } from "./Effect.js";
import type { Sources } from "./Sources.js";
import type { Step, WriteAnswer } from "./steps/Step.js";

/** What a Write changes; every store is one. */
export interface WriteTarget extends Sources {
  /**
   * Each inner list is all or nothing: everything is checked before anything is applied. The outer list is one round
   * trip with one answer each, in order. `writeId` makes a resend harmless: the same id again within an hour answers
   * what the first run answered and changes nothing.
   */
  readonly write: (lists: ReadonlyArray<ReadonlyArray<Step>>, writeId: string) => Effect<ReadonlyArray<WriteAnswer>>;
}
