/** What the library asks of a kind of step. It asks by `kindOf`, so the code that asks knows no tag. */
import type { SluiceError } from "../SluiceError.js";
import type { Step } from "./Step.js";

/** What a store answers instead of doing a step: the first word of its error, and the data behind it. */
export interface Refusal {
  /** As in "LEASE_LOST". */
  readonly tag: string;
  /** Has neither a blank nor a comma. Empty where the tag and the step say everything. */
  readonly data: string;
}

/**
 * One kind of step: the step `S`, its result `R`, and the errors `X` with which a store may refuse it. Each kind stands in a file
 * of its name; `kinds.ts` lists them.
 */
export interface StepKind<in out S, out R extends { readonly _tag: string }, out X extends Error> {
  /** The tag of its result. */
  readonly result: R["_tag"];
  /** How many of the 1,000 steps of an atomic write this step counts for. */
  readonly count: (step: S) => number;
  /** The size of the texts of the user's in the step. `measure` is their bytes, or their length where an estimate will do. */
  readonly size: (step: S, measure: (text: string) => number) => number;
  /**
   * Names what this step changes and no other step of its list may change; undefined where no step can be in its way. A text
   * without blanks is a token; all others begin with a word for what they name.
   */
  readonly changes: (step: S) => string | undefined;
  /**
   * Two steps of joined plans change the same thing: why the later one is refused. Undefined where both make the same change; then
   * the result of the first is that of both.
   */
  readonly meets: (first: Step, later: S) => SluiceError | undefined;
  /** Whether it ends something that was begun. A store that is closing still takes a write with such a step. */
  readonly ends: boolean;
  /** The result of a step that was done as it was asked for; undefined where only the store can tell it. */
  readonly done: ((step: S) => R) | undefined;
  /** The error for a refusal by a store, with the data that the caller needs next. */
  readonly refusal: (refusal: Refusal, step: S) => X;
}
