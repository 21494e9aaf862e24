/** The maker of hubs. */
import { filter, merge } from "rxjs";
import { failingWith, fromOne } from "../core/Effect.js";
import { showing } from "../core/inspecting.js";
import type {
  DecodeRefused,
  DispatchOngoing,
  NotFound,
  ReadError,
  RecordConflict,
  WriteError,
} from "../core/SluiceError.js";
import type { Store } from "../port/Store.js";
import { partsOf } from "./definition.js";
import { emit } from "./emit.js";
import type { Hub, HubDefinition } from "./Hub.js";
import { refuseLacking } from "./lacking.js";
import { countsOf, getDispatch, getEvent, listDispatches, listEvents } from "./query/list.js";
import { retryDispatch } from "./retryDispatch.js";
import { compiledOf } from "./routes/compiled.js";
import { run } from "./run.js";
import { markLost } from "./tend/markLost.js";

/**
 * Receives events, stores them, and dispatches each to the destinations that its routes say; every dispatch is on record until it has a
 * result, and after. Making one does nothing yet: no connection, no timer.
 *
 * Throws `InvalidConfig` for a definition out of its limits.
 *
 * @param store where events, dispatches and messages are kept
 * @param definition its name, routes and destinations
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { take, toArray } from "rxjs";
 * import { Complete, defineRoutes, hub, Ignored } from "sluice/hub";
 * import { memoryStore } from "sluice/memory";
 *
 * const shop = hub(memoryStore(), {
 *   name: "shop",
 *   codec: t.type({ type: t.string, total: t.number }),
 *   routes: defineRoutes({
 *     routes: [
 *       { condition: { path: "$.type", match: "^order" }, destination: "MAIL" },
 *       { condition: { path: "$.total", gte: 100 }, destination: "CRM", maxRetries: 0 },
 *     ],
 *   }),
 *   destinations: {
 *     MAIL: async () => Complete,
 *     CRM: async ({ payload }) => (payload.type === "orderPlaced" ? Complete : Ignored),
 *   },
 * });
 * await shop.emit([{ type: "orderPlaced", total: 99 }, { type: "orderPlaced", total: 100 }]);
 * await new Promise((resolve) => shop.run().pipe(take(3), toArray()).subscribe(resolve));
 * const { MAIL, CRM } = await shop.counts();
 * assert.deepEqual([MAIL.complete, CRM.complete, CRM.ongoing], [2, 1, 0]);
 * ```
 */
export const hub = <D extends string, A = unknown>(store: Store, definition: HubDefinition<A, D>): Hub<A, D> => {
  // What it emits and delivers is what its codec takes and gives.
  const parts = partsOf(store, definition as unknown as HubDefinition<unknown, string>);
  const reads = failingWith<ReadError | DecodeRefused>();
  const face: Hub<unknown, string> = {
    name: parts.name,
    store,
    emit: (payloads) => emit(parts, payloads),
    run: (options = {}) => run(parts, options),
    markLost: (options = {}) => failingWith<WriteError | DecodeRefused>()(fromOne(markLost(parts, options))),
    getEvent: (id) => reads(fromOne(getEvent(parts, id))),
    getDispatch: (id) => reads(fromOne(getDispatch(parts, id))),
    listEvents: (options = {}) => reads(fromOne(listEvents(parts, options))),
    listDispatches: (options = {}) => reads(fromOne(listDispatches(parts, options))),
    retryDispatch: (id, settings = {}) =>
      failingWith<WriteError | NotFound | DispatchOngoing | RecordConflict | DecodeRefused>()(
        fromOne(retryDispatch(parts, id, settings)),
      ),
    counts: () => reads(fromOne(countsOf(parts))),
    routes$: parts.routes.changes$,
    replaceRoutes: (routes) => {
      if (routes !== undefined) {
        compiledOf(routes);
        refuseLacking(routes, parts);
      }
      return parts.routes.replace(routes);
    },
    events$: merge(
      parts.sink.events$,
      store.events$.pipe(filter((event) => event._tag === "StoreDown" || event._tag === "StoreUp")),
    ),
  };
  return showing(face, "Hub", { name: parts.name }) as unknown as Hub<A, D>;
};
