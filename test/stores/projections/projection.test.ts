/** Projections and read models on each store: what they keep, wait for and tell. */
import { inspect } from "node:util";
import * as t from "io-ts";
import { firstValueFrom, lastValueFrom } from "rxjs";
import { eventLog, eventType } from "sluice/log";
import { projection, readModel } from "sluice/sourcing";
import { describe, expect, it } from "vitest";
import { atEnd } from "../../support/atEnd.js";
import { eachStore } from "../eachStore.js";
import { added, cartEvents, cartsOn, emptied, errorOf, eventually, logOn, paid, revenueOn, running } from "./scene.js";

describe.each(eachStore)("a projection on %s", (_, open) => {
  it("keeps its state up to date, with the position behind it", async () => {
    const store = open();
    const log = logOn(store);
    const revenue = revenueOn(store);
    expect(await revenue.get()).toEqual({ state: 0, position: undefined, caughtUp: true });
    await log.append("cart/1", [added("1"), paid("1", 30)]);
    expect(await revenue.get()).toEqual({ state: 0, position: undefined, caughtUp: false });
    const run = running(revenue);
    const { position } = await log.append("cart/2", [paid("2", 12)]);
    expect(await revenue.waitFor(position)).toEqual({ state: 42, position, caughtUp: true });
    expect(await revenue.get()).toEqual({ state: 42, position, caughtUp: true });
    await eventually(() => expect(run.events()).toBe(2));
    expect(run.told.at(-1)).toMatchObject({ _tag: "Advanced", position, caughtUp: true });
  });

  it("reads only the types that it evolves, and passes the others", async () => {
    const store = open();
    const revenue = revenueOn(store);
    const run = running(revenue);
    const { position } = await logOn(store).append("cart/1", [added("1"), added("1"), emptied("1")]);
    await revenue.waitFor(position);
    expect(await revenue.get()).toEqual({ state: 0, position, caughtUp: true });
    expect(run.events()).toBe(0);
  });

  it("reads only the categories that it wants", async () => {
    const store = open();
    const log = logOn(store);
    await log.append("cart/1", [paid("1", 1)]);
    await log.append("test-cart/1", [paid("1", 10)]);
    const revenue = revenueOn(store, { categories: ["cart"] });
    running(revenue);
    expect((await revenue.waitFor("end")).state).toBe(1);
  });

  it("goes through a long log by pages, and tells them", async () => {
    const store = open();
    const log = logOn(store);
    for (let i = 0; i < 5; i++) await log.append(`cart/${i}`, [paid("1", 1), paid("1", 1)]);
    const revenue = revenueOn(store);
    const run = running(revenue, 3);
    expect((await revenue.waitFor("end")).state).toBe(10);
    expect(run.told.map((told) => told._tag === "Advanced" && [told.events, told.caughtUp])).toEqual([
      [3, false],
      [3, false],
      [3, false],
      [1, true],
    ]);
  });

  it("goes on where it stopped, also in another process", async () => {
    const store = open();
    const log = logOn(store);
    const first = running(revenueOn(store));
    await log.append("cart/1", [paid("1", 1)]);
    await revenueOn(store).waitFor("end");
    first.stop();
    await eventually(() => expect(first.ended).toEqual({ completed: true }));
    await log.append("cart/1", [paid("1", 2)]);
    const second = running(revenueOn(store));
    expect((await revenueOn(store).waitFor("end", { timeoutMs: 900 })).state).toBe(3);
    expect(second.events()).toBe(1);
  });

  it("waits in vain no longer than it was told to", async () => {
    const store = open();
    const { position } = await logOn(store).append("cart/1", [paid("1", 1)]);
    const revenue = revenueOn(store);
    expect(await errorOf(revenue.waitFor("end", { timeoutMs: 0 }))).toMatchObject({
      _tag: "WaitTimedOut",
      timeoutMs: 0,
      position: undefined,
    });
    expect(await errorOf(revenue.waitFor(position, { timeoutMs: 30 }))).toMatchObject({ _tag: "WaitTimedOut" });
    expect(await revenue.waitFor(undefined)).toMatchObject({ state: 0 });
    expect(await errorOf(revenue.waitFor("000" as "end"))).toMatchObject({ _tag: "InvalidConfig", option: "position" });
  });

  it("tells its lag", async () => {
    const store = open();
    const log = logOn(store);
    const revenue = revenueOn(store);
    expect(await firstValueFrom(revenue.lag$)).toEqual({ position: undefined, end: undefined, behindMs: 0 });
    const { position } = await log.append("cart/1", [paid("1", 1)]);
    expect(await firstValueFrom(revenue.lag$)).toEqual({
      position: undefined,
      end: position,
      behindMs: expect.any(Number) as number,
    });
    expect((await firstValueFrom(revenue.lag$)).behindMs).toBeGreaterThanOrEqual(1);
    running(revenue);
    await revenue.waitFor("end");
    expect(await firstValueFrom(revenue.lag$)).toEqual({ position, end: position, behindMs: 0 });
  });

  it("lives in memory beside what is stored", async () => {
    const store = open();
    const log = logOn(store);
    await log.append("cart/1", [paid("1", 1), paid("1", 2)]);
    const told: Array<unknown> = [];
    const live = revenueOn(store)
      .live()
      .subscribe((one) => told.push(one));
    atEnd(() => Promise.resolve(live.unsubscribe()));
    await eventually(() => expect(told).toMatchObject([{ state: 3, caughtUp: true }]));
    await log.append("cart/1", [added("1")]);
    const { position } = await log.append("cart/1", [paid("1", 3)]);
    await eventually(() => expect(told.at(-1)).toEqual({ state: 6, position, caughtUp: true }));
    expect(await revenueOn(store).get()).toMatchObject({ state: 0, position: undefined });
  });

  it("lets nothing pass an event that fails, tells it again and again, and goes on once it does not", async () => {
    const store = open();
    const log = logOn(store);
    let isBroken = true;
    const revenue = revenueOn(store, {
      evolve: {
        CartPaid: (sum, { event }) => {
          if (isBroken && event.total === 2) throw new Error("two");
          return sum + event.total;
        },
      },
    });
    await log.append("cart/1", [paid("1", 1), paid("1", 2), paid("1", 4)]);
    const run = running(revenue);
    await eventually(() => expect(run.told.filter(({ _tag }) => _tag === "Failed").length).toBeGreaterThan(1));
    expect(run.told[0]).toMatchObject({ _tag: "Advanced", events: 1, caughtUp: false });
    expect(run.told[1]).toMatchObject({ _tag: "Failed", recorded: { event: { total: 2 } }, cause: { message: "two" } });
    expect(await revenue.get()).toMatchObject({ state: 1, caughtUp: false });
    isBroken = false;
    expect((await revenue.waitFor("end")).state).toBe(7);
  });

  it("lets nothing pass a malformed event", async () => {
    const store = open();
    const other = eventLog(store, eventType("CartPaid", t.type({ cents: t.number })));
    const log = logOn(store);
    await log.append("cart/1", [paid("1", 1)]);
    await other.append("cart/1", [{ cents: 5 }]);
    await log.append("cart/1", [paid("1", 1)]);
    const revenue = revenueOn(store);
    const run = running(revenue);
    await eventually(() => expect(run.told.some(({ _tag }) => _tag === "Failed")).toBe(true));
    expect(run.told.find(({ _tag }) => _tag === "Failed")).toMatchObject({
      recorded: { _tag: "Malformed", version: 2 },
      cause: { _tag: "DecodeRefused" },
    });
    expect(await revenue.get()).toMatchObject({ state: 1 });
    expect(await errorOf(lastValueFrom(revenue.live()))).toMatchObject({ _tag: "DecodeRefused" });
  });

  it("names the event behind which the state cannot be stored", async () => {
    const store = open();
    const log = logOn(store);
    const revenue = revenueOn(store, { evolve: { CartPaid: (sum, { event }) => sum / event.total }, initial: 1 });
    await log.append("cart/1", [paid("1", 1), paid("1", 2), paid("1", 0), paid("1", 5)]);
    const run = running(revenue);
    await eventually(() => expect(run.told.some(({ _tag }) => _tag === "Failed")).toBe(true));
    expect(run.told.find(({ _tag }) => _tag === "Failed")).toMatchObject({
      recorded: { version: 3 },
      cause: { _tag: "EncodeRefused" },
    });
    expect(await revenue.get()).toMatchObject({ state: 0.5 });
  });

  it("tells where the state of no event can be stored", async () => {
    const store = open();
    const revenue = revenueOn(store, { initial: Number.NaN });
    await logOn(store).append("cart/1", [added("1")]);
    const run = running(revenue);
    await eventually(() => expect(run.told[0]).toMatchObject({ _tag: "Failed", recorded: undefined }));
    run.stop();
    await eventually(() => expect(run.ended).toEqual({ completed: true }));
  });

  it("is built anew by each version, and dropped by the next", async () => {
    const store = open();
    const log = logOn(store);
    const old = revenueOn(store);
    running(old);
    await log.append("cart/1", [paid("1", 1)]);
    await old.waitFor("end");
    const next = revenueOn(store, { version: 2, evolve: { CartPaid: (sum, { event }) => sum + 100 * event.total } });
    running(next);
    await log.append("cart/1", [paid("1", 2)]);
    expect((await next.waitFor("end")).state).toBe(300);
    expect((await old.waitFor("end")).state).toBe(3);
    await next.drop(1);
    expect((await old.get()).position).toBeUndefined();
    expect((await next.get()).state).toBe(300);
    expect(await errorOf(next.drop(2))).toMatchObject({ _tag: "InvalidConfig", option: "version" });
    await next.drop(7);
  });

  it("tells a run whose version was dropped", async () => {
    const store = open();
    const log = logOn(store);
    const old = revenueOn(store);
    const run = running(old);
    await log.append("cart/1", [paid("1", 1)]);
    await old.waitFor("end");
    await revenueOn(store, { version: 2 }).drop(1);
    await log.append("cart/1", [paid("1", 1)]);
    await eventually(() => expect(run.ended.error).toMatchObject({ _tag: "ProjectionDropped", version: 1 }));
    expect((await old.get()).position).toBeUndefined();
    running(old);
    expect((await old.waitFor("end")).state).toBe(2);
  });

  it("tells what its codec does not read, and that a stop$ failed", async () => {
    const store = open();
    await logOn(store).append("cart/1", [paid("1", 1)]);
    const revenue = revenueOn(store);
    running(revenue);
    await revenue.waitFor("end");
    const other = projection(store, {
      name: "revenue",
      version: 1,
      codec: cartEvents,
      initial: "",
      state: t.string,
      evolve: { CartPaid: (text) => `${text}.` },
    });
    expect(await errorOf(other.get())).toMatchObject({ _tag: "DecodeRefused" });
    expect(running(other).ended).not.toHaveProperty("completed");
    await eventually(async () =>
      expect(await errorOf(lastValueFrom(other.run()))).toMatchObject({ _tag: "DecodeRefused" }),
    );
    expect(await errorOf(lastValueFrom(revenue.run({ stop$: Promise.reject(new Error("no")) })))).toMatchObject({
      _tag: "InvalidConfig",
      option: "stop$",
    });
  });

  it("refuses a definition out of its limits", () => {
    const store = open();
    const refused = (options: object, option: string): void => {
      expect(() => revenueOn(store, options)).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
    };
    refused({ name: "a b" }, "name");
    refused({ name: "a".repeat(101) }, "name");
    refused({ version: 0 }, "version");
    refused({ version: 1.5 }, "version");
    refused({ codec: {} }, "codec");
    refused({ after: "end" }, "after");
    refused({ state: {} }, "state");
    refused({ evolve: {} }, "evolve");
    refused({ evolve: { CartPaid: undefined } }, "evolve");
    refused({ evolve: { CartPaid: 1 } }, "evolve.CartPaid");
    refused({ evolve: { Paid: () => 1 } }, "evolve");
    expect(revenueOn(store, { name: "a".repeat(100), version: 99_999_999 })).toBeDefined();
  });

  it("shows what it is, and no state", async () => {
    const store = open();
    const revenue = revenueOn(store);
    expect(inspect(revenue)).toContain("revenue");
    expect(inspect(await revenue.get())).not.toContain("state");
    expect(JSON.stringify(await revenue.get())).not.toContain("state");
  });
});

