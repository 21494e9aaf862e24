/** Numbers as the server takes them. */
import { DELAY_MS_MAX } from "../../../core/options.js";

/** Due, or over, no earlier than asked, in whole milliseconds: the server counts no fractions. Ten years at most. */
export const wholeMs = (ms: number): number => (ms > 0 ? Math.min(Math.ceil(ms), DELAY_MS_MAX) : 0);

/** As large as a count of the server may be; larger ones mean no bound. */
const COUNT_MAX = 2_000_000_000;

/** A bound on a count: the server counts no fractions, and no further than this. */
export const wholeCount = (count: number): number => Math.floor(Math.min(count, COUNT_MAX));
