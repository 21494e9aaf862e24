/** What is given up, and what is kept. */
import { Complete, defineRoutes, type HubDefinition, hub, Ignored } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { mostStores } from "../stores/eachStore.js";
import { all } from "./scene.js";

type Keep = HubDefinition<unknown, "A" | "B">["keep"];

const keepingOn = (store: Store, keep: Keep) =>
  hub(store, {
    name: "h",
    keep,
    routes: defineRoutes({
      defaultMaxRetries: 0,
      routes: [
        { condition: { path: "$.a", exists: true }, destination: "A" },
        { condition: { path: "$.b", exists: true }, destination: "B" },
      ],
    }),
    destinations: {
      A: async ({ payload }) => {
        if ((payload as { a: number }).a < 0) throw new Error("no");
        return Complete;
      },
      B: async () => Ignored,
    },
  });

describe("a run", () => {
  it("gives up results and events of an age, and keeps what is ongoing", async () => {
    await simulate(async ({ store, advance }) => {
      const shop = keepingOn(store, { ageMs: 10_000, statuses: { failed: { ageMs: 60_000 } } });
      await shop.emit([{ a: 1, b: 1 }, { a: -1, b: 1 }, { none: 1 }]);
      const run = collect(shop.run({ markLost: { everyMs: 1_000 } }));
      await advance(9_500);
      expect((await all(shop)).length).toBe(4);
      expect((await shop.listEvents()).items.length).toBe(3);
      await advance(3_000);
      expect((await all(shop)).map(({ status }) => status)).toEqual(["failed"]);
      const { items } = await shop.listEvents();
      expect(items.map(({ payload, dispatches }) => [payload, dispatches.length])).toEqual([[{ a: -1, b: 1 }, 1]]);
      await advance(60_000);
      run.stop();
      expect([await all(shop), (await shop.listEvents()).items]).toEqual([[], []]);
    });
  });

  it("keeps nothing of zero milliseconds or zero results", async () => {
    for (const keep of [{ ageMs: 0 }, { resultedMax: 0 }])
      await simulate(async ({ store, advance }) => {
        const shop = keepingOn(store, keep);
        await shop.emit([{ a: 1, b: 1 }]);
        const run = collect(shop.run({ markLost: { everyMs: 10 } }));
        await advance(30);
        run.stop();
        expect([await all(shop), (await shop.listEvents()).items]).toEqual([[], []]);
      });
  });
});

describe.each(mostStores())("a run on %s", (_, open) => {
  it("keeps the latest results of each status, in as many chunks as it takes", async () => {
    const store = open();
    const shop = keepingOn(store, { resultedMax: 3, statuses: { ignored: { resultedMax: 250 } } });
    for (let i = 0; i < 2; i += 1) await shop.emit(Array.from({ length: 130 }, (_, a) => ({ a: a + i * 130, b: a })));
    await collect(shop.run()).until(520);
    const ids = (await shop.listDispatches({ status: "complete", limit: 3 })).items.map(({ id }) => id);
    collect(shop.run({ markLost: { everyMs: 10 } }));
    await expect.poll(async () => (await shop.counts()).A.complete, { timeout: 5_000, interval: 10 }).toBe(3);
    await expect.poll(async () => (await shop.counts()).B.ignored, { timeout: 5_000, interval: 10 }).toBe(250);
    expect((await shop.listDispatches({ status: "complete" })).items.map(({ id }) => id)).toEqual(ids);
    // Their events go with the last of their dispatches.
    await expect.poll(async () => (await shop.listEvents({ limit: 1_000 })).items.length, { interval: 10 }).toBe(250);
  });

  it("keeps as many where several processes give up results at the same time", async () => {
    const store = open();
    const shop = keepingOn(store, {});
    for (let i = 0; i < 3; i += 1) await shop.emit(Array.from({ length: 150 }, (_, a) => ({ a })));
    await collect(shop.run()).until(450);
    const kept = (await shop.listDispatches({ limit: 120 })).items.map(({ id }) => id);
    const runs = Array.from({ length: 5 }, () =>
      collect(keepingOn(store, { resultedMax: 120 }).run({ markLost: { everyMs: 10 } })),
    );
    await expect
      .poll(async () => (await shop.listEvents({ limit: 1_000 })).items.length, { timeout: 5_000, interval: 10 })
      .toBe(120);
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const { stop } of runs) stop();
    expect((await all(shop)).map(({ id }) => id)).toEqual(kept.reverse());
  });
});