describe.each(eachStore)("a read model on %s", (_, open) => {
  it("has a record for each id, and reads them as a collection", async () => {
    const store = open();
    const log = logOn(store);
    const carts = cartsOn(store);
    const run = running(carts);
    await log.append("cart/1", [added("1"), added("1"), paid("1", 3)]);
    await log.append("cart/2", [added("2")]);
    await log.append("cart/3", [added("3"), emptied("3"), paid("3", 3)]);
    await carts.waitFor("end");
    expect((await carts.get("1"))?.value).toEqual({ items: 2, paid: true, price: 0 });
    expect(await carts.get("3")).toBeUndefined();
    expect((await carts.page("byPaid", { where: "open" })).items.map(({ id }) => id)).toEqual(["2"]);
    expect(await carts.count("byPaid", { where: ["open", "paid"] })).toBe(2);
    expect((await carts.getAll(["2", "3"])).map((found) => found?.id)).toEqual(["2", undefined]);
    await log.append("cart/1", [emptied("1")]);
    await carts.waitFor("end");
    expect(await carts.get("1")).toBeUndefined();
    // Whoever asks may see what a run has written before the run has its answer.
    await eventually(() => expect(run.events()).toBe(8));
  });

  it("counts events that change nothing with what is stored next", { timeout: 20_000 }, async () => {
    const store = open();
    const log = logOn(store);
    const carts = cartsOn(store);
    const run = running(carts, 1);
    await log.append("cart/1", [added("1"), emptied("2"), emptied("2"), added("1"), emptied("2")]);
    await carts.waitFor("end");
    await log.append("cart/1", [added("1")]);
    await carts.waitFor("end");
    await eventually(() => expect(run.events()).toBe(6));
  });

  it("cuts what one write cannot hold, on events", { timeout: 30_000 }, async () => {
    const store = open();
    const log = logOn(store);
    const many = Array.from({ length: 900 }, (_one, i) => added(`c${i}`));
    await log.append("cart/1", many);
    const carts = cartsOn(store);
    const run = running(carts, 1_000);
    await carts.waitFor("end");
    await eventually(() => expect(run.events()).toBe(900));
    expect(run.told.length).toBeGreaterThan(1);
    expect(await carts.count("byPaid", { where: "open" })).toBe(900);
  });

  it("passes events without an id, and lets nothing pass one whose id is none", async () => {
    const store = open();
    const log = logOn(store);
    const model = readModel(store, {
      name: "m",
      version: 1,
      codec: cartEvents,
      record: t.number,
      id: ({ event }) => (event.cartId === "" ? undefined : event.cartId),
      evolve: { ItemAdded: (n = 0) => n + 1 },
    });
    const run = running(model);
    await log.append("cart/1", [added(""), added("a"), added("")]);
    await model.waitFor("end");
    expect((await model.get("a"))?.value).toBe(1);
    await log.append("cart/1", [added("a"), added("x".repeat(513))]);
    await eventually(() => expect(run.told.some(({ _tag }) => _tag === "Failed")).toBe(true));
    expect(run.told.find(({ _tag }) => _tag === "Failed")).toMatchObject({
      recorded: { version: 5 },
      cause: { _tag: "InvalidConfig", option: "id" },
    });
    expect((await model.get("a"))?.value).toBe(2);
  });

  it("reads no more records at a time than have 4 MiB", { timeout: 30_000 }, async () => {
    const store = open();
    const log = logOn(store);
    const model = readModel(store, {
      name: "big",
      version: 1,
      codec: cartEvents,
      record: t.type({ count: t.number, text: t.string }),
      id: ({ event }) => event.cartId,
      evolve: { ItemAdded: (row) => ({ count: (row?.count ?? 0) + 1, text: "x".repeat(1_500_000) }) },
    });
    const run = running(model);
    const ids = Array.from({ length: 6 }, (_one, i) => `c${i}`);
    for (const round of [1, 2]) {
      await log.append(
        "cart/1",
        ids.map((id) => added(id)),
      );
      await model.waitFor("end");
      for (const id of ids) expect((await model.get(id))?.value.count).toBe(round);
    }
    await eventually(() => expect(run.events()).toBe(12));
  });

  it("names the event whose record is too large", { timeout: 30_000 }, async () => {
    const store = open();
    const model = readModel(store, {
      name: "big",
      version: 1,
      codec: cartEvents,
      record: t.string,
      id: ({ event }) => event.cartId,
      evolve: { ItemAdded: (_row, { event }) => "x".repeat(event.price) },
    });
    const run = running(model);
    await logOn(store).append("cart/1", [added("a", 5), added("b", 9_000_000), added("c", 5)]);
    await eventually(() => expect(run.told.some(({ _tag }) => _tag === "Failed")).toBe(true));
    expect(run.told.find(({ _tag }) => _tag === "Failed")).toMatchObject({
      recorded: { version: 2 },
      cause: { _tag: "PayloadTooLarge" },
    });
    expect((await model.get("a"))?.value).toBe("xxxxx");
    expect(await model.get("c")).toBeUndefined();
  });

  it("is dropped whole, page by page, and built anew after that", { timeout: 30_000 }, async () => {
    const store = open();
    const log = logOn(store);
    await log.append(
      "cart/1",
      Array.from({ length: 250 }, (_one, i) => added(`c${i}`)),
    );
    const old = cartsOn(store);
    const run = running(old);
    await old.waitFor("end");
    const next = cartsOn(store, 2);
    running(next);
    await next.waitFor("end");
    await next.drop(1);
    expect(await old.count("byPaid", { where: "open" })).toBe(0);
    expect(await old.get("c7")).toBeUndefined();
    expect(await next.count("byPaid", { where: "open" })).toBe(250);
    await log.append("cart/1", [added("c1")]);
    await eventually(() => expect(run.ended.error).toMatchObject({ _tag: "ProjectionDropped" }));
    running(old);
    await old.waitFor("end");
    expect((await old.get("c1"))?.value.items).toBe(2);
    await next.drop(1);
    await next.drop(9);
  });

  it("has no index of the library's name", () => {
    const indexes = { "sluice.all": () => ({}) };
    expect(() =>
      readModel(open(), {
        name: "m",
        version: 1,
        codec: cartEvents,
        record: t.number,
        id: () => "a",
        indexes,
        evolve: { ItemAdded: () => 1 },
      }),
    ).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option: "indexes" }));
  });
});
