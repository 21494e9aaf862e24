/** Which calls fail is decided by a seed, the call and its attempt, so that every run has the same failures, whoever makes the call. */
import { createHash } from "node:crypto";

/** The same number in [0, 1) for the same texts. */
export const chance = (...texts: ReadonlyArray<string>): number =>
  createHash("sha256").update(texts.join("\n")).digest().readUInt32BE(0) / 2 ** 32;

/** How many attempts fail before one does not. */
export const failuresOf = (seed: string, destination: string, delivery: string): number => {
  const drawn = chance(seed, destination, delivery);
  if (drawn < 0.03) return Number.POSITIVE_INFINITY;
  return drawn < 0.1 ? 2 : drawn < 0.25 ? 1 : 0;
};
