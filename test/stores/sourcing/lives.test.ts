/** How aggregates are created, found, kept in the pool and ended, on each store. */
import { isRight } from "fp-ts/lib/Either.js";
import { isSluiceError } from "sluice";
import { eventLog } from "sluice/log";
import { aggregate, type Closed } from "sluice/sourcing";
import { describe, expect, it } from "vitest";
import { addToCart, type Cart, type CartEvent, cart } from "../../support/cart.js";
import { type Route, type RouteEvent, route } from "../../support/route.js";
import { eachStore } from "../eachStore.js";
import { cartEvents, cartsOn, errorOf, leftOf, listening, processOn, rightOf, routeEvents } from "./scene.js";

const born = (id: string): ReadonlyArray<CartEvent> => [
  { type: "ItemAdded", cartId: id, sku: "gift", qty: 1, price: 0 },
  { type: "ItemAdded", cartId: id, sku: "card", qty: 1, price: 0 },
];

const isTagged = (tag: string, error: unknown): boolean => isSluiceError(error) && error._tag === tag;

describe.each(eachStore)("creation on %s", (_, open) => {
  it("takes the id for good, while it is pooled and after", async () => {
    const carts = cartsOn(open(), { pool: { sizeMax: 3 } });
    for (const id of ["1", "2", "3"]) await carts.create(id);
    expect(carts.poolStats().size).toBe(3);
    const exists = { _tag: "AlreadyExists", category: "cart", id: "1" };
    expect(await errorOf(carts.create("1"))).toMatchObject(exists);
    await carts.create("4");
    expect(carts.poolStats()).toMatchObject({ size: 3, evictions: 1 });
    expect(await errorOf(carts.create("1"))).toMatchObject(exists);
    expect(await errorOf(cartsOn(processOn(carts.store).store).create("1"))).toMatchObject(exists);
  });

  it("is refused where there are events already, and by one of two that race", async () => {
    const store = open();
    const carts = cartsOn(store);
    await carts.handle("1", addToCart("1", "A"));
    expect(await errorOf(carts.create("1"))).toMatchObject({ _tag: "AlreadyExists" });
    for (const genesis of [undefined, born]) {
      const processes = Array.from({ length: 4 }, () => cartsOn(processOn(store).store, { genesis }));
      const answers = await Promise.allSettled(processes.map((process) => process.create(`race ${genesis?.name}`)));
      expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(answers.filter((one) => one.status === "rejected" && isTagged("AlreadyExists", one.reason))).toHaveLength(
        3,
      );
    }
  });

  it("stores the events of genesis, and so does the first command of one that was not created", async () => {
    const store = open();
    const carts = cartsOn(store, { genesis: born });
    await carts.create("1", { actor: "ann" });
    expect(await carts.state("1")).toMatchObject({ version: 2, state: { items: { gift: 0, card: 0 } } });
    expect(leftOf(await carts.handle("2", addToCart("2", "gift")))).toBe("Product already in cart!");
    expect(await carts.state("2")).toMatchObject({ version: 0, state: cart.initial });
    const first = rightOf(await carts.handle("2", addToCart("2", "A"), { expected: "absent" }));
    expect(first.events.map(({ version, event }) => [version, "sku" in event && event.sku])).toEqual([
      [1, "gift"],
      [2, "card"],
      [3, "A"],
    ]);
    expect(rightOf(await carts.handle("2", addToCart("2", "B"))).version).toBe(4);
    expect(await errorOf(carts.create("2"))).toMatchObject({ _tag: "AlreadyExists" });
  });

  it("fails alone where genesis throws, or answers no events", async () => {
    const { logger } = listening();
    const carts = cartsOn(open(), {
      logger,
      genesis: (id) => {
        if (id === "odd") return 5 as never;
        throw new Error("no birth");
      },
    });
    for (const id of ["1", "odd"]) {
      expect(await errorOf(carts.create(id))).toMatchObject({ _tag: "DeciderThrew" });
      expect(await errorOf(carts.handle(id, addToCart("1", "A")))).toMatchObject({ _tag: "DeciderThrew" });
    }
    expect(await carts.state("1")).toMatchObject({ version: 0 });
  });

  it("answers what get answers: an aggregate bound to its id", async () => {
    const store = open();
    const carts = cartsOn(store);
    const created = await carts.create("1");
    expect(rightOf(await created.handle(addToCart("1", "A"))).version).toBe(1);
    const got = await carts.get("1");
    expect(got.id).toBe("1");
    expect(await got.state()).toEqual(await carts.state("1"));
    expect(await got.stateAt(0)).toMatchObject({ version: 0 });
    expect(rightOf(await got.decide(addToCart("1", "B")))).toBeDefined();
    // Never stale: another process stored an event.
    await cartsOn(processOn(store).store).handle("1", addToCart("1", "B"));
    expect(await created.state()).toMatchObject({ version: 2 });
    expect(await got.close()).toMatchObject({ version: 2 });
  });

  it("is what get asks for: one that was neither created nor has events is not found", async () => {
    const carts = cartsOn(open());
    expect(await errorOf(carts.get("1"))).toMatchObject({ _tag: "NotFound", what: "cart", id: "1" });
    await carts.create("1");
    expect((await carts.get("1")).id).toBe("1");
    await carts.handle("2", addToCart("2", "A"));
    expect((await carts.get("2")).id).toBe("2");
    // To be asked for alone keeps nothing.
    await carts.state("3");
    expect(carts.poolStats().size).toBe(2);
  });
});

