/** Checks of the options of a destination. */
import { duration, realNumber, wholeNumber } from "../core/options.js";
import type { DestinationOptions } from "./Destination.js";

const CONCURRENCY = { min: 1, max: 1_000 };

/** A number of handlers at a time, or `InvalidConfig`. */
export const checkConcurrency = (concurrency: number): number => wholeNumber("concurrency", concurrency, CONCURRENCY);

/** The same options, read once, or `InvalidConfig`. */
export const checkDestinationOptions = ({ concurrency, timeoutMs }: DestinationOptions): DestinationOptions => ({
  concurrency: concurrency === undefined ? undefined : checkConcurrency(concurrency),
  timeoutMs:
    timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
      ? timeoutMs
      : realNumber("timeoutMs", timeoutMs, { ...duration, min: 1 }),
});
