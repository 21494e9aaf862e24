/** Commands on each store that meet what others have stored meanwhile. */
import { isRight, left, right } from "fp-ts/lib/Either.js";
import { eventLog } from "sluice/log";
import { aggregate } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { andThen } from "../../../src/core/andThen.js";
import { addToCart, type CartCommand, cart } from "../../support/cart.js";
import { eachStore } from "../eachStore.js";
import { cartEvents, cartsOn, errorOf, processOn, rightOf, routesOn } from "./scene.js";

describe.each(eachStore)("conflicts on %s", (_, open) => {
  it("are decided again upon what is there: no command of two processes is lost", async () => {
    const store = open();
    const routes = [routesOn(processOn(store).store), routesOn(processOn(store).store)];
    await routes[0]!.handle("r", { do: "CreateRoute", driver: "d" });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_unused, i) =>
        routes[i % 2]!.handle("r", { do: "AssignPackages", count: 1 }, { attemptsMax: 100 }),
      ),
    );
    expect(answers.every(isRight)).toBe(true);
    expect(await routes[0]!.state("r")).toMatchObject({ version: 41 });
    expect(await routes[1]!.state("r")).toMatchObject({ version: 41 });
  });

  it("let one of three racing commands commit, where the domain wants one", async () => {
    const store = open();
    const processes = Array.from({ length: 3 }, () => routesOn(processOn(store).store));
    const answers = await Promise.all(
      processes.map((routes, i) => routes.handle("r", { do: "CreateRoute", driver: `d${i}` })),
    );
    expect(answers.filter(isRight)).toHaveLength(1);
    expect(answers.filter((answer) => !isRight(answer))).toEqual([
      left({ _tag: "Route already created!" }),
      left({ _tag: "Route already created!" }),
    ]);
  });

  it("are told where attempts are used up", async () => {
    const store = open();
    const log = eventLog(store, cartEvents);
    // Another process is always faster: whenever a write is on its way, an event is stored before it.
    const outrun = new Proxy(store, {
      get: (target, name) => {
        const part: unknown = target[name as keyof Store];
        if (name === "write")
          return (...args: Parameters<Store["write"]>) =>
            andThen(log.append("cart/1", [{ type: "CartPaid", cartId: "1", total: 0 }]), () => target.write(...args));
        return typeof part === "function" ? (part as () => unknown).bind(target) : part;
      },
    });
    let decisions = 0;
    const carts = aggregate(outrun, {
      category: "cart",
      codec: cartEvents,
      decider: {
        ...cart,
        decide: () => () => {
          decisions += 1;
          return right([{ type: "CartPaid" as const, cartId: "1", total: 1 }]);
        },
      },
    });
    expect(await errorOf(carts.handle("1", undefined, { attemptsMax: 3 }))).toMatchObject({
      _tag: "VersionConflict",
      actual: 3,
    });
    expect(decisions).toBe(3);
  });

  it("are not tried again where the caller pinned a version", async () => {
    const store = open();
    const carts = cartsOn(store);
    const other = cartsOn(processOn(store).store);
    const first = rightOf(await carts.handle("1", addToCart("1", "A"), { expected: "absent" }));
    await other.handle("1", addToCart("1", "B"));
    const conflict = { _tag: "VersionConflict", stream: "cart/1", actual: 2 };
    expect(await errorOf(carts.handle("1", addToCart("1", "C"), { expected: first }))).toMatchObject(conflict);
    expect(await errorOf(carts.handle("1", addToCart("1", "C"), { expected: { version: 1 } }))).toMatchObject(conflict);
    expect(await errorOf(carts.handle("1", addToCart("1", "A"), { expected: { version: 1 } }))).toMatchObject(conflict);
    expect(await errorOf(carts.handle("1", addToCart("1", "C"), { expected: "absent" }))).toMatchObject(conflict);
    expect(await errorOf(carts.handle("2", addToCart("2", "C"), { expected: "present" }))).toMatchObject({ actual: 0 });
    expect(rightOf(await carts.handle("1", addToCart("1", "C"), { expected: { version: 2 } })).version).toBe(3);
    await other.handle("1", addToCart("1", "D"));
    expect(rightOf(await carts.handle("1", addToCart("1", "E"), { expected: "present" })).version).toBe(5);
  });

  it("are told at once where the caller pinned a version, without a second decision", async () => {
    const store = open();
    const other = cartsOn(processOn(store).store);
    let decisions = 0;
    const carts = aggregate(store, {
      category: "cart",
      codec: cartEvents,
      decider: {
        ...cart,
        decide: (command: CartCommand) => {
          decisions += 1;
          return cart.decide(command);
        },
      },
    });
    await carts.handle("1", addToCart("1", "A"));
    await other.handle("1", addToCart("1", "B"));
    decisions = 0;
    expect(await errorOf(carts.handle("1", addToCart("1", "C"), { expected: { version: 1 } }))).toMatchObject({
      actual: 2,
    });
    expect(decisions).toBe(1);
  });

  it("a pooled state that is out of date refuses nothing, and finds nothing done", async () => {
    const store = open();
    const carts = cartsOn(store);
    const other = cartsOn(processOn(store).store);
    await carts.handle("1", addToCart("1", "A"));
    await other.handle("1", { type: "RemoveFromCart", cartId: "1", sku: "A" });
    expect(rightOf(await carts.handle("1", addToCart("1", "A"))).version).toBe(3);
    await other.handle("1", { type: "RemoveFromCart", cartId: "1", sku: "A" });
    expect(rightOf(await carts.decide("1", addToCart("1", "A")))).toBeDefined();
    const idempotent = aggregate(store, {
      category: "idempotent",
      codec: cartEvents,
      decider: {
        ...cart,
        decide:
          (command: Parameters<typeof cart.decide>[0]) => (state: Parameters<ReturnType<typeof cart.decide>>[0]) => {
            const decided = cart.decide(command)(state);
            return isRight(decided) ? decided : right([]);
          },
      },
    });
    const elsewhere = aggregate(processOn(store).store, idempotent.definition);
    await idempotent.handle("1", addToCart("1", "A"));
    await elsewhere.handle("1", { type: "RemoveFromCart", cartId: "1", sku: "A" });
    expect(rightOf(await idempotent.handle("1", addToCart("1", "A"))).version).toBe(3);
  });
});
