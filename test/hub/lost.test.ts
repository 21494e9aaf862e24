/** Order by key, and what is lost: who waits behind another one is late, and comes all the same. */
import { Complete, type Handler, type Hub } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { mostStores } from "../stores/eachStore.js";
import { all, completes, hubOn, tell } from "./scene.js";

const HOUR_MS = 3_600_000;
const QUEUE = "sluice.hub/A/h";

/** Goes by the key of each event; what fails is tried again after an hour. */
const inLine = (store: Store, handler: Handler<unknown>): Hub<unknown, "A"> =>
  hubOn(store, handler, { key: "$.k", retryDelay: { type: "constant", interval: 3_600 } });

/** Fails so many times at the first event of all. */
const firstFails = (failures: number): Handler<unknown> => {
  let count = 0;
  return async ({ payload }) => {
    if ((payload as { n: number }).n === 1 && count++ < failures) throw new Error("no");
    return Complete;
  };
};

const events = [
  { k: "a", n: 1 },
  { k: "a", n: 2 },
  { k: "b", n: 3 },
];

/** The numbers of the events whose dispatches were marked. */
const marked = async (of: Hub<unknown, "A">, elapsedMs: number): Promise<ReadonlyArray<unknown>> => {
  const { items } = await of.markLost({ elapsedMs });
  const found = await Promise.all(items.map(({ eventId }) => of.getEvent(eventId)));
  return found.map((event) => (event!.payload as { n: number }).n);
};

describe("a dispatch behind another one of its key", () => {
  it("is not lost while that one waits for its next attempt, however long", async () => {
    await simulate(async ({ store, advance }) => {
      const shop = inLine(store, firstFails(2));
      await shop.emit(events);
      const run = collect(shop.run());
      await advance(2 * HOUR_MS - 1);
      expect((await all(shop)).map(tell)).toEqual([
        "ongoing, 2 of 2: failed, failed",
        "ongoing, 0 of 0: ",
        "complete, 1 of 1: complete",
      ]);
      await advance(1_000);
      run.stop();
      expect((await all(shop)).map(({ status }) => status)).toEqual(["complete", "complete", "complete"]);
    });
  });

  it("is late from when that one was marked, where nobody runs the hub", async () => {
    await simulate(async ({ store, advance }) => {
      const shop = inLine(store, completes);
      await shop.emit(events);
      await advance(60);
      expect(await marked(shop, 50)).toEqual([1, 3]);
      await advance(50);
      expect(await marked(shop, 50)).toEqual([]);
      await advance(1);
      expect(await marked(shop, 50)).toEqual([2]);
      const run = collect(shop.run());
      await advance(10);
      run.stop();
      expect([run.seen, (await shop.counts()).A.lost]).toEqual([[], 3]);
    });
  });

  it("is lost where its message is gone, also while the key never rests", async () => {
    await simulate(async ({ store, advance }) => {
      const shop = inLine(store, firstFails(1));
      await shop.emit(events);
      const run = collect(shop.run({ markLost: { elapsedMs: 1_000 } }));
      await advance(10);
      await store.purge({ queue: QUEUE, followersOf: "a", limit: 10 }, "w-1");
      await advance(HOUR_MS - 20);
      run.stop();
      expect((await shop.counts()).A).toMatchObject({ ongoing: 2, lost: 0 });
      // From now on nobody runs it, and others of the key have come long behind the one that is gone.
      await shop.emit([{ k: "a", n: 4 }]);
      expect(await marked(shop, 1_000)).toEqual([]);
      const later = collect(shop.run());
      await advance(100);
      later.stop();
      await shop.emit([{ k: "a", n: 5 }]);
      expect(await marked(shop, 1_000)).toEqual([2]);
    });
  });

  it("does not hide what is lost behind it", async () => {
    await simulate(async ({ store, advance }) => {
      const shop = inLine(store, firstFails(1));
      await shop.emit(Array.from({ length: 151 }, (_, i) => ({ k: "a", n: i + 1 })));
      const run = collect(shop.run({ markLost: { elapsedMs: 1_000, everyMs: 500, limit: 1 } }));
      await advance(10);
      await store.setPaused({ queue: QUEUE, paused: true }, "w-1");
      await shop.emit([{ n: 0 }]);
      await advance(3_000);
      run.stop();
      expect((await shop.counts()).A).toMatchObject({ ongoing: 151, lost: 1 });
    });
  });
});

describe.each(mostStores())("a dispatch behind another one on %s", (_, open) => {
  it("is not lost as long as that one is not", async () => {
    const shop = inLine(open(), firstFails(1));
    await shop.emit(events);
    const run = collect(shop.run());
    await run.until(2);
    run.stop();
    await expect.poll(() => marked(shop, 0), { interval: 5 }).toEqual([]);
    expect((await shop.counts()).A).toMatchObject({ ongoing: 2, complete: 1, lost: 0 });
  });
});
