/** What becomes of a failure that nobody decides. */
import { makeBackoff, nextDelayMs } from "../../core/Backoff.js";
import { causeOf, type Failure, Threw } from "../../core/Failure.js";
import { attemptOf } from "../../core/FailurePolicy.js";
import { delivery, type Message } from "../../core/Message.js";
import { type Outcome, Reject, Release, Retry } from "../../core/Outcome.js";

const backoff = makeBackoff();

/**
 * The outcome of a failure that no policy decided: `retryBackoff()`, until the queue's `attemptsMax` dead-letters it, and a
 * reject where one has given it up. What was interrupted is released, uncounted: it is no failure of the message.
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
 * Settles a message that a callback threw on before there was a Handled to say so: like any undecided failure. How that
 * ends is told by the queue's `events$`.
 *
 * @internal
 */
export const settleThrown = (message: Message<unknown>, cause: unknown): void => {
  message[delivery].settleWith(defaultOutcome(Threw(cause), message), [], ignore);
};

/**
 * Settles a message that leaves the stream here.
 *
 * @internal
 */
export const settleAside = (message: Message<unknown>, outcome: Outcome): void => {
  message[delivery].settleWith(outcome, [], ignore);
};

const ignore = (): void => undefined;
