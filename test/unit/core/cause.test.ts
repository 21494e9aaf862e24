import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { CAUSE_LENGTH_MAX, describeCause, describeMessage } from "../../../src/core/cause.js";

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
    [
      "an error with a cause by both",
      new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED ::1:80") }),
      "TypeError: fetch failed (connect ECONNREFUSED ::1:80)",
    ],
    ["a cause that is said already once", new Error("a: b", { cause: new Error("b") }), "Error: a: b"],
    [
      "an AggregateError by what it gathers",
      new AggregateError([new Error("connect ECONNREFUSED ::1:1"), new RangeError("no")]),
      "AggregateError (connect ECONNREFUSED ::1:1; RangeError: no)",
    ],
    ["three of many errors", new AggregateError(["a", "b", "c", "d"], "all"), "AggregateError: all (a; b; c)"],
    ["an object by code and msg", { code: "E_LIMIT", msg: "limit", card: "4111" }, "E_LIMIT: limit"],
    ["an object by a code that is a number", { code: 404 }, "404"],
    ["an object by its cause", { cause: { _tag: "Declined" } }, "Declined"],
    ["an error without a message by its code", Object.assign(new Error(), { code: "ECONNRESET" }), "Error: ECONNRESET"],
    ["a function without its source", () => "4111", "a function"],
    ["a long bigint without its digits", 10n ** 50n, "a bigint of many digits"],
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

  it("says what can be read of a cause that throws where it is looked at", () => {
    const thrower = (): never => {
      throw new Error("no");
    };
    const trapped = new Proxy({}, { get: thrower, getPrototypeOf: thrower, has: thrower, ownKeys: thrower });
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(describeCause(Object.defineProperty(new TypeError("x"), "message", { get: thrower }))).toBe("TypeError");
    expect(describeCause(Object.defineProperty(new TypeError("x"), "name", { get: thrower }))).toBe("Error: x");
    expect(describeCause(Object.defineProperty(new Error("x"), "cause", { get: thrower }))).toBe("Error: x");
    expect(describeCause(new AggregateError([revoked, trapped, "a"]))).toMatch(/^AggregateError \(.*a\)$/);
    for (const hostile of [trapped, revoked, { toString: thrower }, { [Symbol.toPrimitive]: thrower }])
      expect(describeCause(hostile)).toBe("an object without a message");
    expect(describeCause(new Proxy(thrower, { get: thrower }))).toBe("a function");
  });

  it("ends with a cause that leads back to itself, or on and on", () => {
    const self = new Error("self");
    self.cause = self;
    expect(describeCause(self)).toBe("Error: self");
    const endless = (): object => ({
      _tag: "T",
      get cause() {
        return { errors: [endless(), endless(), endless()], msg: String(Math.random()) };
      },
    });
    expect(describeCause(endless()).length).toBeLessThanOrEqual(CAUSE_LENGTH_MAX);
  });

  it("looks at the beginning of a text only", () => {
    const text = `${"a".repeat(300)}${" ".repeat(30_000_000)}`;
    for (const cause of [text, new Error(text), { msg: text }, Symbol(text)])
      expect(describeCause(cause).length).toBe(CAUSE_LENGTH_MAX);
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

describe("describeMessage", () => {
  it.each<[unknown, string]>([
    [new TypeError("no such field"), "no such field"],
    [new RangeError(), "RangeError"],
    [
      new AggregateError([
        new Error("connect ECONNREFUSED ::1:6379"),
        new Error("connect ECONNREFUSED 127.0.0.1:6379"),
      ]),
      "connect ECONNREFUSED ::1:6379; connect ECONNREFUSED 127.0.0.1:6379",
    ],
    [new TypeError("fetch failed", { cause: new Error("reset") }), "fetch failed (reset)"],
    ["a text", "a text"],
  ])("leaves out the name of an error that says something: %s", (cause, text) => {
    expect(describeMessage(cause)).toBe(text);
  });
});
