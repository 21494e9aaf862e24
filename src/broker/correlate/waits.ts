/** The times of correlation beside those of `log/leading`. */

/** How long a lane that is full, or a target whose line is being emptied, is left alone between two looks. */
export const LOOK_MS = 50;
