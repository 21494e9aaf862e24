import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SortPart, sortOf } from "../../../src/records/sortOf.js";

const sign = (n: number): number => (n < 0 ? -1 : n > 0 ? 1 : 0);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const numbers = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MIN_VALUE,
    -Number.MIN_VALUE,
  ),
);
const bytesOf = (text: string): Buffer => Buffer.from(text, "utf8");
const texts = fc
  .string({ unit: "grapheme", maxLength: 8 })
  .filter((text) => text.isWellFormed() && bytesOf(text).length <= 32);

describe("sortOf", () => {
  it("orders numbers as they are ordered, 0 and -0 alike", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => order(sortOf(a), sortOf(b)) === (a === b ? 0 : sign(a < b ? -1 : 1))),
      { numRuns: 2_000 },
    );
  });

  it("orders texts by their code points", () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => order(sortOf(a), sortOf(b)) === sign(Buffer.compare(bytesOf(a), bytesOf(b)))),
      { numRuns: 2_000 },
    );
  });

  it("orders by the first part, then by the second, then by the text", () => {
    fc.assert(
      fc.property(fc.tuple(numbers, numbers, texts), fc.tuple(numbers, numbers, texts), ([a, b, c], [x, y, z]) => {
        const expected =
          a !== x ? sign(a < x ? -1 : 1) : b !== y ? sign(b < y ? -1 : 1) : Buffer.compare(bytesOf(c), bytesOf(z));
        return order(sortOf(a, b, c), sortOf(x, y, z)) === sign(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it("orders times as their milliseconds", () => {
    expect(sortOf(new Date(5))).toBe(sortOf(5));
    expect(sortOf(new Date(-1)) < sortOf(new Date(0))).toBe(true);
  });

  it("has 1 to 128 characters, none of them a blank", () => {
    for (const parts of [[""], [0], ["a b"], [1, new Date(2), "é\u0000🙂 ~!"]] as const)
      expect(sortOf(...(parts as readonly [SortPart]))).toMatch(/^[!-~]{1,128}$/);
    expect(sortOf(0, "a".repeat(118))).toHaveLength(128);
  });

  it.each([
    [["a", 1], /must be the last part/],
    [[Number.NaN], /NaN or an invalid Date/],
    [[new Date("no")], /NaN or an invalid Date/],
    [["\ud800"], /well-formed/],
    [["a".repeat(129)], /at most 128/],
    [[true], /a number, a Date or a text, not true/],
    [[], /one part at least/],
  ])("refuses %j", (parts, sentence) => {
    expect(() => sortOf(...(parts as unknown as readonly [SortPart]))).toThrow(sentence);
  });
});
