/** How dispatches are worked off: side by side, in order, by hubs behind hubs, and what handlers emit themselves. */
import * as t from "io-ts";
import { map, Observable, timer } from "rxjs";
import { Complete, defineRoutes, destination, type Handler, hub } from "sluice/hub";
import { memoryStore } from "sluice/memory";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { effect } from "../../src/core/Effect.js";
import { invalidConfig } from "../../src/core/SluiceError.js";
import { collect } from "../broker/scene.js";
import { mostStores } from "../stores/eachStore.js";
import { atEnd } from "../support/atEnd.js";
import { all, allTo, completes, errorsOf, hubOn, tell, told } from "./scene.js";

const bothRoutes = defineRoutes({
  routes: [
    { condition: { allOf: [] }, destination: "A" },
    { condition: { allOf: [] }, destination: "B" },
  ],
});

describe("a run", () => {
  it("handles so many at a time at each destination, each by its own number", async () => {
    await simulate(async ({ store, advance, scheduler }) => {
      const most = { A: 0, B: 0 };
      const running = { A: 0, B: 0 };
      const work =
        (name: "A" | "B"): Handler<unknown> =>
        () => {
          running[name] += 1;
          most[name] = Math.max(most[name], running[name]);
          return timer(100, scheduler).pipe(
            map(() => {
              running[name] -= 1;
              return Complete;
            }),
          );
        };
      const two = hub(store, {
        name: "h",
        routes: bothRoutes,
        destinations: { A: destination(work("A"), { concurrency: 2 }), B: work("B") },
      });
      await two.emit(Array.from({ length: 20 }, (_, n) => n));
      const run = collect(two.run({ concurrency: 5 }));
      await advance(410);
      // The one with few places does not hold up the other one.
      expect([most, (await two.counts()).B.complete, (await two.counts()).A.complete]).toEqual([{ A: 2, B: 5 }, 20, 8]);
      await advance(610);
      run.stop();
      expect((await two.counts()).A.complete).toBe(20);
    });
  });

  it("asks once where the store refuses what it has to say, and gets the dispatch again when the lease has ended", async () => {
    await simulate(async ({ store, advance }) => {
      let refused = 0;
      let refuses = true;
      const refusing: Store = {
        ...store,
        write: (lists, writeId) => {
          if (!refuses || !lists.flat().some(({ _tag }) => _tag === "Settle")) return store.write(lists, writeId);
          refused += 1;
          return effect((asker) => asker.error(invalidConfig("client", "not this user")));
        },
      };
      const one = hub(refusing, { name: "h", leaseMs: 1_000, routes: allTo("A"), destinations: { A: completes } });
      await one.emit([1]);
      const run = collect(one.run().pipe(map(told)));
      await advance(100);
      expect([refused, run.seen]).toEqual([1, []]);
      refuses = false;
      await advance(3_000);
      run.stop();
      expect(run.seen).toEqual(["A complete (complete)"]);
    });
  });

  it("keeps the order of each key at each destination, also over retries, and no key waits for another", async () => {
    await simulate(async ({ store, advance, scheduler }) => {
      const seen: Array<string> = [];
      const ordered = hubOn(
        store,
        ({ payload }, { attempt }) => {
          const { k, n } = payload as { k: string; n: number };
          seen.push(`${k}${n}.${attempt}`);
          return timer(10, scheduler).pipe(
            map(() => {
              if (k === "a" && n === 1 && attempt < 3) throw new Error("no");
              return Complete;
            }),
          );
        },
        { key: "$.k", retryDelay: { type: "constant", interval: 1 } },
      );
      await ordered.emit(["a1", "a2", "b1", "a3", "b2"].map(([k, n]) => ({ k, n: Number(n) })));
      const run = collect(ordered.run());
      await advance(10_000);
      run.stop();
      expect(seen.filter((one) => one.startsWith("a"))).toEqual(["a1.1", "a1.2", "a1.3", "a2.1", "a3.1"]);
      expect(seen.filter((one) => one.startsWith("b"))).toEqual(["b1.1", "b2.1"]);
      expect(seen.indexOf("b2.1")).toBeLessThan(seen.indexOf("a1.2"));
    });
  });

  it("lets works end when it is stopped, gives back the rest uncounted, and completes", async () => {
    await simulate(async ({ store, advance, scheduler }) => {
      const slow = hubOn(store, ({ payload }) => timer(Number(payload), scheduler).pipe(map(() => Complete)));
      await slow.emit([50, 5_000]);
      const run = collect(slow.run({ stop$: timer(10, scheduler), stopMsMax: 100 }));
      await advance(2_000);
      expect(run.end).toEqual({ completed: true });
      expect((await all(slow)).map(tell)).toEqual(["complete, 1 of 1: complete", "ongoing, 0 of 0: "]);
      expect((await store.peek({ queue: "sluice.hub/A/h", limit: 1 }))[0]).toMatchObject({
        failures: 0,
      });
    });
  });

  it("rides out an outage, and completes when the store is closed", async () => {
    await simulate(async ({ store, advance, disconnect, reconnect }) => {
      const shop = hubOn(store, completes);
      const run = collect(shop.run({ markLost: { everyMs: 10 } }));
      await advance(20);
      disconnect();
      await advance(5_000);
      reconnect();
      await shop.emit([1]);
      await advance(20_000);
      expect(run.seen.map(told)).toEqual(["A complete (complete)"]);
      await store.close();
      await advance(10);
      expect(run.end).toEqual({ completed: true });
    });
  });

  it("listens to no events of the store, so that people are warned of outages", async () => {
    await simulate(async ({ store, advance }) => {
      let listeners = 0;
      const events$ = new Observable<never>(() => {
        listeners += 1;
      });
      const watched: Store = Object.create(store, { events$: { value: events$ } }) as Store;
      const shop = hubOn(watched, completes);
      await shop.emit([1]);
      const runs = [
        shop.run(),
        shop.run(),
        hub(watched, { name: "none", routes: allTo("A"), destinations: {} as never }).run(),
      ];
      const collected = [...runs, shop.routes$].map((one) => collect<unknown>(one));
      await advance(5_000);
      await store.close();
      await advance(2_000);
      expect(collected.map(({ end }) => end)).toEqual(collected.map(() => ({ completed: true })));
      expect(listeners).toBe(0);
    });
  });

  it("refuses options out of their limits", async () => {
    await simulate(({ store }) => {
      const shop = hubOn(store, completes);
      for (const options of [
        { concurrency: 0 },
        { concurrency: 1.5 },
        { stopMsMax: -1 },
        { markLost: { everyMs: 0 } },
        { markLost: { elapsedMs: -1 } },
        { markLost: { limit: 0 } },
      ])
        expect(() => shop.run(options)).toThrow(/must be a whole number/);
      expect(() => destination(completes, { timeoutMs: 0 })).toThrow(/timeoutMs/);
      expect(() => hubOn(store, {} as unknown as Handler<unknown>)).toThrow(/must be a handler/);
      expect(() => hub(store, { name: "n".repeat(49), routes: allTo("A"), destinations: { A: completes } })).toThrow(
        /48 characters/,
      );
    });
  });
});

