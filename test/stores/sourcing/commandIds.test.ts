/** Commands with ids on each store: sent any number of times, done once. */
import { isRight, right } from "fp-ts/lib/Either.js";
import { aggregate } from "sluice/sourcing";
import { describe, expect, it } from "vitest";
import { addToCart, cart } from "../../support/cart.js";
import { eachStore } from "../eachStore.js";
import { cartEvents, cartsOn, errorOf, leftOf, processOn, rightOf, routesOn } from "./scene.js";

describe.each(eachStore)("a command id on %s", (_, open) => {
  it("answers the first result again, also where the command would be refused by now", async () => {
    const store = open();
    const carts = cartsOn(store);
    const first = rightOf(await carts.handle("1", addToCart("1", "A"), { commandId: "k" }));
    await carts.handle("1", addToCart("1", "B"));
    for (const process of [carts, cartsOn(processOn(store).store)]) {
      const again = rightOf(await process.handle("1", addToCart("1", "A"), { commandId: "k" }));
      expect(again).toMatchObject({ duplicate: true, version: 2, position: first.position });
      expect(Object.keys(again.state.items)).toEqual(["A", "B"]);
      expect(again.events.map(({ id, version }) => [id, version])).toEqual([[first.events[0]?.id, 1]]);
    }
    expect(leftOf(await carts.handle("1", addToCart("1", "A"), { commandId: "other" }))).toBe(
      "Product already in cart!",
    );
    expect(await carts.state("1")).toMatchObject({ version: 2 });
  });

  it("answers the first result also where the command would be decided, find nothing to do, throw, or is pinned", async () => {
    const store = open();
    const routes = routesOn(store);
    await routes.handle("r", { do: "CreateRoute", driver: "d" });
    const assign = () => routes.handle("r", { do: "AssignPackages", count: 2 }, { commandId: "k" });
    expect(rightOf(await assign())).toMatchObject({ version: 3, duplicate: false });
    expect(rightOf(await assign())).toMatchObject({
      version: 3,
      duplicate: true,
      events: [{ version: 2 }, { version: 3 }],
    });
    const pinned = { commandId: "p", expected: { version: 3 } };
    expect(rightOf(await routes.handle("r", { do: "AssignPackages", count: 1 }, pinned)).version).toBe(4);
    expect(rightOf(await routes.handle("r", { do: "AssignPackages", count: 1 }, pinned)).duplicate).toBe(true);
    let does: "decide" | "nothing" | "throw" = "decide";
    const moody = aggregate(store, {
      category: "moody",
      logger: () => undefined,
      codec: cartEvents,
      decider: {
        ...cart,
        decide: (_command: string) => () => {
          if (does === "throw") throw new Error("moody");
          return right(does === "nothing" ? [] : [{ type: "CartPaid" as const, cartId: "", total: 1 }]);
        },
      },
    });
    await moody.handle("1", "x", { commandId: "k" });
    for (const mood of ["nothing", "throw"] as const) {
      does = mood;
      expect(rightOf(await moody.handle("1", "x", { commandId: "k" }))).toMatchObject({ duplicate: true, version: 1 });
    }
    expect(await errorOf(moody.handle("1", "x", { commandId: "l" }))).toMatchObject({ _tag: "DeciderThrew" });
  });

  it("refuses another command, whatever that would be decided to be", async () => {
    const carts = cartsOn(open());
    await carts.handle("1", addToCart("1", "A"), { commandId: "k" });
    for (const command of [addToCart("1", "B"), addToCart("1", "A", 11)])
      expect(await errorOf(carts.handle("1", command, { commandId: "k" }))).toMatchObject({
        _tag: "CommandIdReused",
        commandId: "k",
      });
    // The order of properties makes no other command.
    const { type, cartId, sku, qty, price } = addToCart("1", "A") as Extract<
      Parameters<typeof carts.handle>[1],
      { readonly type: "AddToCart" }
    >;
    expect(rightOf(await carts.handle("1", { price, qty, sku, cartId, type }, { commandId: "k" })).duplicate).toBe(
      true,
    );
  });

  it("is known among the commands of its aggregate alone", async () => {
    const carts = cartsOn(open());
    expect(rightOf(await carts.handle("1", addToCart("x", "A"), { commandId: "k" })).duplicate).toBe(false);
    expect(rightOf(await carts.handle("2", addToCart("x", "A"), { commandId: "k" })).duplicate).toBe(false);
    // "1:a/b" and "1:" with "a/b": their records have other names.
    expect(rightOf(await carts.handle("b/1", addToCart("x", "A"), { commandId: "a" })).duplicate).toBe(false);
    expect(rightOf(await carts.handle("1", addToCart("x", "B"), { commandId: "a/cart/b" })).duplicate).toBe(false);
  });

  it("stores once, however many processes send it at once", async () => {
    const store = open();
    const processes = Array.from({ length: 5 }, () => routesOn(processOn(store).store));
    await processes[0]!.handle("r", { do: "CreateRoute", driver: "d" });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_unused, i) =>
        processes[i % 5]!.handle("r", { do: "AssignPackages", count: 1 }, { commandId: `k${Math.floor(i / 5)}` }),
      ),
    );
    expect(answers.every(isRight)).toBe(true);
    expect(answers.filter((answer) => !rightOf(answer).duplicate)).toHaveLength(10);
    expect(await processes[1]!.state("r")).toMatchObject({ version: 11 });
  });

  it("is known until its time is over", async () => {
    const carts = cartsOn(open(), { commandIdTtlMs: 1 });
    await carts.handle("1", addToCart("1", "A"), { commandId: "k" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(leftOf(await carts.handle("1", addToCart("1", "A"), { commandId: "k" }))).toBe("Product already in cart!");
    expect(rightOf(await carts.handle("1", addToCart("1", "B"), { commandId: "k" })).duplicate).toBe(false);
  });

  it("serves creation too", async () => {
    const carts = cartsOn(open());
    await carts.create("1", { commandId: "k" });
    expect((await carts.create("1", { commandId: "k" })).id).toBe("1");
    expect(await errorOf(carts.create("1", { commandId: "l" }))).toMatchObject({ _tag: "AlreadyExists" });
    expect(await errorOf(carts.create("1"))).toMatchObject({ _tag: "AlreadyExists" });
    expect(await errorOf(carts.handle("1", addToCart("1", "A"), { commandId: "k" }))).toMatchObject({
      _tag: "CommandIdReused",
    });
  });

  it("of a command that is decided for others makes a Write of nothing when it was done", async () => {
    const carts = cartsOn(open());
    const write = rightOf(await carts.decide("1", addToCart("1", "A"), { commandId: "k" }));
    const meanwhile = rightOf(await carts.decide("1", addToCart("1", "A"), { commandId: "k" }));
    expect(await write).toMatchObject({ version: 1, duplicate: false });
    expect(await errorOf(meanwhile)).toMatchObject({ _tag: "RecordConflict" });
    expect(await rightOf(await carts.decide("1", addToCart("1", "A"), { commandId: "k" }))).toMatchObject({
      version: 1,
      duplicate: true,
      events: [{ version: 1 }],
    });
    expect(await errorOf(carts.decide("1", addToCart("1", "B"), { commandId: "k" }))).toMatchObject({
      _tag: "CommandIdReused",
    });
  });

  it("of a command that is decided for others is answered with the state of now, whatever the pool has", async () => {
    const store = open();
    const carts = cartsOn(store);
    await carts.handle("1", addToCart("1", "A"), { commandId: "k" });
    await cartsOn(processOn(store).store).handle("1", addToCart("1", "B"));
    const again = rightOf(await carts.decide("1", addToCart("1", "A"), { commandId: "k" }));
    expect(await again).toMatchObject({ duplicate: true, version: 2, state: { items: { A: 10, B: 10 } } });
  });

  it("is refused by its own name where it is too long, or no text", async () => {
    const carts = cartsOn(open());
    for (const commandId of ["x".repeat(201), "x".repeat(600), 5 as never])
      expect(await errorOf(carts.handle("1", addToCart("1", "A"), { commandId }))).toMatchObject({
        _tag: "InvalidConfig",
        option: "commandId",
      });
  });

  it("needs a command that is data", async () => {
    const carts = cartsOn(open());
    const command = { ...addToCart("1", "A"), undo: () => undefined };
    expect(await errorOf(carts.handle("1", command, { commandId: "k" }))).toMatchObject({ _tag: "EncodeRefused" });
  });
});

