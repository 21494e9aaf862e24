/** How a caller is told that what it asked for has ended. */
import type { SluiceError } from "./SluiceError.js";

/**
 * Called once, later or at once: with undefined and the result, or with the error and, where there is such a value, what was
 * asked for. It is one function for both cases: an object or two closures more for each message would cost more than the rest of
 * its settlement.
 */
export type End<in T> = (error: SluiceError | undefined, value: T) => void;
