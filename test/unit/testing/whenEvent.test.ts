import { memoryStore } from "sluice/memory";
import { policy, send } from "sluice/sourcing";
import { whenEvent } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { cartsOn, routesOn } from "../../stores/sourcing/scene.js";
import type { CartEvent } from "../../support/cart.js";

const store = memoryStore();
const [carts, routes] = [cartsOn(store), routesOn(store)];
const delivery = policy<CartEvent>(({ event, stream }) => {
  if (event.type === "ItemRemoved") throw new Error("removed");
  return event.type === "CartPaid"
    ? [
        send(routes, stream, { do: "CreateRoute", driver: event.cartId }),
        send(routes, stream, { do: "AssignPackages", count: event.total }),
      ]
    : [];
});
const paid = { type: "CartPaid", cartId: "c", total: 2 } as const;

describe("whenEvent", () => {
  it("compares all commands of a policy, with whom they are for", () => {
    const when = whenEvent(delivery, paid, { stream: "cart/c" });
    const first = send(routes, "cart/c", { do: "CreateRoute", driver: "c" });
    const second = { category: "route", id: "cart/c", command: { do: "AssignPackages", count: 2 } };
    when.expectSends([first, second]);
    for (const wrong of [
      [],
      [first],
      [second, first],
      [first, { ...second, id: "cart/d" }],
      [first, { ...second, category: "cart" }],
      [first, { ...second, command: { do: "AssignPackages", count: 3 } }],
      [first, second, send(carts, "c", { type: "CompletePurchase", cartId: "c" })],
    ])
      expect(() => when.expectSends(wrong)).toThrow(expect.objectContaining({ name: "AssertionError" }));
  });

  it("expects nothing where there is nothing to send", () => {
    whenEvent(delivery, { type: "ItemAdded", cartId: "c", sku: "A", qty: 1, price: 1 }).expectSends([]);
  });

  it("throws what the policy throws", () => {
    expect(() => whenEvent(delivery, { type: "ItemRemoved", cartId: "c", sku: "A" })).toThrow("removed");
  });
});
