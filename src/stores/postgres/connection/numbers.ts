/** Numbers as functions read them. */
import { DELAY_MS_MAX } from "../../../core/options.js";

/** Milliseconds, rounded up, since the server counts whole ones: a message never comes before its time. */
export const wholeMs = (ms: number): number => (ms > 0 ? Math.min(Math.ceil(ms), DELAY_MS_MAX) : 0);
