/**
 * A count that bounds something, as the server counts: its integers end at 2,147,483,647 and hold no fraction. Nothing that the store
 * bounds by a count comes so far, so a larger one means no bound.
 */
export const wholeCount = (count: number): number => Math.floor(Math.min(count, 2_000_000_000));