describe.each(eachStore)("the pool on %s", (_, open) => {
  it("of two gives up b, where a was touched before c came", async () => {
    const closures: Array<string> = [];
    const carts = cartsOn(open(), {
      pool: { sizeMax: 2 },
      closure: ({ id, version, because }) => void closures.push(`${id}@${version} ${because}`),
    });
    for (const id of ["a", "b"]) await carts.create(id);
    await carts.handle("a", addToCart("a", "A"));
    await carts.create("c");
    expect(closures).toEqual(["b@0 least recently used"]);
    const misses = carts.poolStats().misses;
    await carts.state("a");
    expect(carts.poolStats()).toMatchObject({ size: 2, misses });
  });

  it("of five serves ten: each is loaded again with its state, and goes on with the next version", async () => {
    const carts = cartsOn(open(), { pool: { sizeMax: 5 } });
    const ids = Array.from({ length: 10 }, (_unused, i) => `${i}`);
    for (const id of ids) for (let i = 0; i <= Number(id); i++) await carts.handle(id, addToCart(id, `${i}`));
    for (const id of ids) {
      expect(await carts.state(id)).toMatchObject({ version: Number(id) + 1 });
      expect(rightOf(await carts.handle(id, addToCart(id, "last"))).version).toBe(Number(id) + 2);
    }
    expect(carts.poolStats().size).toBe(5);
  });

  it("loads once for two who get one at the same time", async () => {
    const store = open();
    await cartsOn(processOn(store).store).handle("1", addToCart("1", "A"));
    const { logger, of } = listening();
    const carts = cartsOn(store, { logger });
    const [one, other] = await Promise.all([carts.get("1"), carts.get("1")]);
    expect([one.id, other.id, of("Hydrated").length, carts.poolStats().size]).toEqual(["1", "1", 1, 1]);
  });

  it("is one for all faces of a category, and refuses a second definition", async () => {
    const store = open();
    const options = { pool: { sizeMax: 2 } };
    await cartsOn(store, options).create("1");
    expect(cartsOn(store, { pool: { sizeMax: 2 } }).poolStats().size).toBe(1);
    const differing = [
      { pool: { sizeMax: 3 } },
      { ...options, genesis: born },
      { ...options, decider: { ...cart, evolve: () => cart.initial } },
    ];
    for (const other of differing) expect(() => cartsOn(store, other)).toThrow(/share one definition/);
    expect(() => cartsOn(store, { category: "a/b" })).toThrow(/must not have a "\/"/);
    expect(cartsOn(processOn(store).store).poolStats().size).toBe(0);
  });

  it("tells its closure once of each that leaves, with what was last known, and contains what it throws", async () => {
    const { logger, of } = listening();
    const told: Array<Closed<Cart>> = [];
    const carts = cartsOn(open(), {
      pool: { sizeMax: 0 },
      logger,
      closure: (closed) => {
        told.push(closed);
        if (closed.version === 1) throw new Error("closure threw");
        return closed.version === 2 ? Promise.reject(new Error("closure failed")) : undefined;
      },
    });
    for (const sku of ["A", "B", "C"]) rightOf(await carts.handle("1", addToCart("1", sku)));
    expect(told.map(({ id, version, because }) => [id, version, because])).toEqual(
      [1, 2, 3].map((version) => ["1", version, "least recently used"]),
    );
    expect(told[2]?.state).toEqual({ items: { A: 10, B: 10, C: 10 }, paid: false });
    await expect
      .poll(() => of("HandlerThrew").map(({ severity, cause }) => [severity, (cause as Error).message]))
      .toEqual([
        ["error", "closure threw"],
        ["error", "closure failed"],
      ]);
  });
});

