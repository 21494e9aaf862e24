/** The longest blocking read (milliseconds): bounds for how long something is handed over to a process that is gone. */
export const BLOCK_MS_MAX = 2_000;
