import { test as property } from "@fast-check/vitest";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import * as E from "fp-ts/lib/Either.js";
import { parseRoutes, routesSchema } from "sluice/hub";
import { describe, expect, it } from "vitest";

const valid = new Ajv2020({ strict: true }).compile(routesSchema);

/** What the codec refuses and a schema cannot say. */
const BEYOND_THE_SCHEMA =
  /: (?:is no JSONPath|is no regular expression|has a base above its max|must name one place|is nested deeper|has \d+ conditions|has more than \d+ characters)/u;

const agree = (json: unknown): void => {
  const parsed = parseRoutes(json);
  if (E.isRight(parsed)) {
    expect(valid(json), JSON.stringify(valid.errors)).toBe(true);
    return;
  }
  if (valid(json)) for (const fault of parsed.left) expect(fault).toMatch(BEYOND_THE_SCHEMA);
};

const seconds = fc.constantFrom(0, 1, 5, 315_360_000);
const retryDelay = fc.oneof(
  fc.record({ type: fc.constant("constant"), interval: seconds }),
  fc.record({ type: fc.constant("exponential"), base: seconds, max: seconds }),
);
const path = fc.constantFrom("$", "$.a", "$..a", "$.a[0]['b']", "$[?@.a > 1]");
const number = fc.constantFrom(-5, 0, 1.5, 1e300);
const comparison = fc.oneof(
  fc.record({ exact: fc.constantFrom("a", "", 0, -1.5, true, null) }),
  fc.record({ match: fc.constantFrom("^a.*", "", "(a|b)+$") }),
  fc.constant({ exists: true }),
  ...["lte", "gte", "lt", "gt"].map((name) => number.map((value) => ({ [name]: value }))),
);
const { condition } = fc.letrec((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(path, comparison).map(([path, comparison]) => ({ path, ...comparison })),
    fc.array(tie("condition"), { maxLength: 3 }).map((allOf) => ({ allOf })),
    fc.array(tie("condition"), { maxLength: 3 }).map((anyOf) => ({ anyOf })),
    tie("condition").map((not) => ({ not })),
  ),
}));
const route = fc.record(
  {
    condition,
    destination: fc.constantFrom("A", "ÄÖ:1", "constructor"),
    delaySeconds: seconds,
    maxRetries: fc.constantFrom(0, 1_000_000),
    retryDelay,
    key: fc.constantFrom("$.a", "$"),
  },
  { requiredKeys: ["condition", "destination"] },
);
const config = fc.record(
  {
    routes: fc.array(route, { maxLength: 3 }),
    defaultDelaySeconds: seconds,
    defaultMaxRetries: fc.constantFrom(0, 5),
    defaultRetryDelay: retryDelay,
  },
  { requiredKeys: ["routes"] },
);

/** What stands in a config, and what is always wrong or wrong in most places. */
const strange = fc.constantFrom<unknown>(
  ...[null, -1, 0, 0.5, 315_360_001, "", "a", "$", "(", "__proto__", "a b", "a/b", true, false, [], {}, { path: "$" }],
  ...[{ type: "constant" }, { exists: true }, "x".repeat(1_001), "x".repeat(10_001), ["$.a"], [{ not: 1 }]],
);

/** Every place of a value: the objects and arrays, each with a name in it. */
const placesIn = (value: unknown): ReadonlyArray<readonly [holder: Record<string, unknown>, name: string]> => {
  if (typeof value !== "object" || value === null) return [];
  // Plain JSON.
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [[holder, name] as const, ...placesIn(holder[name])]);
};

const NAMES = ["path", "exact", "match", "lte", "allOf", "not", "key", "type", "base", "destination", "other"];

/** A config in which something was put to another value, taken out or put in beside. */
const broken = fc
  .tuple(config, fc.nat(), strange, fc.constantFrom("change", "remove", "add"), fc.constantFrom(...NAMES))
  .map(([given, where, value, what, name]) => {
    // A copy of JSON is JSON.
    const copy = structuredClone(given) as Record<string, unknown>;
    const places = placesIn({ copy });
    const [holder, place] = places[where % places.length] ?? [copy, "routes"];
    if (what === "remove" && !Array.isArray(holder)) delete holder[place];
    else if (what === "add" && !Array.isArray(holder)) holder[name] = value;
    else holder[place] = value;
    return copy;
  });

describe("routesSchema", () => {
  property.prop([config], { numRuns: 100 })("takes what the codec takes", (json) => {
    agree(json);
    const parsed = parseRoutes(json);
    if (E.isRight(parsed)) expect(parsed.right.config).toEqual(json);
  });

  property.prop([broken], { numRuns: 400 })("refuses what the codec refuses, but for what no schema says", agree);

  property.prop([strange], { numRuns: 30 })("refuses what is no config", agree);

  it("is plain JSON, and cannot be changed", () => {
    expect(JSON.parse(JSON.stringify(routesSchema))).toEqual(routesSchema);
    expect(Object.isFrozen(routesSchema["$defs"])).toBe(true);
  });

  it("takes characters as the codec counts them", () => {
    const exact = (length: number) => ({
      routes: [{ condition: { path: "$", exact: "😀".repeat(length) }, destination: "A" }],
    });
    for (const length of [10_000, 10_001]) agree(exact(length));
    expect(valid(exact(10_001))).toBe(false);
  });
});
