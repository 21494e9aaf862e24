/** The script for lists that ack a message of one queue and put a record behind that: as of who notes the result of each message. */
import { escapeText } from "../../../core/escapeText.js";
import { type PutStep, ttlMsOf } from "../../../core/steps/Put.js";
import type { SettleStep } from "../../../core/steps/Settle.js";
import { isAckOf } from "../queue/ackScript.js";
import { fenceOf } from "../queue/token.js";
import { expectedText } from "../records/recordCodings.js";
import type { Keys } from "../scripts/keys.js";
import { wholeMs } from "../scripts/numbers.js";
import { recordTextOf } from "../scripts/recordText.js";
import { Body } from "./StepCoding.js";
import type { Shape } from "./shapes.js";
import { readAnswers, type Steps } from "./writeScript.js";

/** Lists of one ack, and one put or none. */
type Concluding = ReadonlyArray<readonly [ack: SettleStep, put?: PutStep]>;

const isPutOrNone = (step: Steps[number] | undefined): boolean => step === undefined || step._tag === "Put";

/** The arguments of a put: see `lua/include/putAlong.lua`. */
const encodePut = (put: PutStep, body: Body): void => {
  const ttlMs = ttlMsOf(put.keep);
  body.args.push(
    body.number(body.keys.collection(put.collection)),
    escapeText(put.id),
    expectedText(put.expected),
    ttlMs === undefined ? "" : wholeMs(ttlMs),
    recordTextOf(put),
  );
};

const encodeLists = (keys: Keys, lists: Concluding) => {
  const body = new Body(keys);
  let keyed = "0";
  let deduped = "0";
  for (const [ack, put] of lists) {
    const fence = fenceOf(ack.token, ack.id);
    if (fence.keyed) keyed = "1";
    if (fence.deduped) deduped = "1";
    body.args.push(fence.token);
    if (put === undefined) body.args.push("");
    else encodePut(put, body);
  }
  return { keyed, deduped, body };
};

export const concludeShape: Shape = {
  fits: (lists) => {
    const first = lists[0]?.[0];
    return (
      first?._tag === "Settle" &&
      lists.every((list) => list.length < 3 && isAckOf(list[0], first.queue) && isPutOrNone(list[1]))
    );
  },
  script: {
    name: "conclude",
    encode: ({ keys, given, lists, result, answered }) => {
      const concluding = lists as unknown as Concluding;
      const key = keys.queue(concluding[0]?.[0].queue ?? "");
      const { keyed, deduped, body } = encodeLists(keys, concluding);
      const collections = body.numbered();
      return {
        keys: [result, key, `${key}:l`, `${key}:x`, ...collections, ...answered],
        args: [given, keyed, deduped, String(collections.length)].concat(body.args),
      };
    },
    decode: (reply, { lists }) => readAnswers(reply, lists),
  },
  handsOver: () => undefined,
};
