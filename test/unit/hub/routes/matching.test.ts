import { type Condition, defineRoutes, type RoutesConfig } from "sluice/hub";
import { describe, expect, it } from "vitest";
import { compiledOf } from "../../../../src/hub/routes/compiled.js";
import { trips } from "../../../support/trips.js";

/** The destinations that an event goes to, each with its delay, retries and retry delay. */
const dispatches = (config: RoutesConfig<string>, payload: unknown): ReadonlyArray<ReadonlyArray<unknown>> =>
  compiledOf(defineRoutes(config))
    .match(payload)
    .map(({ destination, settings: { delaySeconds, maxRetries, retryDelay } }) => [
      destination,
      delaySeconds,
      maxRetries,
      retryDelay,
    ]);

const holds = (condition: Condition, payload: unknown): boolean =>
  dispatches({ routes: [{ condition, destination: "A" }] }, payload).length === 1;

describe("routes of orders", () => {
  const orders: RoutesConfig<string> = {
    routes: [
      {
        condition: { path: "$.name", exact: "orderPlaced" },
        destination: "ORDER_HANDLER",
        delaySeconds: 10,
        maxRetries: 3,
        retryDelay: { type: "constant", interval: 5 },
      },
      {
        condition: { path: "$.name", exact: "paymentCompleted" },
        destination: "PAYMENT_HANDLER",
        delaySeconds: 1,
        maxRetries: 10,
        retryDelay: { type: "exponential", base: 2, max: 20 },
      },
    ],
  };

  it("take each event to its destination, with the settings of its route", () => {
    expect(dispatches(orders, { name: "orderPlaced" })).toEqual([
      ["ORDER_HANDLER", 10, 3, { type: "constant", interval: 5 }],
    ]);
    expect(dispatches(orders, { name: "paymentCompleted" })).toEqual([
      ["PAYMENT_HANDLER", 1, 10, { type: "exponential", base: 2, max: 20 }],
    ]);
    expect(dispatches(orders, { name: "other" })).toEqual([]);
  });
});

describe("routes of trips", () => {
  const seven = { type: "constant", interval: 7 };

  it("take an event to every route that matches, in the order of the config", () => {
    expect(dispatches(trips, { like: "culture", avoidUrban: true })).toEqual([["OKAYAMA", 33, 33, seven]]);
    expect(dispatches(trips, { like: "nature", avoidUrban: false })).toEqual([
      ["HOKKAIDO", 66, 66, seven],
      ["OKINAWA", 99, 99, seven],
    ]);
    expect(dispatches(trips, { like: "culture", avoidUrban: false }).map(([to]) => to)).toEqual(["TOKYO", "OKAYAMA"]);
    expect(dispatches(trips, { like: "people" })).toEqual([]);
  });
});

describe("settings", () => {
  const all = { condition: { allOf: [] }, destination: "A" } as const;

  it("have defaults: no delay, five retries, five seconds apart", () => {
    expect(dispatches({ routes: [all] }, {})).toEqual([["A", 0, 5, { type: "constant", interval: 5 }]]);
  });

  it("are zero where they say zero, in a route and in the defaults", () => {
    const zero = { type: "constant", interval: 0 } as const;
    const defaults = { defaultDelaySeconds: 0, defaultMaxRetries: 0, defaultRetryDelay: zero };
    expect(dispatches({ ...defaults, routes: [all] }, {})).toEqual([["A", 0, 0, zero]]);
    const others = { defaultDelaySeconds: 9, defaultMaxRetries: 9, routes: [] };
    expect(
      dispatches({ ...others, routes: [{ ...all, delaySeconds: 0, maxRetries: 0, retryDelay: zero }] }, {}),
    ).toEqual([["A", 0, 0, zero]]);
  });

  it("go to one destination as often as routes match", () => {
    expect(
      dispatches({ routes: [all, { ...all, delaySeconds: 1 }, all] }, {}).map(([to, delay]) => [to, delay]),
    ).toEqual([
      ["A", 0],
      ["A", 1],
      ["A", 0],
    ]);
  });
});

describe("exact", () => {
  it.each([
    ["culture", true],
    [0, true],
    [-5, true],
    [false, true],
    [null, true],
    ["", true],
  ] as const)("%j is itself and no value of another type", (exact, same) => {
    expect(holds({ path: "$.a", exact }, { a: exact })).toBe(same);
    for (const other of ["0", "-5", "false", "null", 1, true, [], {}, [exact], { a: exact }])
      expect(holds({ path: "$.a", exact }, { a: other })).toBe(false);
    expect(holds({ path: "$.a", exact }, {})).toBe(false);
  });
});

