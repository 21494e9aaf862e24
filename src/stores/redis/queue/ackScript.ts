/** The script for writes of acks alone, of one queue and one to a list, as nearly all settlements are. */
import { right } from "fp-ts/lib/Either.js";
import { Ack } from "../../../core/Outcome.js";
import type { SettleStep } from "../../../core/steps/Settle.js";
import type { WriteAnswer } from "../../../core/steps/Step.js";
import type { Shape } from "../write/shapes.js";
import { readAnswers, type Steps } from "../write/writeScript.js";
import { fenceOf } from "./token.js";

const ACKED: WriteAnswer = right([{ _tag: "Settled", outcome: Ack }]);

export const ackShape: Shape = {
  fits: (lists) => {
    const first = lists[0]?.[0];
    return first?._tag === "Settle" && lists.every((list) => list.length === 1 && isAckOf(list[0], first.queue));
  },
  script: {
    name: "ack",
    encode: ({ keys, given, lists, result, answered }) => {
      const acks = lists as ReadonlyArray<ReadonlyArray<SettleStep>>;
      const key = keys.queue(acks[0]?.[0]?.queue ?? "");
      let keyed = "0";
      let deduped = "0";
      const tokens: Array<string> = [];
      for (const [step] of acks) {
        if (step === undefined) continue;
        const fence = fenceOf(step.token, step.id);
        if (fence.keyed) keyed = "1";
        if (fence.deduped) deduped = "1";
        tokens.push(fence.token);
      }
      return {
        keys: [result, key, `${key}:l`, `${key}:x`, ...answered],
        args: [given, keyed, deduped, tokens.join(" ")],
      };
    },
    decode: (reply, { lists }) =>
      reply === "+" ? new Array<WriteAnswer>(lists.length).fill(ACKED) : readAnswers(reply, lists),
  },
  handsOver: () => undefined,
};

export const isAckOf = (step: Steps[number] | undefined, queue: string): boolean =>
  step?._tag === "Settle" && step.outcome._tag === "Ack" && step.queue === queue;
