/** What the library asks of a kind of step. Whoever asks goes through `kindOf`, and knows no tag. */
import type { SluiceError } from "../SluiceError.js";
import type { Step } from "./Step.js";

/** What a store answers instead of a step: the first word of its error, and what goes with it. */
export interface Refusal {
  /** As in "LEASE_LOST". */
  readonly tag: string;
  /** It has neither a blank nor a comma; empty where the step says it all. */
  readonly data: string;
}

/**
 * One kind of step `S`, its result `R`, and the errors `X` with which a store may refuse it, in the file of its name; `kinds.ts`
 * lists them.
 */
export interface StepKind<in out S, out R, out X extends Error> {
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
  /** The error that a store's refusal means; it carries what the caller needs next. */
  readonly refusal: (refusal: Refusal, step: S) => X;
}
