/** Checks of the options of a destination. */
import { duration, optionsOf, realNumber, shown, wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { DestinationOptions } from "./Destination.js";

const CONCURRENCY = { min: 1, max: 1_000 };
const RATE_PER_SECOND = { min: 0.001, max: 10_000 };
const FAILURES = { min: 1, max: 1_000_000 };

/** How long a breaker stays open. Milliseconds. */
export const BREAK_MS = 30_000;

/** The names of the options that every destination has. */
export const DESTINATION_NAMES = ["concurrency", "timeoutMs", "ratePerSecondMax", "breakAfter", "breakMs"] as const;

/** A number of handlers at a time, or `InvalidConfig`. */
export const checkConcurrency = (concurrency: number): number => wholeNumber("concurrency", concurrency, CONCURRENCY);

/** The same options, read once, or `InvalidConfig`. */
export const checkDestinationOptions = (given: DestinationOptions): DestinationOptions => {
  const { concurrency, timeoutMs, ratePerSecondMax, breakAfter, breakMs } = optionsOf(given, DESTINATION_NAMES);
  if (breakMs !== undefined && breakAfter === undefined)
    throw invalidConfig("breakMs", "breakMs needs breakAfter: so many failures in a row open the breaker.");
  return {
    concurrency: concurrency === undefined ? undefined : checkConcurrency(concurrency),
    timeoutMs:
      timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
        ? timeoutMs
        : realNumber("timeoutMs", timeoutMs, { ...duration, min: 1 }),
    ratePerSecondMax: ratePerSecondMax === undefined ? undefined : checkRate(ratePerSecondMax),
    breakAfter: breakAfter === undefined ? undefined : wholeNumber("breakAfter", breakAfter, FAILURES),
    breakMs: breakMs === undefined ? undefined : wholeNumber("breakMs", breakMs, duration),
  };
};

const checkRate = (ratePerSecondMax: number): number => {
  const { min, max } = RATE_PER_SECOND;
  if (realNumber("ratePerSecondMax", ratePerSecondMax, RATE_PER_SECOND) < 1 || Number.isInteger(ratePerSecondMax))
    return ratePerSecondMax;
  throw invalidConfig(
    "ratePerSecondMax",
    `ratePerSecondMax must be a whole number from 1 to ${max}, or a part of 1 from ${min} (0.1 is one in ten seconds), not ${shown(ratePerSecondMax)}.`,
  );
};