describe.each(eachStore)("the end of an aggregate on %s", (_, open) => {
  it("that is terminal leaves the pool at once, and is told once", async () => {
    const told: Array<Closed<Route>> = [];
    const routes = aggregate(open(), {
      category: "route",
      decider: route,
      codec: routeEvents,
      closure: (closed) => void told.push(closed),
      genesis: (id): ReadonlyArray<RouteEvent> => [{ event: "RouteCreated", driver: id }],
    });
    const r = await routes.create("r");
    await r.handle({ do: "AssignPackages", count: 1 });
    expect(routes.poolStats().size).toBe(1);
    rightOf(await r.handle({ do: "Deliver", packageId: "p0", atMs: 5 }));
    expect(routes.poolStats().size).toBe(0);
    expect(told.map(({ because, version }) => [because, version])).toEqual([["terminal", 3]]);
    expect(await r.state()).toMatchObject({ version: 3, state: { delivered: 1 } });
    expect([routes.poolStats().size, told.length]).toEqual([0, 1]);
    // It may come back to life.
    rightOf(await r.handle({ do: "AssignPackages", count: 1 }));
    expect(routes.poolStats().size).toBe(1);
    // One that somebody else's write has ended leaves as well.
    await rightOf(await r.decide({ do: "Deliver", packageId: "p0", atMs: 6 }));
    expect(routes.poolStats().size).toBe(0);
    expect(told.slice(1).map(({ because, version }) => [because, version])).toEqual([["terminal", 5]]);
  });

  it("that is closed takes no events any more, is told once, and is still read", async () => {
    const store = open();
    const told: Array<string> = [];
    const carts = cartsOn(store, { closure: ({ because, version }) => void told.push(`${because} ${version}`) });
    const other = cartsOn(processOn(store).store);
    await carts.handle("1", addToCart("1", "A"));
    await other.handle("1", addToCart("1", "B"));
    expect(await carts.close("1")).toMatchObject({ version: 2, state: { items: { A: 10, B: 10 } } });
    expect(told).toEqual(["closed 2"]);
    expect(await carts.close("1")).toMatchObject({ version: 2 });
    for (const process of [carts, other]) {
      expect(await errorOf(process.handle("1", addToCart("1", "C")))).toMatchObject({
        _tag: "StreamClosed",
        stream: "cart/1",
        version: 2,
      });
      expect(leftOf(await process.handle("1", addToCart("1", "A")))).toBe("Product already in cart!");
      expect(await process.state("1")).toMatchObject({ version: 2 });
    }
    expect(await errorOf(carts.create("1"))).toMatchObject({ _tag: "AlreadyExists" });
    expect([told, carts.poolStats().size]).toEqual([["closed 2"], 0]);
    await eventLog(store, cartEvents).reopen("cart/1");
    expect(rightOf(await carts.handle("1", addToCart("1", "C"))).version).toBe(3);
  });

  it("that never had an event may be closed too", async () => {
    const told: Array<string> = [];
    const carts = cartsOn(open(), { closure: ({ because, version }) => void told.push(`${because} ${version}`) });
    expect(await carts.close("1")).toMatchObject({ version: 0 });
    expect(await errorOf(carts.handle("1", addToCart("1", "A")))).toMatchObject({ _tag: "StreamClosed" });
    expect(told).toEqual(["closed 0"]);
    expect(await errorOf(carts.create("1"))).toMatchObject({ _tag: "AlreadyExists" });
    await carts.create("2");
    expect(await carts.close("2")).toMatchObject({ version: 0 });
    expect(await errorOf(carts.create("2"))).toMatchObject({ _tag: "AlreadyExists" });
    expect(told).toEqual(["closed 0", "closed 0"]);
  });

  it("races with commands: what was stored before it is told, what comes later is refused", async () => {
    const store = open();
    const [one, other] = [cartsOn(processOn(store).store), cartsOn(processOn(store).store)];
    const works = Array.from({ length: 20 }, (_unused, i) =>
      one.handle("1", addToCart("1", `${i}`)).then(isRight, () => false),
    );
    const closed = await other.close("1");
    const stored = (await Promise.all(works)).filter((done) => done).length;
    expect(closed.version).toBe(stored);
    expect(await one.state("1")).toEqual(closed);
  });
});
