import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { reportOf } from "../../../src/codec/report.js";

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

  const n = t.number;
  interface Tree {
    readonly name: number;
    readonly children: ReadonlyArray<Tree>;
  }
  const Tree: t.Type<Tree> = t.recursion("Tree", () => t.type({ name: n, children: t.readonlyArray(Tree) }));
  const owner = { "ann@example.org": "x" };

  it.each<[string, t.Mixed, unknown, ReadonlyArray<string>]>([
    ["a record", t.record(t.string, n), owner, ["*"]],
    [
      "a record's value, in turn",
      t.type({ by: t.record(t.string, t.type({ a: n })) }),
      { by: { "1": {} } },
      ["by.*.a"],
    ],
    ["a record of numbers", t.type({ accounts: t.record(t.string, n) }), { accounts: { 4111: "x" } }, ["accounts.*"]],
    ["a wrapped record", t.readonly(t.refinement(t.record(t.string, n), () => true)), owner, ["*"]],
    ["a record in a union", t.union([t.record(t.string, n), t.null]), owner, ["0.*", "1"]],
    ["a record in an intersection", t.intersection([t.type({ a: n }), t.record(t.string, n)]), owner, ["0.a", "1.*"]],
    [
      "a codec of one's own",
      new t.Type<unknown>("Own", t.unknown.is, (u, c) => t.record(t.string, n).validate(u, c), String),
      owner,
      ["*"],
    ],
    ["a pipe", t.UnknownRecord.pipe(t.record(t.string, n) as never), owner, ["*"]],
  ])("hides keys that came with the data: %s", (_, codec, value, places) => {
    const lines = report(codec, value);
    expect(lines.map((line) => line.split(":")[0])).toEqual(places);
    expect(lines.join()).not.toMatch(/ann|4111/);
  });

  it.each<[string, t.Mixed, unknown, ReadonlyArray<string>]>([
    ["strict", t.strict({ a: n }), {}, ["a"]],
    ["partial and exact", t.exact(t.partial({ a: n })), { a: "x" }, ["a"]],
    ["readonly and refined", t.readonly(t.refinement(t.type({ a: n }), () => true)), {}, ["a"]],
    ["a tuple", t.tuple([n, n]), [0, "x"], ["1"]],
    ["a readonly array", t.readonlyArray(n), [0, "x"], ["1"]],
    ["a recursive codec", Tree, { name: 0, children: [{ name: "x", children: [] }] }, ["children.0.name"]],
    ["a record of written out keys", t.record(t.keyof({ a: null, b: null }), n), { a: 0, b: "x" }, ["b"]],
    ["a record of literals", t.record(t.union([t.literal("a"), t.literal("b")]), n), { a: 0 }, ["b"]],
  ])("shows names that the codec declares: %s", (_, codec, value, places) => {
    expect(report(codec as t.Type<unknown>, value).map((line) => line.split(":")[0])).toEqual(places);
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
    expect(long.at(-1)).toBe("and more");
  });

  it("never shows the value", () => {
    const codec = t.type({ a: t.union([t.number, t.boolean]), b: t.literal("x") }) as t.Type<unknown>;
    expect(report(codec, { a: "4111111111111111", b: "4111111111111111" }).join()).not.toContain("4111");
  });
});
