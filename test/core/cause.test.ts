import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { CAUSE_LENGTH_MAX, describeCause } from "../../src/core/cause.js";

class CardDeclined extends Error {
  override readonly name = "CardDeclined";
}

describe("describeCause", () => {
  it.each<[string, unknown, string]>([
    ["a text as it is", "out of stock", "out of stock"],
    ["an error by name and message", new TypeError("no such field"), "TypeError: no such field"],
    ["an error of the user's by its own name", new CardDeclined("limit"), "CardDeclined: limit"],
    ["an error without a message by its name", new RangeError(), "RangeError"],
    ["a tagged value by its tag", { _tag: "Declined" }, "Declined"],
    ["a tagged value by tag and message", { _tag: "Declined", message: "limit" }, "Declined: limit"],
    ["a value with a message by that", { message: "limit" }, "limit"],
    ["any other object without its content", { card: "4111 1111" }, "an object without a message"],
    ["an object without a prototype", Object.create(null), "an object without a message"],
    ["a tag that is no text not at all", { _tag: 7, message: { a: 1 } }, "an object without a message"],
    ["a number", 42, "42"],
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a symbol", Symbol("odd"), "Symbol(odd)"],
    ["several lines as one", "a\n\tb\r\n  c ", "a b c"],
  ])("describes %s", (_, cause, text) => {
    expect(describeCause(cause)).toBe(text);
  });

  it("keeps a text of the longest length and shortens one of more, visibly", () => {
    expect(describeCause("x".repeat(CAUSE_LENGTH_MAX))).toBe("x".repeat(CAUSE_LENGTH_MAX));
    expect(describeCause("x".repeat(CAUSE_LENGTH_MAX + 1))).toBe(`${"x".repeat(CAUSE_LENGTH_MAX - 1)}…`);
  });

  it("does not cut a character in two", () => {
    const shortened = describeCause(`${"x".repeat(CAUSE_LENGTH_MAX - 2)}\u{1f600}\u{1f600}`);
    expect(shortened).toBe(Buffer.from(shortened, "utf8").toString("utf8"));
  });

  test.prop([fc.anything({ withNullPrototype: true, withDate: true, withMap: true, withBigInt: true })])(
    "is one bounded line for anything at all",
    (cause) => {
      const text = describeCause(cause);
      expect(text.length).toBeLessThanOrEqual(CAUSE_LENGTH_MAX);
      expect(text).not.toMatch(/[\r\n]/);
    },
  );
});
