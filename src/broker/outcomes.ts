/** Answers of handlers that only a broker knows. */

import { systemScheduler } from "../core/Clock.js";
import { type Outcome, Release } from "../core/Outcome.js";
import { DELAY_MS_MAX, realNumber, shown } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";

/** When to be delivered again: after some milliseconds, or at a time. */
export type DeferUntil = { readonly forMs: number } | { readonly until: Date };

const untils = new WeakMap<Outcome, number>();

/**
 * Holds the event in its place, without an attempt, and the events behind it at the same target too. Others go on.
 *
 * Throws `InvalidConfig` for what is no time.
 *
 * @param until `forMs`: milliseconds from now, ten years at most; or `until`: a time by the clock of the store. One that is past: at once
 */
export const Defer = (until: DeferUntil): Outcome => {
  if ("forMs" in until) {
    const delayMs = realNumber("forMs", until.forMs, { min: 0, max: DELAY_MS_MAX });
    return Release({ reason: "deferred", delayMs });
  }
  const untilMs = until.until instanceof Date ? until.until.getTime() : Number.NaN;
  if (Number.isNaN(untilMs)) throw invalidConfig("until", `until must be a valid Date, not ${shown(until.until)}.`);
  const outcome = Release({ reason: "deferred", delayMs: delayUntil(untilMs, systemScheduler.now()) });
  untils.set(outcome, untilMs);
  return outcome;
};

/** The same by the store's clock. */
export const deferredBy = (outcome: Outcome, nowMs: number): Outcome => {
  const untilMs = untils.get(outcome);
  return untilMs === undefined || outcome._tag !== "Release"
    ? outcome
    : Release({ reason: outcome.reason, delayMs: delayUntil(untilMs, nowMs) });
};

const delayUntil = (untilMs: number, nowMs: number): number => Math.min(Math.max(0, untilMs - nowMs), DELAY_MS_MAX);
