/** The times of those who follow the log with a checkpoint, one at a time: projections, and the correlation of brokers. */

/** A position that alone has changed is stored when so much has passed since the last write: types that nobody wants cost nothing. */
export const QUIET_MS = 50;

/** Who finds that nothing was written for so long, though the log has grown, takes over. */
export const STAND_STILL_MS = 1_000;

/** And up to so much more, by chance, so that of many who stand by one is first. */
export const STAND_STILL_JITTER_MS = 500;

/** A run that was stopped completes after that also while the store does not answer. */
export const END_MS_MAX = 1_000;
