/** The times of correlation beside those of `log/leading`. */

/**
 * At the end of the log nobody is woken by what people or other programs agree upon meanwhile: a reset, a new reaction, a place that was
 * left. So both who leads and who stands by look so often.
 */
export const CONTROL_LOOK_MS = 2_000;

/** Who catches up, and writes nothing besides, shows so often that he is there. */
export const SIGN_MS = 400;

/** Who waits for that looks so often whether the other one has left, so that a stop is no pause for anybody. */
export const LEFT_LOOK_MS = 250;

/** How long a lane that is full, or a target whose line is being emptied, is left alone between two looks. */
export const LOOK_MS = 50;

/** How long heads may take before the targets that are to be replayed behind them are put aside. */
export const PATIENCE_MS = 1_000;

/** Who does nothing but look at such heads shows so often that he is there. Who stands by looks whether that has gone on. */
export const HEADS_SIGN_MS = 5_000;
export const HEADS_STILL_MS: number = 2 * HEADS_SIGN_MS;
