/** What the library asks of a kind of step. Whoever asks goes through `kindOf`, and knows no tag. */
import type { SluiceError } from "../SluiceError.js";
import type { Step } from "./Step.js";

/** One kind of step `S` and its result `R`, in the file of its name; `kinds.ts` lists them. */
export interface StepKind<in out S, out R> {
  /** For how many of the 1,000 steps of an atomic write it counts. */
  readonly count: (step: S) => number;
  /** How much of what users give it carries, by the measure of a text: its bytes, or its length where a guess will do. */
  readonly size: (step: S, measure: (text: string) => number) => number;
  /**
   * What it changes that nothing else in one list may change too; undefined where nothing can be in its way. A text without
   * blanks is a token, others begin with the word of what they name.
   */
  readonly changes: (step: S) => string | undefined;
  /**
   * Joined plans change the same: why the later step is refused, or undefined where both want the same, so that the result of
   * the first is that of both.
   */
  readonly meets: (first: Step, later: S) => SluiceError | undefined;
  /** Whether it ends something that was begun: a store that is closing still takes a write which holds such a step. */
  readonly ends: boolean;
  /** The result of a step that was done as it was asked for. */
  readonly done: (step: S) => R;
}
