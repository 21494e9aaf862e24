/** Aggregates on virtual time: what is told when, by whom, and that nothing is left over. */
import { concatMap, map, Subject, takeUntil, timer } from "rxjs";
import { aggregate } from "sluice/sourcing";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { cartEvents, cartsOn, errorOf, listening, rightOf } from "../../stores/sourcing/scene.js";
import { addToCart, cart } from "../../support/cart.js";

describe("aggregates on virtual time", () => {
  it("tell every version, and only those", () =>
    simulate(async ({ store, scheduler, advance, expect$ }) => {
      const carts = cartsOn(store);
      const add = (sku: string) => carts.handle("1", addToCart("1", sku));
      timer(3, scheduler)
        .pipe(
          concatMap(() => add("A")),
          // This one is refused.
          concatMap(() => add("A")),
        )
        .subscribe();
      const version$ = carts.state$("1").pipe(
        map(({ version }) => version),
        takeUntil(timer(9, scheduler)),
      );
      expect$(version$).toBe("a--b-----|", { a: 0, b: 1 });
      await advance(10);
    }));

  it("tell each event of one command as a version of its own, in order", () =>
    simulate(async ({ store, scheduler, advance, expect$ }) => {
      const carts = cartsOn(store, {
        genesis: (id) => [
          { type: "ItemAdded", cartId: id, sku: "gift", qty: 1, price: 0 },
          { type: "ItemAdded", cartId: id, sku: "card", qty: 1, price: 0 },
        ],
      });
      timer(2, scheduler)
        .pipe(concatMap(() => carts.create("1")))
        .subscribe();
      const version$ = carts.state$("1").pipe(map(({ version }) => version));
      expect$(version$, 6).toBe("a-(bc)", { a: 0, b: 1, c: 2 });
      const event$ = carts.events$("1").pipe(map(({ version }) => version));
      expect$(event$, 6).toBe("--(bc)", { b: 1, c: 2 });
      await advance(10);
    }));

  it("give up an idle one after its time, and not before", () =>
    simulate(async ({ store, nowMs, advance }) => {
      const told: Array<string> = [];
      const carts = cartsOn(store, {
        pool: { idleMs: 1_000 },
        closure: ({ id, because, version }) => void told.push(`${id} ${because} @${version} at ${nowMs()}`),
      });
      await carts.create("1");
      await advance(600);
      await carts.handle("1", addToCart("1", "A"));
      await carts.create("2");
      await advance(999);
      expect([told, carts.poolStats().size]).toEqual([[], 2]);
      await advance(1);
      expect(told).toEqual(["1 idle @1 at 1600", "2 idle @0 at 1600"]);
      expect(carts.poolStats()).toMatchObject({ size: 0, evictions: 2 });
    }));

  it("wait before they decide again, longer and longer, and end with the last conflict", () =>
    simulate(async ({ store, client, nowMs, advance }) => {
      const other = cartsOn(client().store);
      const at: Array<number> = [];
      const carts = aggregate(store, {
        category: "cart",
        codec: cartEvents,
        decider: {
          ...cart,
          decide:
            (command: Parameters<typeof cart.decide>[0]) => (state: Parameters<ReturnType<typeof cart.decide>>[0]) => {
              at.push(nowMs());
              other.handle("1", addToCart("1", `other ${at.length}`)).subscribe();
              return cart.decide(command)(state);
            },
        },
      });
      const failed = errorOf(carts.handle("1", addToCart("1", "A"), { attemptsMax: 8 }));
      await advance(5_000);
      expect(await failed).toMatchObject({ _tag: "VersionConflict" });
      expect(at).toHaveLength(8);
      expect(at.at(-1)).toBeGreaterThan(8);
      expect(at.at(-1)).toBeLessThan(1_000);
    }));

  it("leave nothing behind when their caller unsubscribes while they wait", () =>
    simulate(async ({ store, client, advance }) => {
      const other = cartsOn(client().store);
      const { logger, of } = listening();
      const carts = aggregate(store, {
        category: "cart",
        codec: cartEvents,
        logger,
        decider: {
          ...cart,
          decide:
            (command: Parameters<typeof cart.decide>[0]) => (state: Parameters<ReturnType<typeof cart.decide>>[0]) => {
              if (command.type === "AddToCart" && command.sku === "A")
                other.handle("1", addToCart("1", `other ${Object.keys(state.items).length}`)).subscribe();
              return cart.decide(command)(state);
            },
        },
      });
      const stop = new Subject<void>();
      carts.handle("1", addToCart("1", "A"), { attemptsMax: 100 }).pipe(takeUntil(stop)).subscribe();
      const next = carts.handle("1", addToCart("1", "B"));
      const answer = next.then(rightOf);
      await advance(5);
      const conflicts = of("Conflict").length;
      expect(conflicts).toBeGreaterThan(0);
      stop.next();
      expect(Object.keys((await answer).state.items)).toContain("B");
      expect((await answer).state.items).not.toHaveProperty("A");
      await advance(1_000);
      expect(of("Conflict")).toHaveLength(conflicts);
    }));

  it("of a process that died are there for the next one", () =>
    simulate(async ({ store, client, crash }) => {
      const carts = cartsOn(store);
      rightOf(await carts.handle("1", addToCart("1", "A")));
      crash();
      carts.handle("1", addToCart("1", "B")).subscribe();
      const next = cartsOn(client().store);
      expect(await next.state("1")).toMatchObject({ version: 1 });
      expect(rightOf(await next.handle("1", addToCart("1", "B"))).version).toBe(2);
    }));
});
