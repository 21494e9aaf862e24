/** Hubs as users write them: webhooks by routes that are JSON, trips by routes in the program. */
import * as E from "fp-ts/lib/Either.js";
import { pipe } from "fp-ts/lib/function.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { of } from "rxjs";
import { Complete, defineRoutes, destination, type Handler, hub, Ignored, parseRoutes } from "sluice/hub";
import type { Store } from "sluice/store";

export const Webhook = t.type({ name: t.string, payload: t.UnknownRecord });
export type Webhook = t.TypeOf<typeof Webhook>;

export const auditOn = (store: Store) =>
  hub(store, {
    name: "audit",
    codec: Webhook,
    routes: defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "LOG" }] }),
    destinations: { LOG: async ({ payload }) => (payload.name === "ping" ? Ignored : Complete) },
  });

/** What webhooks are handed to. */
export interface Outside {
  readonly notify: (text: string) => Promise<void>;
  readonly index: (payload: unknown) => TE.TaskEither<"busy", void>;
}

const names = ["CHAT", "SEARCH", "AUDIT"] as const;

/** The hub whose routes infrastructure code has made. */
export const webhooksOn = (store: Store, routes: string, { notify, index }: Outside) => {
  const parsed = parseRoutes(JSON.parse(routes), names);
  if (E.isLeft(parsed)) throw new Error(parsed.left.join("\n"));
  return hub(store, {
    name: "webhooks",
    codec: Webhook,
    routes: parsed.right,
    destinations: {
      CHAT: async ({ payload }, { signal }) => {
        signal.throwIfAborted();
        if (payload.name === "ping") return Ignored;
        await notify(payload.name);
        return Complete;
      },
      SEARCH: destination(
        ({ payload }) =>
          pipe(
            index(payload),
            TE.map(() => Complete),
          ),
        { concurrency: 4, timeoutMs: 2_000, breakAfter: 5, breakMs: 30_000 },
      ),
      AUDIT: auditOn(store),
    },
  });
};

const trips = defineRoutes({
  defaultDelaySeconds: 99,
  defaultMaxRetries: 99,
  defaultRetryDelay: { type: "constant", interval: 7 },
  routes: [
    {
      condition: {
        allOf: [
          { path: "$.like", exact: "culture" },
          { path: "$.avoidUrban", exact: false },
        ],
      },
      destination: "TOKYO",
      delaySeconds: 11,
      maxRetries: 11,
    },
    { condition: { path: "$.like", exact: "culture" }, destination: "OKAYAMA", delaySeconds: 33, maxRetries: 33 },
    { condition: { not: { path: "$.people", gte: 0 } }, destination: "OKINAWA", key: "$.like" },
  ],
});

const complete: Handler<unknown> = () => of(Complete);

export const travelOn = (store: Store) =>
  hub(store, {
    name: "travel",
    routes: trips,
    destinations: { TOKYO: complete, OKAYAMA: complete, OKINAWA: complete },
  });
