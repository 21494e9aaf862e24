import { test as property } from "@fast-check/vitest";
import * as fc from "fast-check";
import * as E from "fp-ts/lib/Either.js";
import { describe, expect, it } from "vitest";
import { compilePath, type JsonPath, shallow } from "../../../../src/hub/routes/JsonPath.js";

const path = (source: string): JsonPath => {
  const compiled = compilePath(source);
  if (E.isLeft(compiled)) throw new Error(`${source} ${compiled.left}`);
  return compiled.right;
};

const faultOf = (source: string): string | undefined => {
  const compiled = compilePath(source);
  return E.isLeft(compiled) ? compiled.left : undefined;
};

const nested = (depth: number, inner: unknown): unknown => {
  let value = inner;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? { a: value } : [value];
  return value;
};

const NAMES = ["a", "b", "__proto__", "constructor", "length", "toString", "0", "é\n'\"", "😀"];

/** Payloads as JSON gives them, with names that objects inherit. */
const payloads = fc
  .letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 0, -1, "", "text"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...NAMES), tie("value"), { maxKeys: 4 }),
    ),
  }))
  .value.map((value): unknown => JSON.parse(JSON.stringify(value)));

const steps = fc.array(
  fc.oneof(
    fc.constantFrom(...NAMES).map((name) => `[${JSON.stringify(name)}]`),
    fc.constantFrom("a", "b", "constructor", "__proto__", "length").map((name) => `.${name}`),
    fc.integer({ min: -3, max: 3 }).map((index) => `[${index}]`),
  ),
  { maxLength: 4 },
);

describe("a path that names one place", () => {
  property.prop([payloads, steps], { numRuns: 300 })("reads what the library finds", (payload, chosen) => {
    const { one, all } = path(`$${chosen.join("")}`);
    expect(one).toBeDefined();
    const value = one?.(payload);
    expect(value === undefined ? [] : [value]).toStrictEqual(all(payload));
  });

  it("reads own properties alone", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"])
      for (const payload of [{}, [], "text", 1, null]) {
        expect(path(`$.${name}`).one?.(payload)).toBeUndefined();
        expect(path(`$..${name}`).all(payload)).toEqual([]);
      }
    const hostile: unknown = JSON.parse('{"__proto__":{"admin":true}}');
    expect(path("$.__proto__.admin").one?.(hostile)).toBe(true);
    expect(path("$.length").one?.([1])).toBeUndefined();
    expect(path("$.length").one?.("text")).toBeUndefined();
    expect(path("$[0]").one?.("text")).toBeUndefined();
  });
});