describe.each(mostStores())("on %s", (_, open) => {
  it("a hub behind a hub gets what is dispatched to it, in one write with the result", async () => {
    const store = open();
    const inner = hub(store, { name: "inner", routes: allTo("IN"), destinations: { IN: completes } });
    const outer = hub(store, { name: "h", routes: allTo("HUB"), destinations: { HUB: inner } });
    await outer.emit([{ n: 1 }]);
    collect(inner.run());
    await collect(outer.run()).until(1);
    expect((await all(outer)).map(tell)).toEqual(["complete, 1 of 1: complete"]);
    await expect.poll(async () => (await inner.counts()).IN.complete, { interval: 5 }).toBe(1);
    expect((await inner.listEvents()).items.map(({ payload }) => payload)).toEqual([{ n: 1 }]);
  });

  it("a hub behind a hub may have another store, and what it refuses is a failed execution", async () => {
    const store = open();
    const far = memoryStore();
    atEnd(() => far.close());
    const codec = t.type({ n: t.number });
    const inner = hub(far, { name: "inner", codec, routes: allTo("IN"), destinations: { IN: completes } });
    const near = hub(store, { name: "near", codec, routes: allTo("IN"), destinations: { IN: completes } });
    const outer = hub(store, {
      name: "h",
      codec: t.unknown as unknown as typeof codec,
      routes: defineRoutes({
        defaultMaxRetries: 0,
        routes: [
          { condition: { allOf: [] }, destination: "FAR" },
          { condition: { allOf: [] }, destination: "NEAR" },
        ],
      }),
      destinations: { FAR: inner, NEAR: near },
    });
    await outer.emit([{ n: 1 }, { n: "2" } as unknown as { n: number }]);
    await collect(outer.run()).until(4);
    const counts = await outer.counts();
    expect([counts.FAR, counts.NEAR].map(({ complete, failed }) => [complete, failed])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect((await inner.listEvents()).items.map(({ payload }) => payload)).toEqual([{ n: 1 }]);
    expect((await near.listEvents()).items.map(({ payload }) => payload)).toEqual([{ n: 1 }]);
    const { items } = await outer.listDispatches({ status: "failed" });
    for (const { executions } of items) expect(errorsOf(executions)[0]).toMatch(/^EncodeRefused: /);
  });

  it("handlers emit into their own hub at full concurrency, and all of it is done", async () => {
    const store = open();
    const shop = hub(store, {
      name: "h",
      codec: t.type({ depth: t.number }),
      routes: allTo("A"),
      destinations: {
        A: async ({ payload: { depth } }) => {
          if (depth > 0) await shop.emit([{ depth: depth - 1 }, { depth: depth - 1 }]);
          return Complete;
        },
      },
    });
    await shop.emit([{ depth: 5 }, { depth: 5 }]);
    const run = collect(shop.run({ concurrency: 2 }));
    await run.until(126);
    expect((await shop.counts()).A).toMatchObject({ complete: 126, ongoing: 0 });
  });
});
