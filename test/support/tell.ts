/** Handled results, settlements and outcomes as one line of text, for marble values and expectations. */
import type { Either } from "fp-ts/lib/Either.js";
import type { Batch, Failure, Handled, Message, Outcome, Settlement } from "sluice";

export const tellOutcome = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "Ack":
      return "Ack";
    case "Retry":
      return outcome.delayMs === undefined ? "Retry" : `Retry in ${outcome.delayMs} ms`;
    case "Release":
      return "Release";
    case "Reject":
      return "Reject";
    case "Block":
      return `Block ${outcome.scope}`;
  }
};

const tellCause = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const tellFailure = (failure: Failure<unknown>): string => {
  switch (failure._tag) {
    case "Failed":
      return `Failed(${tellCause(failure.error)})`;
    case "Threw":
      return `Threw(${tellCause(failure.cause)})`;
    case "TimedOut":
      return `TimedOut(${failure.timeoutMs})`;
    case "Interrupted":
      return `Interrupted(${failure.reason})`;
  }
};

export const tellResult = (result: Either<Failure<unknown>, unknown>): string =>
  result._tag === "Right" ? `Right(${tellValue(result.right)})` : tellFailure(result.left);

const tellValue = (value: unknown): string =>
  typeof value === "object" && value !== null && "_tag" in value ? String(value._tag) : String(value);

/** `Right(1)`, `Failed(no): Retry in 200 ms`. */
export const tellHandled = ({ result, outcome }: Handled<unknown, unknown, unknown>): string =>
  outcome === undefined ? tellResult(result) : `${tellResult(result)}: ${tellOutcome(outcome)}`;

/** With its message's data before it: `a Right(1)`. */
export const tellWhose = (handled: Handled<unknown, unknown, unknown>): string =>
  `${String(handled.message.data)} ${tellHandled(handled)}`;

export const tellSettlement = ({ message, outcome }: Settlement<unknown, unknown>): string =>
  `${String(message.data)} ${outcome._tag === "Lost" ? `Lost: ${outcome.cause._tag}` : tellOutcome(outcome)}`;

export const tellMessage = (message: Message<unknown>): string => String(message.data);
export const tellBatch = (batch: Batch<unknown>): string => `[${batch.data.join(",")}]`;