describe("a path of several places", () => {
  it("finds values in the order of the payload", () => {
    const payload = { b: [{ x: 1 }, { x: 2 }], a: { x: 3 } };
    expect(path("$..x").all(payload)).toEqual([1, 2, 3]);
    expect(path("$.b[*].x").all(payload)).toEqual([1, 2]);
    expect(path("$.b[1:]").all(payload)).toEqual([{ x: 2 }]);
    expect(path("$.b[?@.x > 1].x").all(payload)).toEqual([2]);
    expect(path("$['a','b']").all(payload)).toEqual([payload.a, payload.b]);
    expect(path("$..x").one).toBeUndefined();
  });

  it("has the functions of the RFC, with patterns of linear time", () => {
    const payload = [{ s: "order.1", n: [1, 2] }, { s: "reorder", n: [] }, { s: 5 }];
    expect(path("$[?match(@.s, 'order.*')].s").all(payload)).toEqual(["order.1"]);
    expect(path("$[?search(@.s, 'order')].s").all(payload)).toEqual(["order.1", "reorder"]);
    expect(path("$[?match(@.s, 'a|order..')].s").all(payload)).toEqual(["order.1"]);
    expect(path("$[?count(@.n[*]) > 1].s").all(payload)).toEqual(["order.1"]);
    expect(path("$[?length(@.s) == 7].s").all(payload)).toEqual(["order.1", "reorder"]);
    const startMs = performance.now();
    expect(path("$[?search(@, '(a+)+$')]").all([`${"a".repeat(100_000)}!`])).toEqual([]);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});

describe("what is refused", () => {
  it.each([
    "",
    "a",
    "$.",
    "$..",
    "$.a[",
    "$[?@.a =~ 'b']",
    "$.a.b()",
    "$[?length(@)]",
    "@.a",
    " $.a",
    "$.a ",
    "$.~a",
    "$[?#=='a']",
  ])("%j, which is no path of the RFC", (source) => {
    expect(faultOf(source)).toMatch(/^is no JSONPath of RFC 9535 \(/u);
  });

  it.each([
    ["$..a..b", "has more than one .."],
    ["$..[?@..a]", "has more than one .."],
    ["$..[?count(@[*][*][*][*][*]) > 1]", "has filters behind .. that look more than 4 values deep"],
    ["$[?@[0][*] && @[*][*]]..[?@[1:][?@]]", "has filters behind .. that look more than 4 values deep"],
    ["$[?$.a]", "reads $ in a filter, which may read @ alone"],
    ["$[?@.a == $.b || !(@.c)]", "reads $ in a filter, which may read @ alone"],
    ["$[?count($.a) > 1]", "reads $ in a filter, which may read @ alone"],
    [`$${"[*,*]".repeat(5)}`, "has selectors side by side that come to one place in more than 16 ways"],
    [`$${"[0,0]".repeat(100)}`, "has more"],
    ["$[?match(@.a, @.b)]", "has a pattern of match that is no text in quotes"],
    ["$[?search(@.a, '(?=b)')]", "has a pattern of search that is no regular expression of RE2"],
    ["$[?search(@.a, '(b')]", "has a pattern of search that is no regular expression of RE2"],
  ])("%s, since a payload could make it slow", (source, fault) => {
    if (fault === "has more") expect(faultOf(source)).toMatch(/^has (?:100 segments|selectors)/u);
    else expect(faultOf(source)?.startsWith(fault)).toBe(true);
  });

  it("never shows what was read, and takes what comes to each place once", () => {
    expect(faultOf(`$${"['a','b']".repeat(20)}`)).toBeUndefined();
    expect(faultOf(`$${".a".repeat(32)}`)).toBe("has 32 segments, at most 31 are allowed");
    expect(faultOf(`$${".a".repeat(31)}`)).toBeUndefined();
    expect(faultOf(`$..[?@[0].a[*]['a','b'][1:][?@] && @.a]`)).toBeUndefined();
    expect(faultOf(`$[?count(@${"[*]".repeat(9)}) > 1]`)).toBeUndefined();
  });
});

describe("a hostile payload", () => {
  it("is seen to 32 values within each other, at any depth and size", () => {
    const { all } = path("$..[?@ == 'x']");
    expect(all(shallow(nested(32, "x")))).toEqual(["x"]);
    expect(all(shallow(nested(33, "x")))).toEqual([]);
    expect(all(shallow({ deep: nested(20_000, "x"), flat: { a: "x" } }))).toEqual(["x"]);
    expect(path("$[*]").all(shallow(Array.from({ length: 150_000 }, () => 1)))).toHaveLength(150_000);
  });

  it("may have long lists where a filter looks at all of them", () => {
    const list = Array.from({ length: 200_000 }, (_, i) => i);
    expect(path("$[?count(@[*]) == 200000]").all([list, [1]])).toEqual([list]);
    expect(path("$[?@.a[*]].b").all([{ a: list, b: "x" }, { a: [] }])).toEqual(["x"]);
  });

  it("is itself where it is not deep", () => {
    const payload = { a: [{ b: {} }] };
    expect(shallow(payload)).toBe(payload);
    expect(shallow(5)).toBe(5);
  });

  it("keeps a name __proto__ as a name where it is cut", () => {
    const payload: unknown = JSON.parse(`{"__proto__":{"x":1},"deep":${"[".repeat(40)}${"]".repeat(40)}}`);
    expect(path("$..x").all(shallow(payload))).toEqual([1]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});
