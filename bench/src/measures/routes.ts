/** How many events a second one hundred routes are asked for: conditions alone, without a store. */
import { defineRoutes, type Route } from "sluice/hub";
import { compiledOf } from "../../../dist/hub/routes/compiled.js";
import type { Bench, Measured } from "../bench.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { measured } from "./measured.js";

const ROUTES = 100;

interface Mix {
  readonly id: string;
  readonly name: string;
  readonly route: (n: number) => Omit<Route<string>, "destination">;
  /** How many of the routes take each event. */
  readonly matching: number;
}

const MIXES: ReadonlyArray<Mix> = [
  {
    id: "mixed",
    name: "all kinds of comparators, in allOf, anyOf and not",
    route: (n) => ({
      condition: {
        allOf: [
          {
            anyOf: [
              { path: "$.name", exact: `order.${n}` },
              { path: "$.name", match: `^payment\\.${n}$` },
            ],
          },
          { path: "$.order.total", gte: 0 },
          { not: { path: "$.error", exists: true } },
        ],
      },
      key: "$.order.id",
    }),
    matching: 1,
  },
  {
    id: "patterns",
    name: "patterns that need the engine",
    route: (n) => ({ condition: { path: "$.name", match: `^[a-z]+\\.${n}$` } }),
    matching: 1,
  },
  {
    id: "wildcards",
    name: "paths with several values",
    route: (n) => ({ condition: { path: "$.order.items[*].sku", exact: `sku-${n}` } }),
    matching: 10,
  },
];

/** Ten items, as an order has. */
const payload = (n: number): unknown => ({
  name: `order.${n % ROUTES}`,
  order: {
    id: `o-${n}`,
    total: n,
    items: Array.from({ length: 10 }, (_, i) => ({ sku: `sku-${(n + i) % ROUTES}`, qty: 1 })),
  },
});

const PAYLOADS = Array.from({ length: 1_000 }, (_, n) => payload(n));

export const routes = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const count = bench.sizes.oneByOne * 4;
  const lanes = MIXES.map(({ id, route, matching }) => {
    const { match } = compiledOf(
      defineRoutes({ routes: Array.from({ length: ROUTES }, (_, n) => ({ ...route(n), destination: "A" })) }),
    );
    return {
      id,
      run: async () => {
        let dispatches = 0;
        const startMs = performance.now();
        for (let n = 0; n < count; n++) dispatches += match(PAYLOADS[n % PAYLOADS.length]).length;
        const eventsPerSecond = (count / (performance.now() - startMs)) * 1_000;
        if (dispatches !== count * matching) throw new Error(`${dispatches} dispatches of ${count} events`);
        return { eventsPerSecond };
      },
    };
  });
  const figures = await interleave(bench, "routes", warmUpsOf(bench, count), lanes);
  return [
    measured(figures, "eventsPerSecond", MIXES, {
      id: "hub-routes",
      title: `Hub: ${ROUTES} routes, conditions alone`,
      unit: "events/s",
      better: "higher",
      base: "mixed",
      ratio: "it ÷ base",
    }),
  ];
};
