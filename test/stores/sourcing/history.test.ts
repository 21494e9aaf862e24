/** States of the past and of the future, on each store. */

import { right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { firstValueFrom, lastValueFrom, map, merge, take, tap, toArray } from "rxjs";
import { eventCodec, eventLog } from "sluice/log";
import { records } from "sluice/records";
import { aggregate, type Versioned } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { addToCart, type Cart } from "../../support/cart.js";
import { eachStore } from "../eachStore.js";
import { cartEvents, cartsOn, errorOf, listening, processOn, restorable, rightOf, routesOn } from "./scene.js";

const skus = ({ state }: Versioned<Cart>): string => Object.keys(state.items).join("");

/** The version of the snapshot of cart 1. */
const snapshotVersion = async (store: Store): Promise<unknown> =>
  (await records(store, { name: "sluice.snapshots", codec: t.type({ version: t.number }) }).get("cart/1"))?.value
    .version;

describe.each(eachStore)("the past on %s", (_, open) => {
  it("is told by version, while the present stays", async () => {
    const carts = cartsOn(open());
    for (const sku of ["A", "B", "C", "D", "E"]) await carts.handle("1", addToCart("1", sku));
    const before = carts.poolStats();
    expect(await Promise.all([0, 1, 2, 5, 9].map(async (version) => skus(await carts.stateAt("1", version))))).toEqual([
      "",
      "A",
      "AB",
      "ABCDE",
      "ABCDE",
    ]);
    expect((await carts.stateAt("1", 9)).version).toBe(5);
    expect(carts.poolStats()).toEqual(before);
    expect(await carts.state("1")).toMatchObject({ version: 5 });
    expect(rightOf(await carts.handle("1", addToCart("1", "F"))).version).toBe(6);
  });

  it("is told by time, of the store's clock", async () => {
    const store = open();
    const carts = cartsOn(store);
    await carts.handle("1", addToCart("1", "A"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await carts.handle("1", addToCart("1", "B"));
    await carts.handle("1", addToCart("1", "C"));
    const events = await lastValueFrom(eventLog(store, cartEvents).read("cart/1").pipe(toArray()));
    const times = events.map(({ appendedAtMs }) => appendedAtMs);
    const at = async (ms: number) => skus(await carts.stateAt("1", new Date(ms)));
    expect([
      await at(times[0]! - 1),
      await at(times[0]!),
      await at(times[1]! - 1),
      await at(times[2]! + 1_000),
    ]).toEqual(["", "A", "A", "ABC"]);
  });

  it("is refused for what is neither", async () => {
    const carts = cartsOn(open());
    for (const when of [-1, 1.5, Number.NaN, new Date("never"), "1" as never])
      expect(await errorOf(carts.stateAt("1", when))).toMatchObject({ _tag: "InvalidConfig", option: "when" });
  });

  it("of many events is read page by page", async () => {
    const routes = routesOn(open());
    await routes.handle("r", { do: "CreateRoute", driver: "d" });
    for (let i = 0; i < 6; i++) await routes.handle("r", { do: "AssignPackages", count: 900 });
    const fresh = routesOn(processOn(routes.store).store);
    expect((await fresh.state("r")).state.open).toHaveLength(5_400);
    expect((await fresh.stateAt("r", 2_001)).state.open).toHaveLength(2_000);
  });
});

describe.each(eachStore)("state$ on %s", (_, open) => {
  it("tells the present, then one state for each version, whoever stores the events", async () => {
    const store = open();
    const routes = routesOn(store);
    await routes.handle("r", { do: "CreateRoute", driver: "d" });
    const seen: Array<string> = [];
    const watching = routes
      .state$("r")
      .pipe(map(({ version, state }) => `${version}:${state.open.length}`))
      .subscribe((line) => seen.push(line));
    await expect.poll(() => seen).toEqual(["1:0"]);
    await routes.handle("r", { do: "AssignPackages", count: 3 });
    await routesOn(processOn(store).store).handle("r", { do: "AssignPackages", count: 1 });
    await expect.poll(() => seen).toEqual(["1:0", "2:1", "3:2", "4:3", "5:4"]);
    watching.unsubscribe();
  });

  it("begins with version 0 where nothing is stored", async () => {
    const carts = cartsOn(open());
    expect(await firstValueFrom(carts.state$("1"))).toEqual({ id: "1", version: 0, state: { items: {}, paid: false } });
  });

  it("tells the latest state where events were given up before they were read", async () => {
    const store = open();
    const snapshots = { codec: t.type({ items: t.record(t.string, t.number), paid: t.boolean }), schema: 1, every: 3 };
    const carts = cartsOn(store, { snapshots });
    await carts.handle("1", addToCart("1", "A"));
    const { store: reached, faults } = processOn(store);
    const seen: Array<string> = [];
    const watching = cartsOn(reached, { snapshots })
      .state$("1")
      .subscribe((now) => seen.push(`${now.version}:${skus(now)}`));
    await expect.poll(() => seen).toEqual(["1:A"]);
    faults.disconnect();
    for (const sku of ["B", "C", "D"]) await carts.handle("1", addToCart("1", sku));
    await expect.poll(async () => await snapshotVersion(store)).toBe(3);
    await eventLog(store, cartEvents).prune("cart/1", { upTo: 3 });
    faults.reconnect();
    await expect.poll(() => seen, { timeout: 5_000 }).toEqual(["1:A", "4:ABCD"]);
    await carts.handle("1", addToCart("1", "E"));
    await expect.poll(() => seen).toEqual(["1:A", "4:ABCD", "5:ABCDE"]);
    watching.unsubscribe();
  });

  it("counts events that are not ours, and needs nothing of them", async () => {
    const store = open();
    const carts = cartsOn(store);
    await carts.handle("1", addToCart("1", "A"));
    const seen: Array<string> = [];
    const watching = carts.state$("1").subscribe((now) => seen.push(`${now.version}:${skus(now)}`));
    await expect.poll(() => seen).toEqual(["1:A"]);
    const foreign = eventLog(store, eventCodec(t.type({ type: t.literal("Noted") }), { tag: "type" }));
    await foreign.append("cart/1", [{ type: "Noted" }, { type: "Noted" }]);
    await carts.handle("1", addToCart("1", "B"));
    await carts.handle("1", addToCart("1", "C"));
    await expect.poll(() => seen).toEqual(["1:A", "4:AB", "5:ABC"]);
    watching.unsubscribe();
  });

  it("completes when the store closes", async () => {
    const store = open();
    const carts = cartsOn(store);
    const seen: Array<string> = [];
    const all = lastValueFrom(
      merge(carts.state$("1"), carts.events$("1")).pipe(tap(({ version }) => seen.push(`v${version}`))),
    );
    await carts.handle("1", addToCart("1", "A"));
    await expect.poll(() => seen).toEqual(["v0", "v1", "v1"]);
    await store.close();
    await all;
  });

  it("fails with what cannot be read or evolved", async () => {
    const store = open();
    const carts = cartsOn(store);
    await eventLog(store, eventCodec(t.type({ type: t.literal("ItemAdded"), odd: t.number }), { tag: "type" })).append(
      "cart/1",
      [{ type: "ItemAdded", odd: 1 }],
    );
    for (const effect of [
      carts.state("1"),
      carts.handle("1", addToCart("1", "A")),
      carts.get("1"),
      carts.stateAt("1", 1),
    ])
      expect(await errorOf(effect)).toMatchObject({ _tag: "DecodeRefused" });
    const broken = aggregate(store, {
      category: "broken",
      codec: cartEvents,
      decider: {
        initial: 0,
        decide: () => () => right([]),
        evolve: (): number => {
          throw new Error("odd");
        },
      },
    });
    await eventLog(store, cartEvents).append("broken/1", [{ type: "CartPaid", cartId: "1", total: 1 }]);
    expect(await errorOf(broken.state("1"))).toMatchObject({ _tag: "DeciderThrew" });
    expect(await errorOf(lastValueFrom(broken.state$("1")))).toMatchObject({ _tag: "DeciderThrew" });
  });

  it("passes over events that are not ours, and counts them", async () => {
    const store = open();
    const carts = cartsOn(store);
    await carts.handle("1", addToCart("1", "A"));
    const foreign = eventLog(store, eventCodec(t.type({ type: t.literal("Noted") }), { tag: "type" }));
    await foreign.append("cart/1", [{ type: "Noted" }]);
    expect(rightOf(await carts.handle("1", addToCart("1", "B"))).version).toBe(3);
    expect(await cartsOn(processOn(store).store).state("1")).toMatchObject({ version: 3 });
    expect(
      await lastValueFrom(
        carts.events$("1").pipe(
          take(2),
          map(({ version }) => version),
          toArray(),
        ),
      ),
    ).toEqual([1, 3]);
    expect(
      await lastValueFrom(
        carts.events$("1", { after: 1 }).pipe(
          take(1),
          map(({ version }) => version),
        ),
      ),
    ).toBe(3);
  });

  it("names streams and ids", () => {
    const carts = cartsOn(open());
    expect([carts.streamOf("a/b"), carts.idOf({ stream: "cart/a/b" }), carts.idOf({ stream: "carts/a" })]).toEqual([
      "cart/a/b",
      "a/b",
      undefined,
    ]);
  });
});

describe.each(eachStore)("a log that went backwards on %s", (_, open) => {
  const lines = (entries: ReturnType<typeof listening>) =>
    entries.of("WentBack").map(({ severity, id, version }) => [severity, id, version]);

  it("is told, and what was known of it is not gone on from", async () => {
    const older = open();
    for (const sku of ["A", "B"]) await cartsOn(older).handle("1", addToCart("1", sku));
    const newer = open();
    const { store, restore } = restorable(newer);
    const told = listening();
    const carts = cartsOn(store, { logger: told.logger });
    for (const sku of ["A", "B", "C"]) await carts.handle("1", addToCart("1", sku));
    restore(older);
    // It is shorter than it was.
    expect(skus(await carts.state("1"))).toBe("AB");
    expect(lines(told)).toEqual([["error", "1", 3]]);
    expect(rightOf(await carts.handle("1", addToCart("1", "C"))).version).toBe(3);
  });

  it("is a conflict for whoever pinned a version of what is lost, also where that version is there again", async () => {
    const older = open();
    for (const sku of ["A", "X", "Y"]) await cartsOn(older).handle("1", addToCart("1", sku));
    const { store, restore } = restorable(open());
    const carts = cartsOn(store, { logger: () => undefined });
    for (const sku of ["A", "B", "C"]) await carts.handle("1", addToCart("1", sku));
    restore(older);
    const pinned = carts.handle("1", addToCart("1", "D"), { expected: { version: 3 } });
    expect(await errorOf(pinned)).toMatchObject({ _tag: "VersionConflict", actual: 3 });
    expect(skus(await carts.state("1"))).toBe("AXY");
  });

  it("and grew again is told by a read, and by a command", async () => {
    for (const ask of ["state", "command", "refused"] as const) {
      const older = open();
      for (const sku of ["A", "X", "Y"]) await cartsOn(older).handle("1", addToCart("1", sku));
      const { store, restore } = restorable(open());
      const told = listening();
      const carts = cartsOn(store, { logger: told.logger });
      for (const sku of ["A", "B", "C"]) await carts.handle("1", addToCart("1", sku));
      restore(older);
      if (ask === "state") expect(skus(await carts.state("1"))).toBe("AXY");
      else {
        const sku = ask === "command" ? "D" : "C";
        expect(skus(rightOf(await carts.handle("1", addToCart("1", sku))))).toBe(`AXY${sku}`);
      }
      expect([ask, lines(told)]).toEqual([ask, [["error", "1", 3]]]);
    }
  });
});
