/** What a destination holds back is not called lost, however long that takes. */
import { map, of, timer } from "rxjs";
import { Complete, defineRoutes, destination, hub } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { down, heldBy, SECOND, some } from "./heldScene.js";
import { all, completes } from "./scene.js";

describe("a dispatch that a breaker holds back", () => {
  it("is not called lost while it waits, by whomever, nor once its turn has come", () =>
    simulate(async ({ store, client, advance }) => {
      const ran: Array<number> = [];
      const options = { concurrency: 1, breakAfter: 1, breakMs: 3_000 * SECOND };
      let isDown = true;
      const broken = heldBy(store, ran, options, () =>
        isDown ? down() : timer(100 * SECOND, store.scheduler).pipe(map(() => Complete)),
      );
      await broken.emit(some(3));
      const run = collect(broken.run());
      await advance(2_000 * SECOND);
      const byHand = heldBy(client().store, ran, options, down);
      expect(await byHand.markLost()).toEqual({ items: [], next: undefined });
      isDown = false;
      await advance(2_000 * SECOND);
      run.stop();
      expect((await all(broken)).map(({ status }) => status)).toEqual(["failed", "complete", "complete"]);
      // What has lost its message is found once the queue has been worked off.
      await broken.emit([9]);
      await store.purge({ queue: "sluice.hub/A/h", limit: 1_000 }, "w-1");
      await advance(1_000 * SECOND);
      expect((await byHand.markLost()).items.map(({ status }) => status)).toEqual(["lost"]);
    }));
});

describe("a run whose destination holds back very many", () => {
  it("reads a hundred pages of them a time, and finds what is lost elsewhere all the same", () =>
    simulate(async ({ store, advance }) => {
      let pages = 0;
      const counted: Store = {
        ...store,
        pageRecords: (request) => {
          if (request.collection.startsWith("sluice.hub/dispatches")) pages += 1;
          return store.pageRecords(request);
        },
      };
      const shop = hub(counted, {
        name: "h",
        routes: defineRoutes({
          routes: [
            { condition: { path: "$", lt: 5_000 }, destination: "A" },
            { condition: { path: "$", gte: 5_000 }, destination: "B" },
          ],
        }),
        destinations: { A: destination(() => of(Complete), { ratePerSecondMax: 0.001 }), B: completes },
      });
      for (let i = 0; i < 10; i += 1) await shop.emit(some(240));
      await shop.emit([5_000]);
      await store.purge({ queue: "sluice.hub/B/h", limit: 1 }, "w-1");
      await advance(901 * SECOND);
      const lost = collect(shop.events$);
      const run = collect(shop.run({ markLost: { limit: 10 } }));
      await advance(SECOND);
      expect(pages).toBe(100);
      expect(lost.seen).toEqual([]);
      await advance(125 * SECOND);
      expect(lost.seen).toMatchObject([{ _tag: "Lost", dispatch: { destination: "B" } }]);
      run.stop();
      expect((await shop.counts()).A).toMatchObject({ lost: 0, complete: 1, ongoing: 2_399 });
    }));
});
