/** What an emit stores, and what it refuses. */
import * as t from "io-ts";
import { atomically, followUp, handle, queue, settle } from "sluice";
import { Complete, defineRoutes, type Hub, hub } from "sluice/hub";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { mostStores } from "../stores/eachStore.js";
import { trips } from "../support/trips.js";
import { all, allTo, completes, hubOn } from "./scene.js";

const shopRoutes = defineRoutes({
  routes: [
    {
      condition: { path: "$.name", exact: "orderPlaced" },
      destination: "ORDER_HANDLER",
      delaySeconds: 10,
      maxRetries: 3,
      retryDelay: { type: "constant", interval: 5 },
    },
    {
      condition: { path: "$.name", exact: "paymentCompleted" },
      destination: "PAYMENT_HANDLER",
      delaySeconds: 1,
      maxRetries: 10,
      retryDelay: { type: "exponential", base: 2, max: 20 },
    },
  ],
});
const shopOn = (store: Store) =>
  hub(store, {
    name: "h",
    routes: shopRoutes,
    destinations: { ORDER_HANDLER: completes, PAYMENT_HANDLER: completes },
  });

const short = async <D extends string>(of: Hub<unknown, D>) =>
  (await all(of)).map(
    ({ destination, settings: { delaySeconds, maxRetries, retryDelay } }) =>
      `${destination} ${delaySeconds}/${maxRetries} ${Object.values(retryDelay).join(" ")}`,
  );

