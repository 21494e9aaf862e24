/** A caller who goes away: what was handed to the store goes on, and nobody is misled by it. */
import { memoryStore } from "sluice/memory";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { effect } from "../../../src/core/Effect.js";
import { cartsOn, errorOf, leftOf, rightOf } from "../../stores/sourcing/scene.js";
import { addToCart } from "../../support/cart.js";

/** A store whose writes reach it when they are let go. */
const slowStore = () => {
  const inner = memoryStore();
  const held: Array<() => void> = [];
  let holding = false;
  const store = new Proxy(inner, {
    get: (target, name) => {
      const part: unknown = target[name as keyof Store];
      if (name === "write" && holding)
        return (...args: Parameters<Store["write"]>) =>
          effect((asker) => {
            held.push(() => target.write(...args).subscribe(asker));
          });
      return typeof part === "function" ? (part as () => unknown).bind(target) : part;
    },
  });
  return {
    store,
    hold: () => {
      holding = true;
    },
    letGo: () => {
      holding = false;
      for (const go of held.splice(0)) go();
    },
  };
};

describe("a command whose caller unsubscribes", () => {
  it("while its events are on their way is stored all the same, and the next ones know of it", async () => {
    const { store, hold, letGo } = slowStore();
    const carts = cartsOn(store);
    rightOf(await carts.handle("1", addToCart("1", "A")));
    hold();
    const gone = carts.handle("1", addToCart("1", "B")).subscribe();
    const next = carts.handle("1", addToCart("1", "B"));
    const answer = next.then((value) => value);
    gone.unsubscribe();
    letGo();
    // It was decided before the other one was stored, conflicts, and is decided again.
    expect(leftOf(await answer)).toBe("Product already in cart!");
    expect(await carts.state("1")).toMatchObject({ version: 2, state: { items: { A: 10, B: 10 } } });
  });

  it("before its turn does nothing", async () => {
    const { store, hold, letGo } = slowStore();
    const carts = cartsOn(store);
    hold();
    const first = carts.handle("1", addToCart("1", "A")).then(rightOf);
    carts.handle("1", addToCart("1", "B")).subscribe().unsubscribe();
    letGo();
    expect((await first).version).toBe(1);
    expect(await carts.state("1")).toMatchObject({ version: 1 });
  });

  it("leaves others of its aggregate in order, also where the store is closed meanwhile", async () => {
    const { store, hold } = slowStore();
    const carts = cartsOn(store);
    hold();
    carts.handle("1", addToCart("1", "A")).subscribe().unsubscribe();
    await store.close();
    expect(await errorOf(carts.handle("1", addToCart("1", "B")))).toMatchObject({ _tag: "StoreClosed" });
    expect(await errorOf(carts.state("1"))).toMatchObject({ _tag: "StoreClosed" });
  });
});
