/** The value below which the given share of all values lies; for 0.5 of an even count, the mean of the middle two. */
export const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
};

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const spreadOf = (values: ReadonlyArray<number>): Spread => ({
  median: quantile(values, 0.5),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** Round by round, so that what slowed a whole round down cancels out. */
export const ratios = (numerators: ReadonlyArray<number>, denominators: ReadonlyArray<number>): ReadonlyArray<number> =>
  numerators.map((value, round) => value / (denominators[round] ?? Number.NaN));
