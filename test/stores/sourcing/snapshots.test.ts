/** Snapshots on each store: shortcuts that may be missing, old or broken, and never make a difference. */
import * as fc from "fast-check";
import * as t from "io-ts";
import { records } from "sluice/records";
import type { Snapshots } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { addToCart, type Cart } from "../../support/cart.js";
import { eachStore } from "../eachStore.js";
import { cartsOn, errorOf, listening, processOn, restorable, rightOf } from "./scene.js";

const CartState = t.type({ items: t.record(t.string, t.number), paid: t.boolean });
const every = (n: number): Snapshots<Cart> => ({ codec: CartState, schema: 1, every: n });

/** What is stored as snapshots, as the records that they are. */
const snapshotsOf = (store: Store) => records(store, { name: "sluice.snapshots", codec: t.any });
const snapshotAt = async (store: Store): Promise<number | undefined> =>
  ((await snapshotsOf(store).get("cart/1"))?.value as { readonly version: number } | undefined)?.version;

/**
 * Waits for a snapshot, which is stored beside the commands. Of two that are on their way at once one may be given up; a later command makes
 * another.
 */
const snapshotStored = async (store: Store, version: number): Promise<void> => {
  await expect.poll(() => snapshotAt(store), { timeout: 8_000 }).toBe(version);
};

/** How many events were read for a state in a fresh process. */
const counted = (store: Store) => {
  let events = 0;
  const counting = new Proxy(store, {
    get: (target, name) => {
      const part: unknown = target[name as keyof Store];
      if (typeof part !== "function") return part;
      const bound = (part as (...args: ReadonlyArray<unknown>) => unknown).bind(target);
      if (name !== "readStream") return bound;
      return (request: { readonly after: number }) => {
        events = request.after;
        return bound(request);
      };
    },
  });
  return { store: counting, readAfter: () => events };
};

