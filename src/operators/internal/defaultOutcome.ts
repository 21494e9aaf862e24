/** Decides failures that no policy decides. */
import { makeBackoff, nextDelayMs } from "../../core/Backoff.js";
import { causeOf, type Failure, Threw } from "../../core/Failure.js";
import { attemptOf } from "../../core/FailurePolicy.js";
import { delivery, type Message } from "../../core/Message.js";
import { type Outcome, Reject, Release, Retry } from "../../core/Outcome.js";

const backoff = makeBackoff();

/**
 * The outcome of a failure that no policy decided: a retry as by `retryBackoff()`, until the queue's `attemptsMax` dead-letters it; a
 * reject where a policy has given up. An interrupted message is released, uncounted, since it did not fail.
 *
 * @internal
 */
export const defaultOutcome = (
  failure: Failure<unknown>,
  message: Message<unknown>,
  givenUp: boolean | undefined = false,
): Outcome => {
  if (failure._tag === "Interrupted") return Release({ reason: failure.reason });
  return givenUp
    ? Reject({ cause: causeOf(failure) })
    : Retry({ cause: causeOf(failure), delayMs: nextDelayMs(backoff, attemptOf(message)) });
};

/**
 * Settles a message on which a callback threw before `handle`, like an undecided failure. The queue's `events$` tell how that
 * ends.
 *
 * @internal
 */
export const settleThrown = (message: Message<unknown>, cause: unknown): void => {
  message[delivery].settleWith(defaultOutcome(Threw(cause), message), [], ignore);
};

/**
 * Settles a message that an operator drops from the stream.
 *
 * @internal
 */
export const settleAside = (message: Message<unknown>, outcome: Outcome): void => {
  message[delivery].settleWith(outcome, [], ignore);
};

const ignore = (): void => undefined;