describe.each(mostStores())("emit on %s", (_, open) => {
  it("gives each event exactly the dispatch of its route, with the settings of that", async () => {
    const shop = shopOn(open());
    await shop.emit([{ name: "paymentCompleted" }, { name: "orderPlaced" }]);
    expect(await short(shop)).toEqual(["PAYMENT_HANDLER 1/10 exponential 2 20", "ORDER_HANDLER 10/3 constant 5"]);
    const [payment, order] = await all(shop);
    expect([payment?.dueAtMs, order?.dueAtMs]).toEqual([payment!.createdAtMs + 1_000, order!.createdAtMs + 10_000]);
    const { items } = await shop.listEvents();
    expect(items.map(({ payload, dispatches }) => [payload, dispatches])).toEqual([
      [{ name: "orderPlaced" }, [order]],
      [{ name: "paymentCompleted" }, [payment]],
    ]);
  });

  it("dispatches by every route that takes an event, in their order, and stores one that none takes", async () => {
    const store = open();
    const routes = defineRoutes(trips);
    const destinations = { TOKYO: completes, OKAYAMA: completes, HOKKAIDO: completes, OKINAWA: completes };
    const travel = hub<string>(store, { name: "h", routes, destinations });
    await travel.emit([
      { like: "culture", avoidUrban: true },
      { like: "nature", avoidUrban: false },
    ]);
    expect(await short(travel)).toEqual([
      "OKAYAMA 33/33 constant 7",
      "HOKKAIDO 66/66 constant 7",
      "OKINAWA 99/99 constant 7",
    ]);
    const [people] = await travel.emit([{ like: "people" }]);
    expect(await travel.getEvent(people!)).toMatchObject({ payload: { like: "people" } });
    expect((await travel.listEvents({ limit: 1 })).items).toMatchObject([{ id: people, dispatches: [] }]);
    expect(await short(travel)).toHaveLength(3);
  });

  it("dispatches twice to one destination that two routes name", async () => {
    const routes = defineRoutes({
      routes: [
        { condition: { allOf: [] }, destination: "A" },
        { condition: { path: "$", exists: true }, destination: "A" },
        { condition: { anyOf: [] }, destination: "A" },
      ],
    });
    const twice = hub(open(), { name: "h", routes, destinations: { A: completes } });
    await twice.emit([null]);
    expect((await all(twice)).map(({ destination }) => destination)).toEqual(["A", "A"]);
  });

  it("does nothing for no events", async () => {
    const store = open();
    const shop = hubOn(store, completes);
    expect(await shop.emit([])).toEqual([]);
    expect(await atomically([shop.emit([]), shop.emit([])])).toEqual([[], []]);
    expect([(await shop.listEvents()).items, await all(shop)]).toEqual([[], []]);
  });

  it("stores nothing of what it refuses", async () => {
    const store = open();
    const typed = hub(store, {
      name: "h",
      codec: t.type({ n: t.number }),
      payloadBytesMax: 100,
      routes: allTo("A"),
      destinations: { A: completes },
    });
    const wrong = [{ n: 1 }, { n: "2" }] as unknown as ReadonlyArray<{ n: number }>;
    await expect(typed.emit(wrong).then()).rejects.toMatchObject({ _tag: "EncodeRefused" });
    const large = { n: 1, text: "x".repeat(200) };
    await expect(typed.emit([{ n: 1 }, large]).then()).rejects.toMatchObject({ _tag: "PayloadTooLarge" });
    const one = { n: 1 } as unknown as ReadonlyArray<{ n: number }>;
    await expect(typed.emit(one).then()).rejects.toMatchObject({ _tag: "InvalidConfig", option: "payloads" });
    const many = Array.from({ length: 400 }, (_, n) => ({ n }));
    await expect(typed.emit(many).then()).rejects.toMatchObject({ _tag: "WriteTooLarge" });
    const hostile = JSON.parse('[{"n":1,"__proto__":{"x":1}}]') as ReadonlyArray<{ n: number }>;
    await expect(typed.emit(hostile).then()).rejects.toMatchObject({ _tag: "EncodeRefused" });
    expect([(await typed.listEvents()).items, (await typed.counts()).A.ongoing]).toEqual([[], 0]);
    expect((await store.stats("sluice.hub/A/h")).enqueued).toBe(0);
  });

  it("keeps payloads of any text, and orders by keys of any length", async () => {
    const store = open();
    const payloads = [{ k: "\u0000\ud800 ⇥\n\"'" }, { k: "é".repeat(600) }, { k: "" }, { k: 0 }, { k: null }];
    const keyed = hubOn(store, completes, { key: "$.k" });
    const ids = await keyed.emit(payloads);
    for (const [i, id] of ids.entries()) expect((await keyed.getEvent(id))?.payload).toEqual(payloads[i]);
    const keys = (await all(keyed)).map(({ key }) => key);
    expect(keys[0]).toBe(payloads[0]?.k);
    expect(keys[1]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(keys.slice(2)).toEqual(["", "0", undefined]);
    await collect(keyed.run()).until(5);
    expect((await keyed.counts()).A.complete).toBe(5);
  });

  it("is one write with others, with another emit, and with an ack", async () => {
    const store = open();
    const shop = hubOn(store, completes);
    const inbox = queue(store, { name: "inbox", codec: t.string });
    await atomically([shop.emit(["a"]), inbox.enqueue("x"), shop.emit(["b"])]);
    const refused = queue(store, { name: "small", codec: t.string, payloadBytesMax: 1 });
    await expect(atomically([shop.emit(["c"]), refused.enqueue("xxx")]).then()).rejects.toMatchObject({
      _tag: "PayloadTooLarge",
    });
    const settled = collect(
      inbox.messages().pipe(
        handle(async ({ data }) => data),
        followUp((data) => [shop.emit([data])]),
        settle(),
      ),
    );
    await settled.until(1);
    const { items } = await shop.listEvents({ order: "oldest first" });
    expect(items.map(({ payload, dispatches }) => [payload, dispatches.length])).toEqual([
      ["a", 1],
      ["b", 1],
      ["x", 1],
    ]);
  });

  it("never doubles where it is run again", async () => {
    const store = open();
    const shop = hubOn(store, async () => Complete);
    const emit = shop.emit([1]);
    expect(await emit).toEqual(await emit);
    expect((await all(shop)).length).toBe(1);
  });
});
