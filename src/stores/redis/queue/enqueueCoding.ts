/** How an enqueue goes to the server in a write of any steps. */
import { escapeText } from "../../../core/escapeText.js";
import { invariant } from "../../../core/invariant.js";
import type { MessageId } from "../../../core/MessageId.js";
import { checkMark, type EnqueuedResult, type EnqueueStep } from "../../../core/steps/Enqueue.js";
import { wholeId } from "../scripts/compactId.js";
import { wholeMs } from "../scripts/numbers.js";
import type { StepCoding } from "../write/StepCoding.js";
import { encodeTail } from "./parcel.js";

export const Enqueue: StepCoding<EnqueueStep, EnqueuedResult> = {
  noun: "q",
  encode: (step, body) => {
    const { dedupe } = step;
    checkMark(step);
    body.args.push(
      "e",
      body.number(body.keys.queue(step.queue)),
      lineOf(step),
      wholeMs(step.delayMs),
      // A letter before it, since the empty text is an id too.
      dedupe === undefined ? "" : `d${escapeText(dedupe.id)}`,
      dedupe === undefined ? "" : windowOf(dedupe.windowMs),
      encodeTail(step),
    );
  },
  result: (word) => {
    invariant(word.startsWith("d"), "an enqueue that was not done as asked is a duplicate");
    return { _tag: "Enqueued", id: wholeId(word.slice(1)) as MessageId, duplicate: true };
  },
  subject: ({ queue }) => queue,
  frees: false,
  cheap: () => false,
};

/** The key, behind the mark if there is one: neither has a blank. */
const lineOf = ({ key, mark }: EnqueueStep): string => {
  if (key === undefined) return "";
  return mark === undefined ? `k${escapeText(key)}` : `m${mark} k${escapeText(key)}`;
};

// A window without end lasts until the message leaves the queue.
const windowOf = (windowMs: number): string => (windowMs === Number.POSITIVE_INFINITY ? "s" : wholeMs(windowMs));
