/** How a settlement goes to the server. */
import { absurd, invariant } from "../../../core/invariant.js";
import { delayOf, type Outcome, Reject } from "../../../core/Outcome.js";
import type { SettledResult, SettleStep } from "../../../core/steps/Settle.js";
import { encodeText } from "../connection/text.js";
import { wholeCount } from "../connection/wholeCount.js";
import { wholeMs } from "../connection/wholeMs.js";
import type { StepCoding } from "../write/StepCoding.js";
import { fenceOf } from "./token.js";

export const Settle: StepCoding<SettleStep, SettledResult> = {
  encode: ({ queue, id, token, outcome, cause, attemptsMax, untouched }, body) => {
    const { seq, lease, stripe } = fenceOf(token, id);
    const number = body.queue(queue);
    const letter = untouched === true ? "u" : letterOf(outcome);
    body.settles(seq);
    if (stripe !== undefined) body.lock(stripe);
    if (letter !== "a" || stripe !== undefined) body.wakes(number);
    const head = ["s", number, seq, lease, letter];
    return letter === "a" ? head : [...head, wholeMs(delayOf(outcome)), encodeText(cause), wholeCount(attemptsMax)];
  },
  result: (word, { outcome }) => {
    invariant(word === "j" && outcome._tag === "Retry", "only a retry is done otherwise than asked");
    return { _tag: "Settled", outcome: Reject({ cause: outcome.cause }) };
  },
  subject: ({ token }) => `lease ${token}`,
};

const letterOf = (outcome: Outcome): string => {
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
