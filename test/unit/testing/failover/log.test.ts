/** The log, and what is made of it, through a failover that loses what came last: told, never passed over. */
import { isRight } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { type Observable, Subject } from "rxjs";
import { eventLog, eventType } from "sluice/log";
import type { Progress } from "sluice/sourcing";
import { viewOf } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { logOn, paid, revenueOn } from "../../../stores/projections/scene.js";
import { errorOf } from "../../../stores/restorable.js";
import { cartEvents, cartsOn, leftOf, listening, rightOf } from "../../../stores/sourcing/scene.js";
import { addToCart, type Cart } from "../../../support/cart.js";

const numbers = eventType("Counted", t.number);

const skus = ({ state }: { readonly state: Cart }): string => Object.keys(state.items).join("");

/** What an Observable told, and how it ended. */
const listenTo = <T>(source$: Observable<T>) => {
  const told: Array<T> = [];
  const ended: { error?: unknown; completed?: true } = {};
  const subscription = source$.subscribe({
    next: (one) => told.push(one),
    error: (error: unknown) => {
      ended.error = error;
    },
    complete: () => {
      ended.completed = true;
    },
  });
  return { told, ended, unsubscribe: () => subscription.unsubscribe() };
};

describe("a log through a failover", () => {
  it.each(["shorter", "as long", "longer"])(
    "that is %s afterwards tells its feeds and followers, and they end",
    (length) =>
      simulate(async ({ store, stopReplication, failover, advance }) => {
        const log = eventLog(store, numbers);
        await log.append("a/1", [1]);
        const feed = listenTo(log.feed());
        const follower = listenTo(log.follow("a/1"));
        stopReplication();
        await log.append("a/1", [2]);
        await advance(100);
        failover();
        if (length !== "shorter") await log.append("a/1", length === "longer" ? [3, 4, 5] : [3]);
        const head = (await log.head("a/1")).position;
        await advance(10_000);
        for (const one of [feed, follower]) expect(one.ended.error).toMatchObject({ _tag: "LogWentBack", head });
        // Nothing of the other history was told.
        expect(feed.told.flatMap((item) => (item._tag === "Event" ? [item.event] : []))).toEqual([1, 2]);
        expect(follower.told.map(({ event }) => event)).toEqual([1, 2]);
      }),
  );

  it("goes on for feeds that lost nothing", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const log = eventLog(store, numbers);
      await log.append("a/1", [1]);
      const feed = listenTo(log.feed());
      await advance(100);
      stopReplication();
      failover();
      await log.append("a/1", [2]);
      await advance(10_000);
      feed.unsubscribe();
      expect([feed.ended, feed.told.flatMap((item) => (item._tag === "Event" ? [item.event] : []))]).toEqual([
        {},
        [1, 2],
      ]);
    }));

  it("refuses whoever holds a version of what is lost, by the id of the event", () =>
    simulate(async ({ store, stopReplication, failover }) => {
      const log = eventLog(store, numbers);
      await log.append("a/1", [1]);
      stopReplication();
      await log.append("a/1", [2]);
      const { version, lastId, position } = await log.head("a/1");
      failover();
      const late = () => errorOf(log.append("a/1", [9], { expected: { version, lastId: lastId! } }));
      expect(await late()).toMatchObject({ _tag: "VersionConflict", actual: 1 });
      await log.append("a/1", [3]);
      // The version is there again, and its event is another one.
      expect(await late()).toMatchObject({ _tag: "VersionConflict", actual: 2 });
      const now = await log.head("a/1");
      expect(now.version).toBe(version);
      expect(now.position).not.toBe(position);
      expect(await errorOf(log.feedPage({ after: position! }))).toMatchObject({
        _tag: "LogWentBack",
        head: now.position,
      });
    }));

  it("tells a follower also where another history is as long when it reads on", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const log = eventLog(store, numbers);
      await log.append("a/1", [1]);
      stopReplication();
      await log.append("a/1", [2]);
      let reads = 0;
      // It fails between the answer that the stream has grown and the read of what is new.
      const racing = viewOf(store, {
        readStream: (request) => {
          reads += 1;
          if (reads === 2) {
            failover();
            log.append("a/1", [7, 8, 9]).subscribe();
          }
          return store.readStream(request);
        },
      });
      const follower = listenTo(eventLog(racing, numbers).follow("a/1"));
      await advance(100);
      await log.append("a/1", [3]);
      await advance(100);
      await log.append("a/1", [10]);
      await advance(60_000);
      expect(follower.ended.error).toMatchObject({ _tag: "LogWentBack" });
      expect(follower.told.map(({ event }) => event)).toEqual([1, 2]);
    }));
});

