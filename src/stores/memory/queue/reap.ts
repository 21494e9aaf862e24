/**
 * Ends leases whose time is over. The end counts as a failure: a message out of attempts is dead-lettered, any other goes back to
 * its former place. A message that was not begun by then goes back uncounted, two times in a row at most.
 */
import { PORTION_COUNT_MAX } from "../../../port/Inspect.js";
import type { Entry } from "./Entry.js";
import type { QueueState } from "./QueueState.js";

const SUSPICION_MAX = 2;
const CAUSE = "lease expired";

/** Reaps the leases that ended, 1,000 at most, and answers how many. */
export const reapEnded = (queue: QueueState, nowMs: number, attemptsMax: number): number =>
  queue.leases.size === 0 || queue.leases.nearestMs > nowMs
    ? 0
    : reap(queue, queue.leases.takeEnded(nowMs, PORTION_COUNT_MAX), { nowMs, attemptsMax });

/** Reaps all leases, ended or not, when an exclusive queue goes to another consumer. */
export const reapAll = (queue: QueueState, nowMs: number, attemptsMax: number): number =>
  reap(queue, queue.leases.takeEnded(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY), { nowMs, attemptsMax });

const reap = (
  queue: QueueState,
  ended: Array<Entry>,
  { nowMs, attemptsMax }: { readonly nowMs: number; readonly attemptsMax: number },
): number => {
  ended.sort((a, b) => a.order - b.order);
  for (const entry of ended) {
    const aside = { atMs: nowMs, cause: CAUSE };
    const uncounted = entry.unbegun && entry.suspicion < SUSPICION_MAX;
    entry.suspicion = Math.min(SUSPICION_MAX, entry.suspicion + 1);
    if (uncounted) {
      queue.comeBack(entry);
      continue;
    }
    queue.fail(entry, aside);
    if (entry.failures >= attemptsMax) queue.deadLetter(entry, aside);
    else queue.comeBack(entry);
  }
  return ended.length;
};
