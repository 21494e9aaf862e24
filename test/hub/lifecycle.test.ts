/** The way of a dispatch to its result, on each store. */
import * as E from "fp-ts/lib/Either.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import { of, throwError } from "rxjs";
import { atomically, queue } from "sluice";
import { Complete, defineRoutes, destination, type Handler, hub, nonRetryable, retryAfter } from "sluice/hub";
import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { collect, never } from "../broker/scene.js";
import { eachStore } from "../stores/eachStore.js";
import { all, allTo, completes, errorsOf, fails, failsTimes, hubOn, ignores, tell, told } from "./scene.js";

describe.each(eachStore)("a hub on %s", (_, open) => {
  it("stores an event, dispatches it, and keeps what became of it", async () => {
    const store = open();
    const seen: Array<unknown> = [];
    const shop = hubOn(store, async (event, { dispatchId, attempt }) => {
      seen.push([event.id, event.payload, dispatchId, attempt]);
      return Complete;
    });
    const ids = await shop.emit([{ n: 1 }, { n: 2 }]);
    expect(await shop.counts()).toEqual({
      A: { ongoing: 2, complete: 0, ignored: 0, failed: 0, misconfigured: 0, lost: 0 },
    });
    const run = collect(shop.run());
    await run.until(2);
    const dispatches = await all(shop);
    expect(dispatches.map(tell)).toEqual(["complete, 1 of 1: complete", "complete, 1 of 1: complete"]);
    expect(seen).toEqual(dispatches.map(({ id, eventId }, i) => [eventId, { n: i + 1 }, id, 1]));
    expect(dispatches.map(({ eventId }) => eventId)).toEqual(ids);
    expect(await shop.getEvent(ids[0]!)).toMatchObject({ id: ids[0], payload: { n: 1 } });
    expect((await shop.counts()).A).toMatchObject({ ongoing: 0, complete: 2 });
    expect((await store.stats("sluice.hub/A/h")).acked).toBe(2);
  });
});
