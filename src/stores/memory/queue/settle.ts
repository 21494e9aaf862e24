/** Ends one lease by an outcome. */
import { Ack, delayOf, type Outcome, Reject } from "../../../core/Outcome.js";
import { leaseLost } from "../../../core/SluiceError.js";
import type { SettledResult, SettleStep } from "../../../core/steps/Settle.js";
import type { Performer } from "../write/Performer.js";
import type { Entry } from "./Entry.js";
import type { QueueState } from "./QueueState.js";

export const Settle: Performer<SettleStep, SettledResult> = {
  prepare: () => undefined,
  check: (step, { contents, nowMs, list }) => {
    const queue = contents.queue(step.queue);
    const entry = queue.leases.find(step.token);
    if (entry?.id !== step.id || entry.settledBy === list) return leaseLost(step.id);
    entry.settledBy = list;
    return () => settle({ queue, nowMs }, entry, step);
  },
};

const acked: SettledResult = { _tag: "Settled", outcome: Ack };

/** Where and when. */
interface At {
  readonly queue: QueueState;
  readonly nowMs: number;
}

/** Performs the step and answers what was performed: a Retry of a message that is out of attempts is a Reject. */
const settle = (at: At, entry: Entry, step: SettleStep): SettledResult => {
  const { queue } = at;
  queue.leases.remove(entry);
  if (step.outcome._tag === "Ack") {
    queue.acked++;
    queue.leave(entry);
    return acked;
  }
  return { _tag: "Settled", outcome: perform(at, entry, step) };
};

const perform = (
  { queue, nowMs }: At,
  entry: Entry,
  { outcome, cause, attemptsMax, untouched }: SettleStep,
): Outcome => {
  if (outcome._tag === "Release") {
    if (untouched !== true) entry.returned++;
    comeBackAfter(queue, entry, { delayMs: delayOf(outcome), nowMs });
    return outcome;
  }
  const aside = { atMs: nowMs, cause };
  queue.fail(entry, aside);
  entry.suspicion = 0;
  if (outcome._tag === "Block") {
    queue.block(entry, { ...aside, scope: outcome.scope });
    return outcome;
  }
  if (outcome._tag === "Retry" && entry.failures < attemptsMax) {
    comeBackAfter(queue, entry, { delayMs: delayOf(outcome), nowMs });
    return outcome;
  }
  queue.deadLetter(entry, aside);
  return outcome._tag === "Retry" ? Reject({ cause: outcome.cause }) : outcome;
};

const comeBackAfter = (
  queue: QueueState,
  entry: Entry,
  { delayMs, nowMs }: { readonly delayMs: number; readonly nowMs: number },
): void => {
  if (delayMs > 0) queue.comeBackAt(entry, nowMs + delayMs);
  else queue.comeBack(entry);
};
