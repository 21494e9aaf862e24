/** The times of correlation, in one place. */

/** A checkpoint that alone has moved is stored when so much has passed since the last write: types that nobody wants cost nothing. */
export const QUIET_MS = 50;

/** Who finds that nothing was written for so long, though the log has grown, takes over. */
export const STAND_STILL_MS = 1_000;

/** And up to so much more, by chance, so that of many who stand by one is first. */
export const STAND_STILL_JITTER_MS = 500;

/** Who waits for that looks so often whether the other one has left, so that a stop is no pause for anybody. */
export const LEFT_LOOK_MS = 250;

/** How long a lane that is full, or a target whose line is being emptied, is left alone between two looks. */
export const LOOK_MS = 50;
