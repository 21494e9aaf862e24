/** Decisions: operators on handled results. A decision also has its policy, so that it serves in a pipe and in an `onFailure` list. */
import { isRight, left } from "fp-ts/lib/Either.js";
import { map, type Observable } from "rxjs";
import { type Failure, Threw } from "../../core/Failure.js";
import { type Attempt, attemptOf, type FailurePolicy, isGiveUp } from "../../core/FailurePolicy.js";
import { type Handled, handled } from "../../core/Handled.js";
import { isOutcome } from "../../core/Outcome.js";
import { notAnOutcome } from "../../core/options.js";
import { invalidConfig } from "../../core/SluiceError.js";

export interface HasPolicy<E> {
  /** The policy by which it decides, for lists of policies. */
  readonly policy: FailurePolicy<E>;
}

/** A decision about failures of one type (without a type parameter, of any type), for any data and results. */
export interface Decision<E = unknown> extends HasPolicy<E> {
  <A, R, F extends E>(handled: Observable<Handled<A, R, F>>): Observable<Handled<A, R, F>>;
}

/** A decision whose callback gets its types from the pipe that it stands in. */
export interface DecisionIn<A, R, E> extends HasPolicy<E> {
  (handled: Observable<Handled<A, R, E>>): Observable<Handled<A, R, E>>;
}

/** Which failures a decision decides. */
export interface When<E> {
  /** Whether to decide this failure. The others are left to the decisions that follow. */
  readonly when: (failure: Failure<E>, attempt: Attempt) => boolean;
}

/**
 * Makes an operator of a policy. It passes on what is decided, results, and interruptions, which are no failures of the message. A
 * policy that throws, or answers anything but an outcome, `GiveUp` or undefined, decides nothing; that error replaces the
 * failure.
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
    if (isGiveUp(outcome)) return handled({ message, result, outcome: undefined, givenUp: true, followUps });
    if (!isOutcome(outcome)) throw notAnOutcome("a policy's answer");
    return handled({ message, result, outcome, followUps });
  } catch (cause) {
    return handled({ message, result: left(Threw(cause)), outcome: undefined, givenUp, followUps });
  }
};

/** The policy for those failures alone that `when` picks; without `when` for all. */
export const policyWhen = <E>(policy: FailurePolicy<E>, when: When<E>["when"] | undefined): FailurePolicy<E> => {
  if (when === undefined) return policy;
  if (typeof when !== "function")
    throw invalidConfig("when", "when must be a function of the failure and the attempt.");
  return (failure, attempt) => (when(failure, attempt) ? policy(failure, attempt) : undefined);
};
