/** Processes that die, whose replies are lost, or that are several: what events make is stored exactly once. */
import * as t from "io-ts";
import { firstValueFrom } from "rxjs";
import { readModel } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { faultyStore } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { dyingAt } from "../dyingAt.js";
import { mostStores } from "../eachStore.js";
import {
  added,
  cartEvents,
  cartsOn,
  errorOf,
  eventually,
  logOn,
  paid,
  restorable,
  revenueOn,
  running,
} from "./scene.js";

/** Every call of a run over some pages, and both ways to die at it. */
const deaths = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].flatMap((call) => [
  { call, when: "before" as const },
  { call, when: "after" as const },
]);

describe.each(mostStores())("a crash between any two calls, on %s", (_, open) => {
  it("leaves a projection that has every event once", { timeout: 30_000 }, async () => {
    const store = open();
    const log = logOn(store);
    for (let i = 0; i < 7; i++) await log.append(`cart/${i}`, [paid("1", 10 ** i)]);
    const ends = await Promise.all(
      deaths.map(async ({ call, when }) => {
        const options = { name: `revenue-${call}-${when}` };
        const first = dyingAt(store, call, when);
        const run = running(revenueOn(first.store, options), 2);
        await eventually(() => expect(first.died() || run.events() === 7).toBe(true));
        const died = first.died();
        const second = revenueOn(store, options);
        running(second, 3);
        return { died, state: (await second.waitFor("end", { timeoutMs: 8_000 })).state };
      }),
    );
    expect(ends.map(({ state }) => state)).toEqual(deaths.map(() => 1_111_111));
    // The first ones come in the midst of it, the last ones after it.
    expect(ends.filter(({ died }) => died).length).toBeGreaterThan(10);
  });

  it("leaves a read model that has every event once", { timeout: 30_000 }, async () => {
    const store = open();
    const log = logOn(store);
    for (let i = 0; i < 7; i++) await log.append(`cart/${i % 3}`, [added(String(i % 3))]);
    const modelOn = (on: Store, name: string) =>
      readModel(on, {
        name,
        version: 1,
        codec: cartEvents,
        record: t.number,
        id: ({ event }) => event.cartId,
        evolve: { ItemAdded: (n = 0) => n + 1 },
      });
    const ends = await Promise.all(
      deaths.map(async ({ call, when }) => {
        const name = `carts-${call}-${when}`;
        const first = dyingAt(store, call, when);
        const run = running(modelOn(first.store, name), 2);
        await eventually(() => expect(first.died() || run.events() === 7).toBe(true));
        const second = modelOn(store, name);
        running(second, 3);
        await second.waitFor("end", { timeoutMs: 8_000 });
        return (await second.getAll(["0", "1", "2"])).map((found) => found?.value);
      }),
    );
    expect(ends).toEqual(deaths.map(() => [3, 2, 2]));
  });

  it("in the midst of a drop leaves nothing that a new run would meet", { timeout: 30_000 }, async () => {
    const store = open();
    const log = logOn(store);
    await log.append(
      "cart/1",
      Array.from({ length: 230 }, (_one, i) => added(`c${i}`)),
    );
    const old = cartsOn(store);
    const run = running(old);
    await old.waitFor("end");
    run.kill();
    const dying = dyingAt(store, 6, "before");
    const dropping = cartsOn(dying.store, 2).drop(1).subscribe();
    await eventually(() => expect(dying.died()).toBe(true));
    dropping.unsubscribe();
    expect(await old.count("byPaid", { where: "open" })).toBe(130);
    expect(await errorOf(old.waitFor("end", { timeoutMs: 0 }))).toMatchObject({ position: undefined });
    // A program of the old version finishes the drop, and begins anew.
    running(old);
    await old.waitFor("end");
    expect(await old.count("byPaid", { where: "open" })).toBe(230);
    expect((await old.get("c3"))?.value.items).toBe(1);
    await Promise.all([cartsOn(store, 2).drop(1), cartsOn(store, 2).drop(1), cartsOn(store, 3).drop(1)]);
    expect(await old.count("byPaid", { where: "open" })).toBe(0);
  });
});

