/** Numbers as scripts read them. */
import { DELAY_MS_MAX } from "../../../core/options.js";

/** Milliseconds, rounded up: a message never comes before its time. */
export const wholeMs = (ms: number): string => (ms > 0 ? Math.min(Math.ceil(ms), DELAY_MS_MAX).toFixed(0) : "0");
