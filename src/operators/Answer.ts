/** How one work ended: a result or a failure, and the outcome where the handler named one itself. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { isObservable } from "rxjs";
import { Failed, type Failure, Threw } from "../core/Failure.js";
import { isOutcome, type Outcome } from "../core/Outcome.js";

export interface Answer {
  readonly result: Either<Failure<unknown>, unknown>;
  /** What the handler wants to become of the message; undefined leaves it to the pipeline. */
  readonly outcome: Outcome | undefined;
}

/** The answer of a work that failed. */
export const failedBy = (failure: Failure<unknown>): Answer => ({ result: left(failure), outcome: undefined });

/** The answer of a work that threw. */
export const threw = (cause: unknown): Answer => failedBy(Threw(cause));

/**
 * Reads a work's last value: a `Left` fails, a `Right` is opened, an outcome is performed. A value that is a work itself (a
 * Task in a promise) fails: nobody runs it, so the message is not done.
 */
export const answerOf = (value: unknown): Answer => {
  if (typeof value === "function" || isObservable(value)) return threw(workInWork(value));
  if (typeof value !== "object" || value === null) return { result: right(value), outcome: undefined };
  if (isLeftLike(value)) return failedBy(Failed(value.left));
  const result = isRightLike(value) ? value.right : value;
  return { result: right(result), outcome: isOutcome(result) ? result : undefined };
};

const workInWork = (value: unknown): TypeError =>
  new TypeError(
    `The work answered ${typeof value === "function" ? "a function (a Task?)" : "an Observable"}, which nobody runs: return it from the handler directly, or await what it answers.`,
  );

/** Whether it is an Either, by its shape: users may have another copy of fp-ts. */
export const isEither = (value: unknown): value is Either<unknown, unknown> =>
  typeof value === "object" && value !== null && (isLeftLike(value) || isRightLike(value));

const isLeftLike = (value: object): value is { readonly left: unknown } =>
  "_tag" in value && value._tag === "Left" && "left" in value;

const isRightLike = (value: object): value is { readonly right: unknown } =>
  "_tag" in value && value._tag === "Right" && "right" in value;