describe("match", () => {
  it("finds a pattern in texts alone", () => {
    const condition: Condition = { path: "$.name", match: "^order.*" };
    expect(holds(condition, { name: "orderPlaced" })).toBe(true);
    expect(holds(condition, { name: "order" })).toBe(true);
    expect(holds(condition, { name: "reorder" })).toBe(false);
    for (const name of [null, 1, true, ["orderPlaced"], { order: 1 }]) expect(holds(condition, { name })).toBe(false);
    expect(holds({ path: "$.name", match: "ord[ei]r" }, { name: "a reorder" })).toBe(true);
    expect(holds({ path: "$.n", match: "1" }, { n: 1 })).toBe(false);
  });
});

describe("exists", () => {
  it("counts null as a value", () => {
    const condition: Condition = { path: "$.orderId", exists: true };
    expect(holds(condition, { orderId: null })).toBe(true);
    for (const orderId of [0, "", false, [], {}]) expect(holds(condition, { orderId })).toBe(true);
    for (const payload of [{}, null, [], "orderId", { other: 1 }]) expect(holds(condition, payload)).toBe(false);
    expect(holds({ path: "$", exists: true }, null)).toBe(true);
  });
});

describe("numbers", () => {
  it.each([100, 0, -5])("are compared at %d", (at) => {
    const table = (["lte", "gte", "lt", "gt"] as const).map((comparison) =>
      // One comparison, which a computed name does not tell the compiler.
      [at - 1, at, at + 1].map((a) => holds({ path: "$.a", [comparison]: at } as unknown as Condition, { a })),
    );
    expect(table).toEqual([
      [true, true, false],
      [false, true, true],
      [true, false, false],
      [false, false, true],
    ]);
  });

  it("are no texts, and texts are no numbers", () => {
    for (const a of ["0", "", null, false, [0], {}]) expect(holds({ path: "$.a", gte: 0 }, { a })).toBe(false);
    expect(holds({ path: "$.a", gte: 0 }, {})).toBe(false);
  });
});

describe("allOf, anyOf and not", () => {
  const user: Condition = { path: "$.userId", exists: true };
  const john: Condition = { path: "$.name", match: "^John .*" };

  it("are true of all, of one, and of what is false", () => {
    expect(holds({ allOf: [user, john] }, { userId: 1, name: "John Doe" })).toBe(true);
    expect(holds({ allOf: [user, john] }, { userId: 1, name: "Johnny" })).toBe(false);
    expect(holds({ anyOf: [user, john] }, { name: "John Doe" })).toBe(true);
    expect(holds({ anyOf: [user, john] }, { name: "Jane" })).toBe(false);
    expect(holds({ not: { path: "$.error", exists: true } }, {})).toBe(true);
    expect(holds({ not: { path: "$.error", exists: true } }, { error: null })).toBe(false);
  });

  it("are true of nothing in allOf, and false of nothing in anyOf", () => {
    expect(holds({ allOf: [] }, {})).toBe(true);
    expect(holds({ anyOf: [] }, {})).toBe(false);
    expect(holds({ not: { anyOf: [{ allOf: [] }, { anyOf: [] }] } }, {})).toBe(false);
  });
});

describe("a path with several values", () => {
  it("is satisfied by any of them", () => {
    const payload = { items: [{ price: 5 }, { price: "10" }, { price: 20 }, {}] };
    expect(holds({ path: "$.items[*].price", gt: 19 }, payload)).toBe(true);
    expect(holds({ path: "$.items[*].price", gt: 20 }, payload)).toBe(false);
    expect(holds({ path: "$..price", exact: "10" }, payload)).toBe(true);
    expect(holds({ path: "$.items[?@.price < 6]", exists: true }, payload)).toBe(true);
    expect(holds({ path: "$.items[4:]", exists: true }, payload)).toBe(false);
    expect(holds({ not: { path: "$.items[*].price", match: "^1" } }, payload)).toBe(false);
  });
});

describe("a key", () => {
  const keyOf = (key: string, payload: unknown): string | undefined =>
    compiledOf(defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "A", key }] })).match(payload)[0]?.key;

  it("is a text, a number or a boolean as a text", () => {
    expect(keyOf("$.order.id", { order: { id: "o-1" } })).toBe("o-1");
    expect(keyOf("$.order.id", { order: { id: 0 } })).toBe("0");
    expect(keyOf("$['order']['id']", { order: { id: false } })).toBe("false");
    expect(keyOf("$[-1]", ["a", "b"])).toBe("b");
    expect(keyOf("$", "all")).toBe("all");
  });

  it("is not there where its place has no value, null or an object", () => {
    for (const id of [null, {}, ["a"]]) expect(keyOf("$.id", { id })).toBeUndefined();
    expect(keyOf("$.id", {})).toBeUndefined();
  });
});
