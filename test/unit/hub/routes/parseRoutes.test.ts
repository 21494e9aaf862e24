import * as E from "fp-ts/lib/Either.js";
import { type Condition, defineRoutes, parseRoutes, type Routes } from "sluice/hub";
import { describe, expect, it } from "vitest";
import { compiledOf } from "../../../../src/hub/routes/compiled.js";

const faults = (json: unknown, destinations?: ReadonlyArray<string>): ReadonlyArray<string> => {
  const parsed = destinations === undefined ? parseRoutes(json) : parseRoutes(json, destinations);
  return E.isLeft(parsed) ? parsed.left : [];
};

const all = { condition: { allOf: [] }, destination: "A" };
const withCondition = (condition: unknown) => ({ routes: [{ condition, destination: "A" }] });
const faultsOf = (condition: unknown): ReadonlyArray<string> => faults(withCondition(condition));
const nested = (depth: number): unknown => (depth === 1 ? { allOf: [] } : { not: nested(depth - 1) });

describe("parseRoutes", () => {
  it("tells every fault with its path, in the order of the config", () => {
    expect(
      faults(
        {
          defaultDelaySeconds: -1,
          delay: 1,
          routes: [
            { condition: { path: "$.a[", exact: 1 }, destination: "B" },
            {
              condition: {
                allOf: [
                  { path: "$.a", match: "(a" },
                  { path: "$", exact: 1, lte: 2 },
                  { path: "$" },
                  { path: "$", like: 1 },
                  {},
                  { not: { anyOf: 3 } },
                ],
              },
            },
            {
              condition: { allOf: [], path: "$" },
              destination: "NO PE",
              key: "$..a",
              retryDelay: { type: "exponential", base: 3, max: 2 },
            },
            {
              condition: { path: "$", exists: false },
              destination: "__proto__",
              maxRetries: 1.5,
              retryDelay: { type: "linear" },
              "two\nlines": 1,
            },
          ],
        },
        ["A"],
      ),
    ).toEqual([
      expect.stringMatching(/^routes\[0\]\.condition\.path: is no JSONPath of RFC 9535 \(/u),
      'routes[0].destination: is "B", which no destination is called',
      expect.stringMatching(/^routes\[1\]\.condition\.allOf\[0\]\.match: is no regular expression of RE2 \(/u),
      "routes[1].condition.allOf[1]: has exact and lte: one comparison stands beside a path",
      "routes[1].condition.allOf[2]: has no comparison: one of exact, match, exists, lte, gte, lt, gt stands beside a path",
      "routes[1].condition.allOf[3]: has no comparison: one of exact, match, exists, lte, gte, lt, gt stands beside a path",
      "routes[1].condition.allOf[4]: has none of allOf, anyOf, not, path",
      "routes[1].condition.allOf[5].not.anyOf: must be an array, not a number",
      "routes[1].destination: is missing",
      "routes[2].condition: has allOf and path: a condition is one of them",
      "routes[2].destination: must be a text of 1 to 64 letters, digits and _ . : @ - (and not __proto__)",
      "routes[2].retryDelay: has a base above its max",
      "routes[2].key: must name one place, such as $.order.id, since a dispatch has one key",
      "routes[3].condition.exists: must be true; for what is not there, put it into not",
      "routes[3].destination: must be a text of 1 to 64 letters, digits and _ . : @ - (and not __proto__)",
      "routes[3].maxRetries: must be a whole number of retries from 0 to 1000000",
      'routes[3].retryDelay.type: must be "constant" or "exponential"',
      'routes[3]["two lines"]: is no field here; there are condition, destination, delaySeconds, maxRetries, retryDelay, key',
      "defaultDelaySeconds: must be a whole number of seconds from 0 to 315360000",
      "delay: is no field here; there are routes, defaultDelaySeconds, defaultMaxRetries, defaultRetryDelay",
    ]);
  });

  it.each([null, undefined, 1, "routes", [], {}, { routes: {} }, { routes: [null] }])("refuses %j", (json) => {
    expect(faults(json)).toHaveLength(1);
  });

  it("takes destinations that are known, and any without a list", () => {
    expect(faults({ routes: [all] }, ["A"])).toEqual([]);
    expect(faults({ routes: [all] }, [])).toEqual(['routes[0].destination: is "A", which no destination is called']);
    expect(faults({ routes: [all] })).toEqual([]);
  });

  it("gives the config back as it was, so that it can be stored and parsed again", () => {
    const config = {
      routes: [
        {
          condition: { allOf: [{ path: "$.a", exact: null }, { not: { path: "$.b", lt: 0 } }] },
          destination: "A",
          delaySeconds: 0,
          key: "$.id",
        },
      ],
      defaultRetryDelay: { type: "exponential", base: 0, max: 0 },
    };
    const parsed = parseRoutes(config);
    if (E.isLeft(parsed)) throw new Error(parsed.left.join("\n"));
    expect(parsed.right.config).toEqual(config);
    const stored: unknown = JSON.parse(JSON.stringify(parsed.right.config));
    expect(stored).toEqual(config);
    expect(E.isRight(parseRoutes(stored))).toBe(true);
    expect(JSON.stringify(parsed.right)).toBe(JSON.stringify({ config: parsed.right.config }));
  });

  it("bounds how deep conditions are nested, and how many there are", () => {
    expect(faultsOf(nested(64))).toEqual([]);
    expect(faultsOf(nested(65))).toEqual([expect.stringMatching(/not: is nested deeper than 64 conditions$/u)]);
    expect(faultsOf(nested(2_000))).toEqual(["config: is nested deeper than 1000 values"]);
    const many = (count: number) => ({ anyOf: Array.from({ length: count }, () => ({ allOf: [] })) });
    expect(faultsOf(many(9_999))).toEqual([]);
    expect(faultsOf(many(10_000))).toEqual(["config: has 10001 conditions, at most 10000 are allowed"]);
    expect(faultsOf(many(10_001))).toEqual([
      "routes[0].condition.anyOf: has 10001 elements, at most 10000 are allowed",
    ]);
    expect(faults({ routes: Array.from({ length: 1_001 }, () => all) })).toEqual([
      "routes: has 1001 elements, at most 1000 are allowed",
    ]);
    expect(faults({ routes: Array.from({ length: 250_000 }, () => 1) })).toEqual([
      "config: has more than 200000 values",
    ]);
  });

  it("bounds texts, in whole characters", () => {
    expect(faultsOf({ path: "$.a", exact: "😀".repeat(10_000) })).toEqual([]);
    expect(faultsOf({ path: "$.a", exact: "😀".repeat(10_001) })).toEqual([
      "routes[0].condition.exact: has 10001 characters, at most 10000 are allowed",
    ]);
    expect(faultsOf({ path: "$.a", match: "a".repeat(1_001) })).toHaveLength(1);
    expect(faultsOf({ path: `$.${"a".repeat(999)}`, exists: true })).toHaveLength(1);
    expect(faultsOf({ path: "$.a", exact: "a".repeat(600_000) })).toEqual([
      "config: has more than 524288 characters in its texts and names",
    ]);
  });

  it("tells a thousand faults of very many", () => {
    const told = faultsOf({ allOf: Array.from({ length: 9_000 }, () => ({})) });
    expect(told).toHaveLength(1_001);
    expect(told.at(-1)).toBe("and more");
  });

  it("takes names like any others, and changes no prototype", () => {
    const json: unknown = JSON.parse(
      '{"routes":[{"condition":{"path":"$.a","exact":1,"__proto__":{"allOf":[]}},"destination":"constructor"}],"__proto__":{"x":1}}',
    );
    expect(faults(json)).toEqual([
      "routes[0].condition.__proto__: is no field here; there are path, exact",
      "__proto__: is no field here; there are routes, defaultDelaySeconds, defaultMaxRetries, defaultRetryDelay",
    ]);
    expect(faults({ routes: [{ ...all, destination: "constructor" }] })).toEqual([]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});

describe("defineRoutes", () => {
  it("throws InvalidConfig with every fault", () => {
    const wrong = () =>
      defineRoutes({ defaultMaxRetries: -1, routes: [{ condition: { path: "a", exists: true }, destination: "A" }] });
    expect(wrong).toThrow(/routes\[0\]\.condition\.path: is no JSONPath.*; defaultMaxRetries: must be/u);
    expect(wrong).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option: "routes" }) as Error);
  });

  it("leaves out what is undefined, and is not changed by what happens to the config afterwards", () => {
    const list: Array<Condition> = [];
    const routes = defineRoutes({
      defaultDelaySeconds: undefined,
      routes: [{ condition: { anyOf: list }, destination: "A", key: undefined }],
    });
    list.push({ allOf: [] });
    expect(routes.config).toEqual({ routes: [{ condition: { anyOf: [] }, destination: "A" }] });
    expect(compiledOf(routes).match({})).toEqual([]);
    expect(Object.isFrozen(routes.config.routes[0]?.condition)).toBe(true);
  });

  it("refuses what cannot be read, what has no end, and numbers that JSON does not have", () => {
    const getter = {
      get routes(): never {
        throw new Error("secret");
      },
    };
    const cyclic: { not?: unknown } = {};
    cyclic.not = cyclic;
    expect(faults(getter)).toEqual(["config: cannot be read, since a getter or a proxy of it throws"]);
    expect(faultsOf(cyclic)).toEqual(["config: is nested deeper than 1000 values"]);
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(faultsOf({ path: "$.a", lte: number })).toEqual(["routes[0].condition.lte: must be a finite number"]);
  });
});

describe("compiledOf", () => {
  it("refuses what neither of them has made", () => {
    // What a program without types may give.
    for (const routes of [{ config: { routes: [] } }, {}, null])
      expect(() => compiledOf(routes as unknown as Routes)).toThrow(/must be made by defineRoutes/u);
  });

  it("compiles the routes of another copy of the library by their config", () => {
    const routes = defineRoutes({ routes: [{ condition: { path: "$.a", gt: 1 }, destination: "A" }] });
    const copy = { config: routes.config };
    Object.defineProperty(copy, Symbol.for("sluice/routes"), { value: true });
    expect(compiledOf(copy as unknown as Routes).match({ a: 2 })).toHaveLength(1);
  });
});