describe("aggregates through a failover", () => {
  it("are told, decide upon what is there, and refuse nothing by what is lost", () =>
    simulate(async ({ store, stopReplication, failover }) => {
      const told = listening();
      const carts = cartsOn(store, { logger: told.logger });
      await carts.handle("1", addToCart("1", "A"));
      stopReplication();
      await carts.handle("1", addToCart("1", "B"));
      failover();
      // The pool has it, the log has not: "Product already in cart!" would be of a state that never was.
      const again = rightOf(await carts.handle("1", addToCart("1", "B")));
      expect([again.version, skus(again)]).toEqual([2, "AB"]);
      expect(told.of("WentBack")).toMatchObject([{ severity: "error", id: "1", version: 2 }]);
      expect(leftOf(await carts.handle("1", addToCart("1", "B")))).toBe("Product already in cart!");
    }));

  it("store a command of an id anew where it is lost, and once where it is not", () =>
    simulate(async ({ store, client, stopReplication, failover }) => {
      const carts = cartsOn(store, { logger: () => undefined });
      const add = (sku: string, commandId: string, on = carts) => on.handle("1", addToCart("1", sku), { commandId });
      await add("A", "k1");
      stopReplication();
      await add("B", "k2");
      failover();
      for (const on of [carts, cartsOn(client().store, { logger: () => undefined })]) {
        expect(rightOf(await add("A", "k1", on)).duplicate).toBe(true);
        expect(rightOf(await add("B", "k2", on)).duplicate).toBe(on !== carts);
      }
      expect(skus(await carts.state("1"))).toBe("AB");
    }));

  it("store once what was not answered, whether or not that is lost", async () => {
    for (const lost of [true, false])
      await simulate(async ({ store, dropReply, stopReplication, failover, advance }) => {
        const carts = cartsOn(store, { logger: () => undefined });
        await carts.handle("1", addToCart("1", "A"));
        if (lost) stopReplication();
        dropReply();
        const handling = Promise.resolve(carts.handle("1", addToCart("1", "B")).retry({ initialMs: 100 }));
        await advance(10);
        failover();
        await advance(1_000);
        expect(rightOf(await handling).version).toBe(2);
        expect(skus(await carts.state("1"))).toBe("AB");
      });
  });

  it("decide a pinned command upon what is there, once its caller was told of the conflict", () =>
    simulate(async ({ store, stopReplication, failover }) => {
      const told = listening();
      const carts = cartsOn(store, { logger: told.logger });
      await carts.handle("1", addToCart("1", "A"));
      stopReplication();
      await carts.handle("1", addToCart("1", "B"));
      failover();
      await eventLog(store, cartEvents).append("cart/1", [
        { type: "ItemAdded", cartId: "1", sku: "X", qty: 1, price: 1 },
      ]);
      const pinned = () => carts.handle("1", addToCart("1", "C"), { expected: { version: 2 } });
      expect(await errorOf(pinned())).toMatchObject({ _tag: "VersionConflict", actual: 2 });
      expect(told.of("WentBack")).toHaveLength(1);
      expect(skus(rightOf(await pinned()))).toBe("AXC");
    }));

  it("tell it by state$, and go on from what is there when it is subscribed to again", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const carts = cartsOn(store, { logger: () => undefined });
      await carts.handle("1", addToCart("1", "A"));
      stopReplication();
      const states = listenTo(carts.state$("1"));
      await advance(10);
      await carts.handle("1", addToCart("1", "B"));
      await advance(10);
      failover();
      await carts.handle("1", addToCart("1", "C"));
      await advance(10_000);
      expect(states.ended.error).toMatchObject({ _tag: "LogWentBack" });
      expect(states.told.map((one) => `${one.version} ${skus(one)}`)).toEqual(["1 A", "2 AB"]);
      const again = listenTo(carts.state$("1"));
      await advance(10);
      again.unsubscribe();
      expect(again.told.map((one) => `${one.version} ${skus(one)}`)).toEqual(["2 AC"]);
    }));

  it("make no state of two histories, where the log goes back between two pages or before a state is followed", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const log = eventLog(store, cartEvents);
      const item = (sku: string) => ({ type: "ItemAdded" as const, cartId: "1", sku, qty: 1, price: 1 });
      const thousand = (sku: string) => Array.from({ length: 1_000 }, (_, i) => item(`${sku}${i}`));
      let onRead: ((count: number) => void) | undefined;
      let reads = 0;
      const racing = viewOf(store, {
        readStream: (request) => {
          reads += 1;
          onRead?.(reads);
          return store.readStream(request);
        },
      });
      const told = listening();
      stopReplication();
      for (const sku of ["a", "b"]) await log.append("cart/1", thousand(sku));
      onRead = (count) => {
        if (count !== 2) return;
        failover();
        for (const sku of ["x", "y"]) log.append("cart/1", thousand(sku)).subscribe();
      };
      const carts = cartsOn(racing, { logger: told.logger });
      const { state, version } = await carts.state("1");
      expect([version, Object.keys(state.items).length, told.of("WentBack").length]).toEqual([2_000, 2_000, 1]);
      expect([..."abxy"].map((sku) => `${sku}0` in state.items)).toEqual([false, false, true, true]);
      // And behind the state, before the first read of what follows upon it.
      stopReplication();
      await log.append("cart/1", [item("lost")]);
      reads = 0;
      onRead = (count) => {
        if (count !== 2) return;
        failover();
        log.append("cart/1", [item("one"), item("two")]).subscribe();
      };
      const states = listenTo(carts.state$("1"));
      await advance(10);
      expect(states.told.map((one) => one.version)).toEqual([2_001]);
      expect(states.ended.error).toMatchObject({ _tag: "LogWentBack" });
    }));

  it("keep no snapshot of what is lost", () =>
    simulate(async ({ store, client, stopReplication, failover, advance }) => {
      const Cart = t.type({ items: t.record(t.string, t.number), paid: t.boolean });
      const options = { snapshots: { codec: Cart, schema: 1, every: 1 }, logger: () => undefined };
      const carts = cartsOn(store, options);
      await carts.handle("1", addToCart("1", "A"));
      await advance(10);
      stopReplication();
      await carts.handle("1", addToCart("1", "B"));
      await advance(10);
      failover();
      await carts.handle("1", addToCart("1", "C"));
      await advance(10);
      for (const on of [carts, cartsOn(client().store, options)]) expect(skus(await on.state("1"))).toBe("AC");
      expect(isRight(await carts.handle("1", addToCart("1", "B")))).toBe(true);
    }));
});

