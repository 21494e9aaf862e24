/** A hub as several processes run it, some of which die. */
import * as t from "io-ts";
import { map, timer } from "rxjs";
import { Complete, defineRoutes, hub, Ignored } from "sluice/hub";
import type { Store } from "sluice/store";

const Thing = t.intersection([t.type({ n: t.number }), t.partial({ both: t.boolean, deadly: t.boolean })]);

/** The first destination takes its time and fails now and then, the second takes what has `both`. */
export const worldOn = (store: Store, { deadly }: { readonly deadly: () => void }) =>
  hub(store, {
    name: "world",
    codec: Thing,
    leaseMs: 500,
    routes: defineRoutes({
      defaultMaxRetries: 2,
      defaultRetryDelay: { type: "constant", interval: 0 },
      routes: [
        { condition: { allOf: [] }, destination: "ALL" },
        { condition: { path: "$.both", exact: true }, destination: "BOTH" },
      ],
    }),
    destinations: {
      ALL: ({ payload }, { attempt }) =>
        timer(3).pipe(
          map(() => {
            if (payload.deadly === true) deadly();
            if (payload.n % 7 === 0 && attempt === 1) throw new Error("not yet");
            return Complete;
          }),
        ),
      BOTH: async () => Ignored,
    },
  });
