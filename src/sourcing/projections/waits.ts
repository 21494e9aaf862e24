/** The times of projections beside those of `log/leading`, in one place. */

/** How often lag is looked for, while it changes. */
export const LAG_MS = 1_000;

/** Delays between two looks of `waitFor`: the first, by how much each is longer, and the longest. */
export const LOOK_MS = 10;
export const LOOK_FACTOR = 1.5;
export const LOOK_MS_MAX = 250;