describe.each(eachStore)("a lost reply on %s", (_, open) => {
  it("is not a second command: run again, what was sent is sent again", async () => {
    const { store, faults } = processOn(open());
    const routes = routesOn(store);
    await routes.handle("r", { do: "CreateRoute", driver: "d" });
    const assign = routes.handle("r", { do: "AssignPackages", count: 2 });
    faults.dropReply();
    expect(await errorOf(assign)).toMatchObject({ _tag: "StoreUnavailable" });
    expect(rightOf(await assign)).toMatchObject({
      version: 3,
      duplicate: false,
      events: [{ version: 2 }, { version: 3 }],
    });
    faults.dropReply(2);
    const retried = routes.handle("r", { do: "AssignPackages", count: 1 }).retry({ initialMs: 0 });
    expect(rightOf(await retried)).toMatchObject({ version: 4 });
    expect(await routes.state("r")).toMatchObject({ version: 4, state: { open: ["p0", "p1", "p0"] } });
  });

  it("does not mislead the next command, which reads what was stored", async () => {
    const { store, faults } = processOn(open());
    const carts = cartsOn(store);
    await carts.handle("1", addToCart("1", "A"));
    faults.dropReply();
    await errorOf(carts.handle("1", addToCart("1", "B")));
    expect(leftOf(await carts.handle("1", addToCart("1", "B")))).toBe("Product already in cart!");
    expect(rightOf(await carts.handle("1", addToCart("1", "C"))).version).toBe(3);
  });

  it("is answered as before by its command id, and by creation", async () => {
    const { store, faults } = processOn(open());
    const carts = cartsOn(store);
    faults.dropReply();
    await errorOf(carts.handle("1", addToCart("1", "A"), { commandId: "k" }));
    expect(rightOf(await carts.handle("1", addToCart("1", "A"), { commandId: "k" }))).toMatchObject({
      duplicate: true,
    });
    const create = carts.create("2");
    faults.dropReply();
    await errorOf(create);
    expect((await create).id).toBe("2");
    expect(await errorOf(carts.create("2"))).toMatchObject({ _tag: "AlreadyExists" });
  });

  it("of a write that was not done is decided anew", async () => {
    const inner = open();
    const { store, faults } = processOn(inner);
    const carts = cartsOn(store);
    const other = cartsOn(inner);
    await carts.handle("1", addToCart("1", "A"));
    const add = carts.handle("1", addToCart("1", "B"));
    faults.disconnect();
    expect(await errorOf(add)).toMatchObject({ _tag: "StoreUnavailable" });
    await other.handle("1", addToCart("1", "C"));
    faults.reconnect();
    expect(rightOf(await add)).toMatchObject({ version: 3 });
  });
});
