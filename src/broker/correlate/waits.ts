/** The times of correlation beside those of `log/leading`. */

/** Who waits for that looks so often whether the other one has left, so that a stop is no pause for anybody. */
export const LEFT_LOOK_MS = 250;

/** How long a lane that is full, or a target whose line is being emptied, is left alone between two looks. */
export const LOOK_MS = 50;

/** How often it is looked whether people, or another version of the program, have changed what all agree upon, while the log stands still. */
export const CONTROL_LOOK_MS = 2_000;
