/** The one shape in which somebody is told how a thing ended that was asked for. */
import type { SluiceError } from "./SluiceError.js";

/**
 * Called once, later or at once: with the error, or with undefined and what came of it. Beside an error the value is what was
 * asked for, as far as there is such a thing. One function for both, since one object or two closures more for each message
 * would cost more than the rest of its settlement.
 */
export type End<in T> = (error: SluiceError | undefined, value: T) => void;
