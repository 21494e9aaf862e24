import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { newMessageId } from "../../../src/core/MessageId.js";
import { randomOf } from "../../../src/core/Random.js";

const draw = (seed: string, count: number): ReadonlyArray<number> => {
  const random = randomOf(seed);
  return Array.from({ length: count }, random);
};

/** Pearson's chi-squared of numbers in [0, 1) over `bins` equal bins; about `bins - 1` where they are uniform. */
const chiSquared = (numbers: ReadonlyArray<number>, bins: number): number => {
  const counts = new Array<number>(bins).fill(0);
  for (const number of numbers) counts[Math.floor(number * bins)]! += 1;
  const expected = numbers.length / bins;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

// The 99.99 % quantile of chi-squared with 19 degrees of freedom is 49; the seeds are fixed, so this never flickers.
const CHI_SQUARED_MAX = 49;

describe("randomOf", () => {
  test.prop([fc.string()])("draws numbers in [0, 1)", (seed) => {
    for (const number of draw(seed, 20)) {
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(1);
    }
  });

  test.prop([fc.string()])("follows from the seed alone", (seed) => {
    expect(draw(seed, 10)).toEqual(draw(seed, 10));
  });

  it("gives known numbers for a known seed, so that jitter is the same in every version", () => {
    expect(draw("sluice", 3).map((number) => number.toFixed(6))).toMatchInlineSnapshot(`
      [
        "0.690358",
        "0.049715",
        "0.177361",
      ]
    `);
  });

  it("draws uniformly within one sequence", () => {
    expect(chiSquared(draw("one seed", 20_000), 20)).toBeLessThan(CHI_SQUARED_MAX);
  });

  it("draws uniformly over the first numbers of many seeds that differ in one place", () => {
    const firsts = Array.from({ length: 20_000 }, (_, i) => randomOf(`0190a5c0-0000-7000-8000-${i}`)());
    expect(chiSquared(firsts, 20)).toBeLessThan(CHI_SQUARED_MAX);
  });

  it("tells the seeds of two messages apart", () => {
    const firsts = Array.from({ length: 1_000 }, () => randomOf(newMessageId())());
    expect(new Set(firsts).size).toBeGreaterThan(990);
  });

  it("takes the empty seed", () => {
    expect(draw("", 2)).toHaveLength(2);
    expect(draw("", 2)[0]).not.toBe(draw("", 2)[1]);
  });
});
