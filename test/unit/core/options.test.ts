import { describe, expect, it } from "vitest";
import {
  callable,
  DURATION_MS_MAX,
  duration,
  oneOf,
  realNumber,
  wellFormedName,
  wholeNumber,
} from "../../../src/core/options.js";

const refusal = (option: string, ...parts: ReadonlyArray<string>): unknown =>
  expect.objectContaining({
    _tag: "InvalidConfig",
    option,
    message: expect.stringMatching(new RegExp(parts.join(".*"), "s")) as string,
  });

describe("wholeNumber", () => {
  it.each([0, -0, 1, 10])("takes %s from 0 to 10 as it is", (value) => {
    expect(wholeNumber("n", value, { min: 0, max: 10 })).toBe(value);
  });

  it.each([-1, 11, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "3", null, undefined, 3n])("refuses %s", (value) => {
    expect(() => wholeNumber("sizeMax", value as number, { min: 0, max: 10 })).toThrow(
      refusal("sizeMax", "sizeMax", "0", "10", String(value)),
    );
  });
});

describe("realNumber", () => {
  it("tells a text from the number that it looks like", () => {
    expect(() => realNumber("delayMs", "10" as unknown as number, { min: 0, max: 10 })).toThrow(/not "10"\./);
    expect(() => wholeNumber("prefetch", "10" as unknown as number, { min: 0, max: 10 })).toThrow(/not "10"\./);
  });

  it("takes fractions and both ends", () => {
    for (const value of [0, 0.5, 10]) expect(realNumber("n", value, { min: 0, max: 10 })).toBe(value);
  });

  it("takes Infinity where the range holds it, and only there", () => {
    expect(realNumber("n", Number.POSITIVE_INFINITY, { min: 0, max: Number.POSITIVE_INFINITY })).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(() => realNumber("n", Number.POSITIVE_INFINITY, { min: 0, max: 10 })).toThrow(refusal("n", "Infinity"));
  });

  it.each([-0.1, 10.1, Number.NaN, "3", null])("refuses %s", (value) => {
    expect(() => realNumber("factor", value as number, { min: 0, max: 10 })).toThrow(refusal("factor", String(value)));
  });
});

describe("callable", () => {
  it("takes a function and refuses what is none", () => {
    expect(callable("key", String)).toBe(String);
    expect(() => callable("key", "customerId")).toThrow(/key must be a function, not "customerId"\./);
    expect(() => callable("work", 5)).toThrow(/work must be a function, not 5\./);
  });
});

describe("oneOf", () => {
  it("takes a word of the list and refuses others by naming the list", () => {
    expect(oneOf("scope", "key", ["key", "queue"])).toBe("key");
    expect(() => oneOf<string>("scope", "all", ["key", "queue"])).toThrow(refusal("scope", "key, queue", "all"));
  });
});

describe("duration", () => {
  it("ends below what a 32-bit timer holds", () => {
    expect(duration).toEqual({ min: 0, max: DURATION_MS_MAX });
    expect(DURATION_MS_MAX).toBeLessThan(2 ** 31);
  });
});

describe("wellFormedName", () => {
  it.each(["orders", "a", "shop/orders:v2.1@eu_west-1", "Bestellungen-Größe", "注文", "x".repeat(128)])(
    "takes %s",
    (name) => {
      expect(wellFormedName("name", name)).toBe(name);
    },
  );

  it.each([
    "",
    "x".repeat(129),
    "a b",
    "a{b}",
    "a}",
    "a\nb",
    "a\n",
    "a\0",
    "a\tb",
    "a*",
    "a%",
    'a"',
    "\u{1f600}",
    "\ud800",
    7,
    null,
    undefined,
    ["orders"],
  ])("refuses %j", (name) => {
    expect(() => wellFormedName("name", name as string)).toThrow(refusal("name", "name must have 1 to 128 characters"));
  });
});
