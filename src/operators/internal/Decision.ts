/** Decisions: operators on handled results that carry their policy, one value for a pipe and for an `onFailure` list. */
import { isRight, left } from "fp-ts/lib/Either.js";
import { map, type Observable } from "rxjs";
import { type Failure, Threw } from "../../core/Failure.js";
import { type Attempt, attemptOf, type FailurePolicy, GiveUp } from "../../core/FailurePolicy.js";
import { type Handled, handled } from "../../core/Handled.js";
import { isOutcome } from "../../core/Outcome.js";
import { notAnOutcome } from "../../core/options.js";
import { invalidConfig } from "../../core/SluiceError.js";

export interface HasPolicy<E> {
  /** What it decides by, for lists of policies. */
  readonly policy: FailurePolicy<E>;
}

/** A decision about failures of one kind (any kind, where none is named), whatever the data and the results. */
export interface Decision<E = unknown> extends HasPolicy<E> {
  <A, R, F extends E>(handled: Observable<Handled<A, R, F>>): Observable<Handled<A, R, F>>;
}

/** A decision whose callback is typed by the pipe that it stands in. */
export interface DecisionIn<A, R, E> extends HasPolicy<E> {
  (handled: Observable<Handled<A, R, E>>): Observable<Handled<A, R, E>>;
}

/** Which failures a decision decides. */
export interface When<E> {
  /** It leaves the others to those behind it. */
  readonly when: (failure: Failure<E>, attempt: Attempt) => boolean;
}

/**
 * The operator of a policy. It passes over what is decided, what succeeded and what was interrupted: an interruption is no
 * failure of the message. A policy that throws (or answers no outcome) decides nothing, and what it threw takes the place of
 * the failure.
 */
export const decideBy = <E>(policy: FailurePolicy<E>): Decision<E> =>
  Object.assign(
    <A, R, F extends E>(source: Observable<Handled<A, R, F>>): Observable<Handled<A, R, F>> =>
      source.pipe(map((one) => decided(policy, one))),
    { policy },
  );

const decided = <A, R, F extends E, E>(policy: FailurePolicy<E>, undecided: Handled<A, R, F>): Handled<A, R, F> => {
  const { message, result, followUps, givenUp } = undecided;
  if (undecided.outcome !== undefined || isRight(result) || result.left._tag === "Interrupted") return undecided;
  try {
    const outcome = policy(result.left, attemptOf(message));
    if (outcome === undefined) return undecided;
    if (outcome === GiveUp) return handled({ message, result, outcome: undefined, givenUp: true, followUps });
    if (!isOutcome(outcome)) throw notAnOutcome("a policy's answer");
    return handled({ message, result, outcome, followUps });
  } catch (cause) {
    return handled({ message, result: left(Threw(cause)), outcome: undefined, givenUp, followUps });
  }
};

/** A policy for the failures that `when` picks; all of them without it. */
export const policyWhen = <E>(policy: FailurePolicy<E>, when: When<E>["when"] | undefined): FailurePolicy<E> => {
  if (when === undefined) return policy;
  if (typeof when !== "function")
    throw invalidConfig("when", "when must be a function of the failure and the attempt.");
  return (failure, attempt) => (when(failure, attempt) ? policy(failure, attempt) : undefined);
};
