/** Makes the step that settles a message, and checks outcomes. */
import { describeCause } from "../../core/cause.js";
import type { MessageId } from "../../core/MessageId.js";
import { delayOf, type Outcome } from "../../core/Outcome.js";
import { shown } from "../../core/options.js";
import { type InvalidConfig, invalidConfig } from "../../core/SluiceError.js";
import type { SettleStep } from "../../core/steps/Settle.js";
import type { StepResult } from "../../core/steps/Step.js";

/** The step that ends this lease with an outcome. */
export const settleStepOf = (
  { queue, attemptsMax }: { readonly queue: string; readonly attemptsMax: number },
  { id, token }: { readonly id: MessageId; readonly token: string },
  outcome: Outcome,
): SettleStep => ({ _tag: "Settle", queue, id, token, outcome, cause: causeText(outcome), attemptsMax });

/** The outcome that the store has performed, from the result of a list of one step. */
export const performedBy = ([result]: ReadonlyArray<StepResult>): Outcome | undefined =>
  result?._tag === "Settled" ? result.outcome : undefined;

const causeText = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "Ack":
      return "";
    case "Release":
      return describeCause(outcome.reason);
    default:
      return describeCause(outcome.cause);
  }
};

/** Why no message can be settled by an outcome with this delay or scope; undefined where nothing speaks against it. */
export const misfitOf = (outcome: Outcome): InvalidConfig | undefined => {
  const delayMs = delayOf(outcome);
  if (!(Number.isFinite(delayMs) && delayMs >= 0))
    return invalidConfig("delayMs", `${outcome._tag}'s delayMs must be a number of 0 or more, not ${shown(delayMs)}.`);
  if (outcome._tag === "Block" && outcome.scope !== "key" && outcome.scope !== "queue")
    return invalidConfig("scope", `Block's scope must be "key" or "queue", not ${shown(outcome.scope)}.`);
  return undefined;
};
