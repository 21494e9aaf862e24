import { test as property } from "@fast-check/vitest";
import * as fc from "fast-check";
import * as E from "fp-ts/lib/Either.js";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { compilePattern, plainPattern } from "../../../../src/hub/routes/pattern.js";

const finds = (source: string, text: string): boolean => {
  const compiled = compilePattern(source);
  if (E.isLeft(compiled)) throw new Error(compiled.left);
  return compiled.right(text);
};

/** Texts of the signs that patterns are made of. */
const literals = fc.array(fc.constantFrom("a", "b", "\\.", "\\-", "\\/", "-", " ", "\n", "é", "😀"), { maxLength: 3 });
const sources = fc
  .record({
    begin: fc.constantFrom("", "^"),
    texts: fc.array(
      literals.map((parts) => parts.join("")),
      { minLength: 1, maxLength: 3 },
    ),
    group: fc.constantFrom("(", "(?:"),
    rest: fc.constantFrom("", ".*"),
    end: fc.constantFrom("", "$"),
  })
  .map(
    ({ begin, texts, group, rest, end }) =>
      `${begin}${texts.length === 1 ? texts.join("") : `${group}${texts.join("|")})`}${rest}${end}`,
  );
const texts = fc.string({
  unit: fc.constantFrom("a", "b", ".", "-", "/", " ", "\n", "é", "😀", "\ud83d"),
  maxLength: 6,
});

describe("a pattern of plain texts", () => {
  property.prop([sources, texts], { numRuns: 500 })("finds what the engine finds", (source, text) => {
    const plain = plainPattern(source);
    fc.pre(plain !== undefined);
    expect(plain?.(text)).toBe(RE2JS.compile(source).test(text));
  });

  it("is told from all others", () => {
    for (const source of ["^order.*", "^(push|issues)$", "a\\.b", "", "^", "$", "(?:a|)"])
      expect(plainPattern(source)).toBeDefined();
    for (const source of [
      "^a.*$",
      "a|b",
      "a.b",
      "[a]",
      "a+",
      "(?i)a",
      "\\d",
      "\\pL",
      "\ud83d",
      "(a)(b)",
      "((a))",
      "a$b",
      "x^",
    ])
      expect(plainPattern(source)).toBeUndefined();
  });
});

describe("any other pattern", () => {
  it("finds by the engine", () => {
    expect(finds("(?i)^ORD[ei]R", "order")).toBe(true);
    expect(finds("^a.*$", "a\nb")).toBe(false);
    expect(finds("\\d{3}", "a12")).toBe(false);
  });

  it.each(["(a+)+$", "(a|aa)+$", "(.*)*x", "^(\\w+\\s?)*$"])("%s takes linear time", (source) => {
    const text = `${"a".repeat(100_000)}!`;
    const startMs = performance.now();
    expect(finds(source, text)).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it.each(["(a", "(?=a)", "(a)\\1", "a{1001}", "((a{100}){100}){100}", "*", "[z-a]"])("%s is refused", (source) => {
    expect(compilePattern(source)).toEqual(E.left(expect.stringMatching(/^is no regular expression of RE2 \(/u)));
  });
});