describe.each(eachStore)("snapshots on %s", (_, open) => {
  it("are stored whenever so many events came, and shorten a load", async () => {
    const store = open();
    const carts = cartsOn(store, { snapshots: every(3), logger: () => undefined });
    const versions: Array<number | undefined> = [];
    for (let i = 0; i < 8; i++) {
      await carts.handle("1", addToCart("1", `${i}`));
      await expect.poll(async () => (await snapshotAt(store)) ?? 0).toBe(Math.floor((i + 1) / 3) * 3);
      versions.push(await snapshotAt(store));
    }
    expect(versions).toEqual([undefined, undefined, 3, 3, 3, 6, 6, 6]);
    const fresh = counted(processOn(store).store);
    const state = await cartsOn(fresh.store, { snapshots: every(3) }).state("1");
    expect(state).toEqual(await carts.state("1"));
    // The event of the snapshot is read again, to see that it is there.
    expect(fresh.readAfter()).toBe(5);
  });

  it("are stored when the predicate says so, which is asked behind each command", async () => {
    const store = open();
    const asked: Array<readonly [number, number]> = [];
    const carts = cartsOn(store, {
      snapshots: {
        codec: CartState,
        schema: 1,
        when: ({ version, state }, sinceLast) => {
          asked.push([version, sinceLast]);
          if (version === 1) throw new Error("odd");
          return "B" in state.items && sinceLast > 1;
        },
      },
      logger: () => undefined,
    });
    for (const sku of ["A", "B"]) rightOf(await carts.handle("1", addToCart("1", sku)));
    await snapshotStored(store, 2);
    for (const sku of ["C", "D"]) rightOf(await carts.handle("1", addToCart("1", sku)));
    await snapshotStored(store, 4);
    expect(asked).toEqual([
      [1, 1],
      [2, 2],
      [3, 1],
      [4, 2],
    ]);
  });

  it("of another schema are passed over before they are decoded", async () => {
    const store = open();
    await cartsOn(store, { snapshots: every(1) }).handle("1", addToCart("1", "A"));
    await expect.poll(() => snapshotAt(store)).toBe(1);
    const decoded: Array<unknown> = [];
    const codec = new t.Type<Cart, unknown>(
      "Cart",
      (value): value is Cart => CartState.is(value),
      (value, context) => {
        decoded.push(value);
        return CartState.validate(value, context);
      },
      (value) => value,
    );
    const later = cartsOn(processOn(store).store, { snapshots: { codec, schema: 2, every: 1 } });
    expect(await later.state("1")).toMatchObject({ version: 1, state: { items: { A: 10 } } });
    expect(decoded).toEqual([]);
    await later.handle("1", addToCart("1", "B"));
    await expect.poll(() => snapshotAt(store)).toBe(2);
    expect(
      await cartsOn(processOn(store).store, { snapshots: { codec, schema: 2, every: 1 } }).state("1"),
    ).toMatchObject({
      version: 2,
    });
    expect(decoded).toHaveLength(1);
  });

  it("that cannot be read are passed over, told, and replaced", async () => {
    const store = open();
    const broken = snapshotsOf(store);
    const told = listening();
    const start = async (): Promise<number> => {
      const carts = cartsOn(processOn(store).store, { snapshots: every(1), logger: told.logger });
      return (await carts.state("1")).version;
    };
    await cartsOn(store).handle("1", addToCart("1", "A"));
    await broken.put("cart/1", { schema: 1, version: 1, lastId: null, state: { items: 5 } });
    expect(await start()).toBe(1);
    await broken.put("cart/1", "nonsense");
    expect(await start()).toBe(1);
    expect(told.of("Snapshot").map(({ severity }) => severity)).toEqual(["warning", "warning"]);
    const carts = cartsOn(processOn(store).store, { snapshots: every(1), logger: told.logger });
    await carts.handle("1", addToCart("1", "B"));
    await expect.poll(() => snapshotAt(store)).toBe(2);
  });

  it("that cannot be stored fail no command, and are told", async () => {
    const told = listening();
    const codec = new t.Type<Cart, unknown>("Cart", CartState.is, CartState.validate, () => {
      throw new Error("cannot encode");
    });
    const carts = cartsOn(open(), { snapshots: { codec, schema: 1, every: 2 }, logger: told.logger });
    for (const sku of ["A", "B", "C", "D"]) rightOf(await carts.handle("1", addToCart("1", sku)));
    await expect
      .poll(() => told.of("Snapshot").map(({ severity, version }) => [severity, version]))
      .toEqual([
        ["warning", 2],
        ["warning", 4],
      ]);
  });

  it("never give way to an older one", async () => {
    const store = open();
    const [ahead, behind] = [
      cartsOn(processOn(store).store, { snapshots: every(1) }),
      cartsOn(processOn(store).store, { snapshots: every(1) }),
    ];
    await behind.handle("1", addToCart("1", "A"));
    for (const [i, sku] of ["B", "C", "D"].entries()) {
      await ahead.handle("1", addToCart("1", sku));
      await snapshotStored(store, 2 + i);
    }
    await snapshotsOf(store).put("cart/1", { schema: 1, version: 9, lastId: null, state: {} });
    await behind.handle("1", addToCart("1", "E"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await snapshotAt(store)).toBe(9);
  });

  it("of events that the log does not have are told and not used", async () => {
    const store = open();
    await cartsOn(store).handle("1", addToCart("1", "A"));
    const told = listening();
    for (const lost of [
      { version: 9, lastId: null },
      { version: 1, lastId: newId() },
    ]) {
      await snapshotsOf(store).put("cart/1", { schema: 1, state: { items: {}, paid: true }, ...lost });
      const carts = cartsOn(processOn(store).store, { snapshots: every(1), logger: told.logger });
      expect(await carts.state("1")).toMatchObject({ version: 1, state: { items: { A: 10 }, paid: false } });
    }
    expect(told.of("WentBack").map(({ version }) => version)).toEqual([9, 1]);
  });

  it("alone lead over events that are given up: without a usable one that is an error, in every call", async () => {
    const store = open();
    const carts = cartsOn(store, { snapshots: every(4) });
    for (let i = 0; i < 6; i++) await carts.handle("1", addToCart("1", `${i}`));
    await expect.poll(() => snapshotAt(store)).toBe(4);
    await store.pruneStream({ stream: "cart/1", upTo: 4, limit: 1_000 }, newId());
    const fresh = (snapshots?: Snapshots<Cart>) => cartsOn(processOn(store).store, { snapshots });
    const usable = fresh(every(4));
    expect(await usable.state("1")).toEqual(await carts.state("1"));
    expect((await usable.stateAt("1", 5)).version).toBe(5);
    expect((await usable.stateAt("1", 0)).version).toBe(0);
    expect(rightOf(await usable.handle("1", addToCart("1", "x"))).version).toBe(7);
    const pruned = { _tag: "StreamPruned", stream: "cart/1", prunedTo: 4 };
    for (const effect of [usable.stateAt("1", 3), usable.stateAt("1", new Date(0))])
      expect(await errorOf(effect)).toMatchObject(pruned);
    for (const useless of [fresh(), fresh({ ...every(4), schema: 2 })])
      for (const effect of [
        useless.state("1"),
        useless.handle("1", addToCart("1", "y")),
        useless.get("1"),
        useless.close("1"),
      ])
        expect(await errorOf(effect)).toMatchObject(pruned);
    // What is in the pool goes on, where what is given up is behind it.
    expect(rightOf(await carts.handle("1", addToCart("1", "y"))).version).toBe(8);
  });

  it("and the events behind them make the state of all events, wherever the snapshot stands", async () => {
    const store = open();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ sku: fc.constantFrom("A", "B", "C", "D"), adds: fc.boolean() }), {
          minLength: 1,
          maxLength: 25,
        }),
        fc.integer({ min: 1, max: 8 }),
        async (commands, n) => {
          const cartId = `${runs++}`;
          const options = { snapshots: every(n), pool: { sizeMax: 0 }, logger: () => undefined };
          const carts = cartsOn(processOn(store).store, options);
          for (const { sku, adds } of commands)
            await carts.handle(cartId, adds ? addToCart(cartId, sku) : { type: "RemoveFromCart", cartId, sku });
          expect(await carts.state(cartId)).toEqual(await cartsOn(processOn(store).store).state(cartId));
        },
      ),
      { numRuns: 40 },
    );
  }, 30_000);

  it("are passed over where the server went back behind them", async () => {
    const older = open();
    await cartsOn(older).handle("1", addToCart("1", "A"));
    const { store, restore } = restorable(open());
    const carts = cartsOn(store, { snapshots: every(1), pool: { sizeMax: 0 }, logger: () => undefined });
    for (const sku of ["A", "B"]) await carts.handle("1", addToCart("1", sku));
    restore(older);
    expect(await carts.state("1")).toMatchObject({ version: 1 });
  });
});