describe("a projection through a failover", () => {
  const label = (one: Progress): string => (one._tag === "Advanced" ? `${one.events}` : one._tag);

  it("tells that the log went back, and goes on from what is stored when it is run again", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const log = logOn(store);
      const revenue = revenueOn(store);
      const stop$ = new Subject<void>();
      const run = listenTo(revenue.run({ stop$ }));
      const live = listenTo(revenue.live());
      const lags = listenTo(revenue.lag$);
      await log.append("cart/1", [paid("1", 1)]);
      await advance(2_000);
      stopReplication();
      await log.append("cart/1", [paid("1", 2)]);
      await advance(2_000);
      expect((await revenue.get()).state).toBe(3);
      failover();
      await log.append("cart/1", [paid("1", 4)]);
      await advance(2_000);
      for (const { ended } of [run, live, lags]) expect(ended.error).toMatchObject({ _tag: "LogWentBack" });
      expect((await revenue.get()).state).toBe(1);
      const again = listenTo(revenue.run({ stop$ }));
      await advance(2_000);
      expect((await revenue.get()).state).toBe(5);
      expect(again.told.map(label)).toEqual(["1"]);
      stop$.next();
      await advance(1_000);
      expect(again.ended).toEqual({ completed: true });
    }));

  it("goes on where its own last write alone is lost: nobody has dropped it, and each event is in it once", () =>
    simulate(async ({ store, client, stopReplication, failover, advance }) => {
      const log = logOn(store);
      const stop$ = new Subject<void>();
      const runs = [revenueOn(store), revenueOn(client().store)].map((one) => listenTo(one.run({ stop$ })));
      await log.append("cart/1", [paid("1", 1)]);
      await advance(5_000);
      // The event reaches the replica, and what the projection makes of it does not.
      await log.append("cart/1", [paid("1", 2)]);
      stopReplication();
      await advance(1);
      expect((await revenueOn(store).get()).state).toBe(3);
      failover();
      expect((await revenueOn(store).get()).state).toBe(1);
      await log.append("cart/1", [paid("1", 4)]);
      await advance(10_000);
      expect(runs.map(({ ended }) => ended)).toEqual([{}, {}]);
      expect((await revenueOn(store).get()).state).toBe(7);
      stop$.next();
      await advance(1_000);
    }));

  it("tells it by lag$ also where it is behind, and what is stored went back with the log", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const log = logOn(store);
      const revenue = revenueOn(store);
      const stop$ = new Subject<void>();
      const run = listenTo(revenue.run({ stop$ }));
      await log.append("cart/1", [paid("1", 1)]);
      await advance(100);
      stopReplication();
      await log.append("cart/1", [paid("1", 2)]);
      await advance(100);
      stop$.next();
      await advance(100);
      expect(run.ended).toEqual({ completed: true });
      await log.append("cart/1", [paid("1", 4)]);
      const lags = listenTo(revenue.lag$);
      await advance(2_000);
      expect(lags.told.every(({ behindMs }) => behindMs > 0)).toBe(true);
      failover();
      await advance(2_000);
      expect(lags.ended.error).toMatchObject({ _tag: "LogWentBack" });
    }));

  it("is not waited for in vain: a position of what is lost is told, also where the log is longer", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const log = logOn(store);
      const revenue = revenueOn(store);
      const stop$ = new Subject<void>();
      await log.append("cart/1", [paid("1", 1)]);
      stopReplication();
      const { position } = await log.append("cart/1", [paid("1", 2)]);
      failover();
      await log.append("cart/1", [paid("1", 4), paid("1", 8)]);
      const run = listenTo(revenue.run({ stop$ }));
      await advance(1_000);
      expect(run.told.map(label)).toEqual(["3"]);
      expect(await errorOf(revenue.waitFor(position))).toMatchObject({ _tag: "LogWentBack" });
      stop$.next();
      await advance(1_000);
    }));
});
