/** Ends one lease by an outcome. The caller has checked that the lease is live. */
import { Ack, type Outcome, Reject } from "../../core/Outcome.js";
import type { SettleStep, StepResult } from "../../core/Step.js";
import type { Entry } from "./Entry.js";
import type { QueueState } from "./QueueState.js";

const acked: StepResult = { _tag: "Settled", outcome: Ack };

/** Performs the step and tells what was performed: a Retry out of attempts is a Reject. */
export const settle = (queue: QueueState, entry: Entry, step: SettleStep, nowMs: number): StepResult => {
  queue.leases.remove(entry);
  if (step.outcome._tag === "Ack") {
    queue.acked++;
    queue.passOn(entry, nowMs);
    return acked;
  }
  return { _tag: "Settled", outcome: perform(queue, entry, step, nowMs) };
};

const perform = (
  queue: QueueState,
  entry: Entry,
  { outcome, cause, attemptsMax }: SettleStep,
  nowMs: number,
): Outcome => {
  if (outcome._tag === "Release") {
    queue.comeBack(entry);
    return outcome;
  }
  const aside = { atMs: nowMs, cause };
  queue.fail(entry, aside);
  if (outcome._tag === "Block") {
    queue.block(entry, { ...aside, scope: outcome.scope });
    return outcome;
  }
  if (outcome._tag === "Retry" && entry.attempts < attemptsMax) {
    const delayMs = outcome.delayMs ?? 0;
    if (delayMs > 0) queue.comeBackAt(entry, nowMs + delayMs);
    else queue.comeBack(entry);
    return outcome;
  }
  queue.bury(entry, aside);
  return outcome._tag === "Retry" ? Reject({ cause: outcome.cause }) : outcome;
};
