import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { reportOf } from "../../src/codec/report.js";

const report = (codec: t.Type<unknown>, value: unknown): ReadonlyArray<string> => {
  const decoded = codec.decode(value);
  if (!isLeft(decoded)) throw new Error("it was decoded");
  return reportOf(decoded.left);
};

describe("reportOf", () => {
  it.each<[string, t.Mixed, unknown, ReadonlyArray<string>]>([
    ["the value itself", t.string, 7, ["value: expected string, got number"]],
    ["an array", t.string, ["secret"], ["value: expected string, got array"]],
    ["null", t.string, null, ["value: expected string, got null"]],
    ["a missing property", t.type({ a: t.string }), {}, ["a: expected string, got undefined"]],
    [
      "a place deep inside",
      t.type({ lines: t.array(t.type({ sku: t.string })) }),
      { lines: [{ sku: "ok" }, { sku: { secret: 1 } }] },
      ["lines.1.sku: expected string, got object"],
    ],
  ])("tells where, what was expected and what kind was found: %s", (_, codec, value, lines) => {
    expect(report(codec as t.Type<unknown>, value)).toEqual(lines);
  });

  it("prefers the codec's own message", () => {
    const Positive = new t.Type<number, number, unknown>(
      "Positive",
      (value): value is number => typeof value === "number" && value > 0,
      (value, context) =>
        typeof value === "number" && value > 0 ? t.success(value) : t.failure(value, context, "must be above zero"),
      (value) => value,
    );
    expect(report(t.type({ total: Positive }) as t.Type<unknown>, { total: 0 })).toEqual(["total: must be above zero"]);
  });

  it("shows ten lines and counts the rest", () => {
    const codec = t.array(t.number) as t.Type<unknown>;
    expect(report(codec, new Array(10).fill("x"))).toHaveLength(10);
    const long = report(codec, new Array(13).fill("x"));
    expect(long).toHaveLength(11);
    expect(long.at(-1)).toBe("and 3 more");
  });

  it("never shows the value", () => {
    const codec = t.type({ a: t.union([t.number, t.boolean]), b: t.literal("x") }) as t.Type<unknown>;
    expect(report(codec, { a: "4111111111111111", b: "4111111111111111" }).join()).not.toContain("4111");
  });
});
