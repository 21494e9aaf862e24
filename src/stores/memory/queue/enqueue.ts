/** Adds a new message, unless its dedupe id stands for an earlier one. */
import { noHeaders, plainHeaders } from "../../../core/Envelope.js";
import { invariant } from "../../../core/invariant.js";
import { checkMark, type EnqueuedResult, type EnqueueStep } from "../../../core/steps/Enqueue.js";
import type { Performer } from "../write/Performer.js";
import { Entry } from "./Entry.js";
import type { QueueState } from "./QueueState.js";

export const Enqueue: Performer<EnqueueStep, EnqueuedResult> = {
  // A message that became due before stands before one that joins its key now.
  prepare: (step, { contents, nowMs }) => {
    checkMark(step);
    if (step.key !== undefined) contents.queue(step.queue).promoteDue(nowMs);
  },
  check: (step, { contents, nowMs }) => {
    invariant(isLevel(step.priority), "a priority is a whole number from 0 to 9");
    const queue = contents.queue(step.queue);
    return () => enqueue(queue, step, nowMs);
  },
};

const isLevel = (priority: number): boolean => Number.isInteger(priority) && priority >= 0 && priority <= 9;

const enqueue = (queue: QueueState, step: EnqueueStep, nowMs: number): EnqueuedResult => {
  const { id, dedupe, delayMs, expiresInMs } = step;
  if (dedupe !== undefined) {
    const first = queue.dedupe.find(dedupe.id, nowMs);
    if (first !== undefined) return { _tag: "Enqueued", id: first, duplicate: true };
    queue.dedupe.add(dedupe.id, id, { windowMs: dedupe.windowMs, nowMs });
  }
  const entry = new Entry({
    id,
    payload: step.payload,
    key: step.key,
    // A copy: what the caller does to its object later must not change the message.
    headers: step.headers === undefined ? noHeaders : plainHeaders(step.headers),
    level: step.priority,
    enqueuedAtMs: nowMs,
    firstEnqueuedAtMs: nowMs,
  });
  if (delayMs > 0) entry.dueMs = nowMs + delayMs;
  if (expiresInMs !== undefined) entry.beginsUntilMs = nowMs + expiresInMs;
  if (dedupe?.windowMs === Number.POSITIVE_INFINITY) entry.dedupeId = dedupe.id;
  entry.mark = step.mark;
  queue.enqueued++;
  queue.admit(entry, nowMs);
  return { _tag: "Enqueued", id, duplicate: false };
};