describe.each(mostStores())("several processes on %s", (_, open) => {
  it("keep one projection, one of them at a time", async () => {
    const store = open();
    const log = logOn(store);
    const runs = Array.from({ length: 4 }, () => running(revenueOn(store), 5));
    for (let i = 0; i < 50; i++) await log.append(`cart/${i}`, [paid("1", 1)]);
    expect((await revenueOn(store).waitFor("end")).state).toBe(50);
    expect(runs.reduce((sum, run) => sum + run.events(), 0)).toBe(50);
    expect(runs.filter((run) => run.events() > 0).length).toBe(1);
    expect(runs.map(({ ended }) => ended)).toEqual([{}, {}, {}, {}]);
  });

  it("take over from one that died, and from one that was stopped", { timeout: 30_000 }, async () => {
    const store = open();
    const log = logOn(store);
    const first = running(revenueOn(store));
    await log.append("cart/1", [paid("1", 1)]);
    await revenueOn(store).waitFor("end");
    const second = running(revenueOn(store));
    const third = running(revenueOn(store));
    first.kill();
    await log.append("cart/1", [paid("1", 2)]);
    expect((await revenueOn(store).waitFor("end")).state).toBe(3);
    expect(first.events()).toBe(1);
    expect(second.events() + third.events()).toBe(1);
    (second.events() === 1 ? second : third).stop();
    await log.append("cart/1", [paid("1", 4)]);
    expect((await revenueOn(store).waitFor("end")).state).toBe(7);
    expect(second.events() + third.events()).toBe(2);
  });

  it("store once what is not answered", async () => {
    const store = open();
    const log = logOn(store);
    const { store: broken, faults } = faultyStore(store);
    const run = running(revenueOn(broken), 1);
    let sum = 0;
    for (let i = 0; i < 8; i++) {
      faults.dropReply();
      sum += i;
      const { position } = await log.append("cart/1", [paid("1", i)]);
      await revenueOn(store).waitFor(position);
    }
    expect((await revenueOn(store).waitFor("end")).state).toBe(sum);
    faults.disconnect();
    await log.append("cart/1", [paid("1", 100)]);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    faults.reconnect();
    expect((await revenueOn(store).waitFor("end")).state).toBe(sum + 100);
    expect(run.ended).toEqual({});
  });

  it("build a new version while the old one is read, and drop it", { timeout: 30_000 }, async () => {
    const store = open();
    const log = logOn(store);
    for (let i = 0; i < 300; i++) await log.append(`cart/${i % 50}`, [added(String(i % 50), 2)]);
    const old = cartsOn(store, 1);
    running(old, 20);
    await old.waitFor("end");
    let appended = 300;
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        await log.append(`cart/${appended % 50}`, [added(String(appended % 50), 2)]);
        appended += 1;
      }
    })();
    const next = cartsOn(store, 2);
    running(next, 20);
    const reads: Array<number> = [];
    await Promise.all([
      next.waitFor("end"),
      (async () => {
        for (let i = 0; i < 20; i++) reads.push((await old.get("7"))?.value.items ?? 0);
      })(),
    ]);
    isOver = true;
    await writing;
    expect(Math.min(...reads)).toBeGreaterThanOrEqual(6);
    await next.waitFor("end");
    await old.waitFor("end");
    for (const id of ["0", "7", "49"]) {
      const items = Math.floor((appended - 1 - Number(id)) / 50) + 1;
      expect((await old.get(id))?.value).toEqual({ items, paid: false, price: 0 });
      expect((await next.get(id))?.value).toEqual({ items, paid: false, price: 2 * items });
    }
    await next.drop(1);
    expect(await old.count("byPaid", { where: "open" })).toBe(0);
    expect(await next.count("byPaid", { where: "open" })).toBe(50);
    // Nothing of this is in the log.
    let events = 0;
    for (let page = await log.feedPage(); page.items.length > 0; page = await log.feedPage({ after: page.next! }))
      events += page.items.length;
    expect(events).toBe(appended);
  });
});

