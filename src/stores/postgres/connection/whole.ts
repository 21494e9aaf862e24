/** Numbers as the functions take them. */
import { DELAY_MS_MAX } from "../../../core/options.js";

/** Due, or over, no earlier than asked, in whole milliseconds: the server counts no fractions. Ten years at most. */
export const wholeMs = (ms: number): number => (ms > 0 ? Math.min(Math.ceil(ms), DELAY_MS_MAX) : 0);

/** The functions count in 32 bits: a larger bound means none, and none has a fraction. */
export const wholeCount = (count: number): number => Math.floor(Math.min(count, 2_000_000_000));
