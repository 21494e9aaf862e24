/** How long to wait before the next attempt, in whole seconds. */
import type { RetryDelay } from "../routes/Routes.js";

/**
 * Constant: always the same. Exponential, with decorrelated jitter: `base` at first, then a random number from `base` to three times the
 * wait before, and `max` at most.
 *
 * @param beforeSeconds the wait before the attempt that has failed; undefined: there was none
 * @param random a number in [0, 1)
 */
export const retryDelaySeconds = (
  delay: RetryDelay,
  beforeSeconds: number | undefined,
  random: () => number,
): number => {
  if (delay.type === "constant") return delay.interval;
  const { base, max } = delay;
  if (beforeSeconds === undefined) return Math.min(max, base);
  const most = Math.max(base, 3 * beforeSeconds);
  return Math.min(max, base + Math.floor(random() * (most - base + 1)));
};
