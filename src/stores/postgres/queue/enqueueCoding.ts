/** How an enqueue goes to the server. */
import { utf8Length } from "../../../core/bytes.js";
import { invariant } from "../../../core/invariant.js";
import type { MessageId } from "../../../core/MessageId.js";
import { checkMark, type EnqueuedResult, type EnqueueStep } from "../../../core/steps/Enqueue.js";
import { decodeText, encodeText } from "../connection/text.js";
import { wholeMs } from "../connection/whole.js";
import { keyLock, lockOf } from "../write/locks.js";
import type { StepCoding } from "../write/StepCoding.js";

export const Enqueue: StepCoding<EnqueueStep, EnqueuedResult> = {
  encode: (step, body) => {
    const { queue, id, payload, key, headers, delayMs, priority, expiresInMs, dedupe, mark } = step;
    checkMark(step);
    invariant(Number.isInteger(priority) && priority >= 0 && priority <= 9, "a priority is a whole number from 0 to 9");
    const number = body.queue(queue);
    const stripe = key === undefined ? null : keyLock(queue, key);
    if (stripe !== null) {
      body.lock(stripe);
      body.joinsKey(number);
    }
    if (dedupe !== undefined) body.lock(lockOf("dedupe", `${queue} ${dedupe.id}`));
    body.wakes(number);
    return [
      "e",
      number,
      encodeText(id),
      encodeText(payload),
      utf8Length(payload),
      key === undefined ? null : encodeText(key),
      stripe,
      headersText(headers),
      wholeMs(delayMs),
      priority,
      expiresInMs === undefined ? null : wholeMs(expiresInMs),
      dedupe === undefined ? null : encodeText(dedupe.id),
      dedupe === undefined ? null : windowOf(dedupe.windowMs),
      mark ?? null,
    ];
  },
  result: (word) => {
    invariant(word.startsWith("d"), "an enqueue that was not done as asked is a duplicate");
    return { _tag: "Enqueued", id: decodeText(word.slice(1)) as MessageId, duplicate: true };
  },
  // Whatever an enqueue finds, it is done.
  subject: ({ id }) => `message ${id}`,
};

/** JSON, which has no control character and no lone surrogate. */
const headersText = (headers: EnqueueStep["headers"]): string | null => {
  if (headers === undefined) return null;
  const text = JSON.stringify(headers);
  return text === "{}" ? null : text;
};

// A window without end lasts until the message leaves the queue.
const windowOf = (windowMs: number): number => (windowMs === Number.POSITIVE_INFINITY ? -1 : wholeMs(windowMs));
