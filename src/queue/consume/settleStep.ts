/** The step that settles one message, and what speaks against an outcome whatever the message. */
import { describeCause } from "../../core/cause.js";
import type { MessageId } from "../../core/MessageId.js";
import { delayOf, type Outcome } from "../../core/Outcome.js";
import { shown } from "../../core/options.js";
import { type InvalidConfig, invalidConfig } from "../../core/SluiceError.js";
import type { SettleStep } from "../../core/steps/Settle.js";

/** The step that ends this lease with an outcome. */
export const settleStepOf = (
  { queue, attemptsMax }: { readonly queue: string; readonly attemptsMax: number },
  { id, token }: { readonly id: MessageId; readonly token: string },
  outcome: Outcome,
): SettleStep => ({ _tag: "Settle", queue, id, token, outcome, cause: causeText(outcome), attemptsMax });

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

/** Why no message can be settled with such a delay or scope, if something speaks against it. */
export const misfitOf = (outcome: Outcome): InvalidConfig | undefined => {
  const delayMs = delayOf(outcome);
  if (!(Number.isFinite(delayMs) && delayMs >= 0))
    return invalidConfig("delayMs", `${outcome._tag}'s delayMs must be a number of 0 or more, not ${shown(delayMs)}.`);
  if (outcome._tag === "Block" && outcome.scope !== "key" && outcome.scope !== "queue")
    return invalidConfig("scope", `Block's scope must be "key" or "queue", not ${shown(outcome.scope)}.`);
  return undefined;
};
