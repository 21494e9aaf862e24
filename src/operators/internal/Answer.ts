/** How one work ended: a result or a failure, and the outcome where the handler returned one. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { isObservable } from "rxjs";
import { Failed, type Failure, Threw } from "../../core/Failure.js";
import { isOutcome, lookAlike, type Outcome, uncalled } from "../../core/Outcome.js";

export interface Answer {
  readonly result: Either<Failure<unknown>, unknown>;
  /** The outcome that the handler returned; undefined leaves the decision to the pipeline. */
  readonly outcome: Outcome | undefined;
}

/** The answer of a work that failed. */
export const failedBy = (failure: Failure<unknown>): Answer => ({ result: left(failure), outcome: undefined });

/** The answer of a work that threw. */
export const threw = (cause: unknown): Answer => failedBy(Threw(cause));

/**
 * Reads the last value of a work: a `Left` is a failure, of a `Right` the value counts, an outcome is performed. A value that is
 * itself a work (a Task in a promise) is a failure: nobody runs it, so the message is not done. A value that only looks like an
 * outcome is a failure too: else it would be acked as a result. Never throws, whatever the value does when it is read.
 */
export const answerOf = (value: unknown): Answer => {
  try {
    return read(value);
  } catch (cause) {
    return threw(cause);
  }
};

const read = (value: unknown): Answer => {
  if (typeof value === "function" || isObservable(value)) return threw(workInWork(value));
  if (typeof value !== "object" || value === null) return { result: right(value), outcome: undefined };
  if (isOutcome(value)) return { result: right(value), outcome: value };
  if (isLeftLike(value)) return failedBy(Failed(value.left));
  if (isRightLike(value)) return opened(value.right);
  return opened(value);
};

const opened = (result: unknown): Answer => {
  if (isOutcome(result)) return { result: right(result), outcome: result };
  const call = typeof result === "object" && result !== null ? lookAlike(result) : uncalled(result);
  return call === undefined ? { result: right(result), outcome: undefined } : threw(noOutcome(result, call));
};

const noOutcome = (value: unknown, call: string): TypeError =>
  new TypeError(
    typeof value === "function"
      ? `The handler returned the function ${call.slice(0, call.indexOf("("))} itself; call it: ${call}.`
      : `The handler returned an object that looks like an Outcome and is none; make it by ${call}, or give a result of your own another _tag.`,
  );

const workInWork = (value: unknown): TypeError => {
  const call = uncalled(value);
  if (call !== undefined) return noOutcome(value, call);
  return new TypeError(
    `The work answered ${typeof value === "function" ? "a function (a Task?)" : "an Observable"}, which nobody runs: return it from the handler directly, or await what it answers.`,
  );
};

/**
 * Whether a value is an Either, by its shape: users may have another copy of fp-ts.
 *
 * @throws what the value throws when it is read
 */
export const isEither = (value: unknown): value is Either<unknown, unknown> =>
  typeof value === "object" && value !== null && (isLeftLike(value) || isRightLike(value));

const isLeftLike = (value: object): value is { readonly left: unknown } =>
  "_tag" in value && value._tag === "Left" && "left" in value;

const isRightLike = (value: object): value is { readonly right: unknown } =>
  "_tag" in value && value._tag === "Right" && "right" in value;