describe.each(mostStores())("a log that went back or was trimmed, on %s", (_, open) => {
  it("is told to runs, live ones and lag, and nothing goes on", async () => {
    const [before, after] = [open(), open()];
    const { store, restore } = restorable(before);
    const revenue = revenueOn(store);
    const run = running(revenue);
    const live: Array<unknown> = [];
    const lags: Array<unknown> = [];
    for (const store of [before, after]) await logOn(store).append("cart/1", [paid("1", 1)]);
    await revenue.waitFor("end");
    const subscriptions = [
      revenue.live().subscribe({ error: (error: unknown) => live.push(error) }),
      revenue.lag$.subscribe({ error: (error: unknown) => lags.push(error) }),
    ];
    // Of another history, and longer: the number of the position is there, and another event stands there.
    await logOn(after).append("cart/1", [paid("1", 5)]);
    restore(after);
    await logOn(before).append("cart/1", [added("1")]);
    await eventually(() => expect(run.ended.error).toMatchObject({ _tag: "LogWentBack" }));
    await eventually(() => expect(live[0]).toMatchObject({ _tag: "LogWentBack" }));
    expect((await revenueOn(before).get()).state).toBe(1);
    expect(await revenueOn(after).get()).toMatchObject({ state: 0, position: undefined });
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it("is told to a run whose stored state went back with it, which goes on from there when it is run again", async () => {
    const [before, after] = [open(), open()];
    for (const store of [before, after]) await logOn(store).append("cart/1", [paid("1", 1)]);
    const old = running(revenueOn(after));
    await revenueOn(after).waitFor("end");
    old.stop();
    await eventually(() => expect(old.ended).toEqual({ completed: true }));
    const { store, restore } = restorable(before);
    const revenue = revenueOn(store);
    const run = running(revenue);
    await logOn(before).append("cart/1", [paid("1", 2)]);
    await revenue.waitFor("end");
    restore(after);
    await logOn(before).append("cart/1", [added("1")]);
    await eventually(() => expect(run.ended.error).toMatchObject({ _tag: "LogWentBack" }));
    await logOn(after).append("cart/1", [paid("1", 4)]);
    running(revenue);
    expect((await revenue.waitFor("end")).state).toBe(5);
  });

  it("is told where what was not read yet is trimmed", async () => {
    const store = open();
    const log = logOn(store);
    const revenue = revenueOn(store);
    const run = running(revenue);
    await log.append("cart/1", [paid("1", 1)]);
    await revenue.waitFor("end");
    run.stop();
    await eventually(() => expect(run.ended).toEqual({ completed: true }));
    const { position } = await log.append("cart/1", [paid("1", 2)]);
    await log.append("cart/1", [paid("1", 4)]);
    await store.trimLog({ upTo: position!, limit: 1_000 }, "trimmed");
    const late = running(revenue);
    await eventually(() => expect(late.ended.error).toMatchObject({ _tag: "LogTrimmed", trimmedTo: position }));
    expect((await revenue.get()).state).toBe(1);
    const next = revenueOn(store, { version: 2, initial: 3, after: position });
    expect(await next.get()).toMatchObject({ state: 3, position, caughtUp: false });
    running(next);
    expect((await next.waitFor("end")).state).toBe(7);
    expect(await firstValueFrom(next.live())).toMatchObject({ state: 7, caughtUp: true });
    const carts = cartsOn(store, 2, { after: position });
    running(carts);
    await log.append("cart/1", [added("1")]);
    await carts.waitFor("end");
    expect((await carts.get("1"))?.value.items).toBe(1);
  });
});
