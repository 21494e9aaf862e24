/** How a settlement goes to the server in a write of any steps. */
import { absurd, invariant } from "../../../core/invariant.js";
import { delayOf, type Outcome, Reject } from "../../../core/Outcome.js";
import type { SettledResult, SettleStep } from "../../../core/steps/Settle.js";
import { wholeMs } from "../scripts/numbers.js";
import type { StepCoding } from "../write/StepCoding.js";
import { fenceOf } from "./token.js";

export const Settle: StepCoding<SettleStep, SettledResult> = {
  noun: "q",
  encode: (step, body) => {
    const { outcome } = step;
    const verb = step.untouched === true ? "u" : verbOf(outcome);
    body.args.push(verb, body.number(body.keys.queue(step.queue)), fenceOf(step.token, step.id).token);
    if (verb === "a") return;
    const delayMs = wholeMs(delayOf(outcome));
    if (outcome._tag === "Release") body.args.push(delayMs);
    else body.args.push(JSON.stringify(step.cause), delayMs, String(step.attemptsMax));
  },
  result: (word, { outcome }) => {
    invariant(word === "j" && outcome._tag === "Retry", "only a retry is done otherwise than asked");
    return { _tag: "Settled", outcome: Reject({ cause: outcome.cause }) };
  },
  subject: ({ queue }) => queue,
  frees: true,
  cheap: ({ outcome }) => outcome._tag === "Ack",
};

const verbOf = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "Ack":
      return "a";
    case "Retry":
      return "r";
    case "Release":
      return "l";
    case "Reject":
      return "j";
    case "Block":
      return outcome.scope === "queue" ? "B" : "b";
    default:
      return absurd(outcome);
  }
};
