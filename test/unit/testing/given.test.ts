import { AssertionError } from "node:assert";
import { right } from "fp-ts/lib/Either.js";
import { describe, expect, it } from "vitest";
import { given } from "../../../src/testing/given.js";
import { addToCart, cart } from "../../support/cart.js";
import { route } from "../../support/route.js";

const added = { type: "ItemAdded", cartId: "c", sku: "A", qty: 1, price: 10 } as const;
const created = { event: "RouteCreated", driver: "d" } as const;
const assigned = { event: "PackageAssigned", packageId: "p0" } as const;

/** What a wrong expectation throws. */
const told = (expectation: () => void): string => {
  try {
    expectation();
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError);
    return (error as AssertionError).message;
  }
  throw new Error("the expectation held");
};

describe("given a decider", () => {
  it("expects the events of a command, and of several in order", () => {
    given(cart, []).when(addToCart("c", "A")).expectEvents([added]);
    given(route, [])
      .when({ do: "CreateRoute", driver: "d" }, { do: "AssignPackages", count: 1 })
      .expectEvents([created, assigned]);
  });

  it("decides upon the events that were before", () => {
    given(cart, [added]).when(addToCart("c", "A")).expectRejection("Product already in cart!");
    given(route, [created, assigned])
      .when({ do: "Deliver", packageId: "p0", atMs: 3 })
      .expectEvents([{ event: "PackageDelivered", packageId: "p0", atMs: 3 }]);
  });

  it("expects the state, which a refusal leaves as it was", () => {
    given(cart, [])
      .when(addToCart("c", "A"), addToCart("c", "B", 5))
      .expectState({ items: { A: 10, B: 5 }, paid: false });
    given(cart, [added])
      .when(addToCart("c", "A"))
      .expectState({ items: { A: 10 }, paid: false });
  });

  it("takes a refusal of any type, and compares it deeply", () => {
    given(route, []).when({ do: "AssignPackages", count: 1 }).expectRejection({ _tag: "NoRoute" });
    expect(
      told(() => given(route, []).when({ do: "AssignPackages", count: 1 }).expectRejection({ _tag: "NotAssigned" })),
    ).toMatch(/NotAssigned/);
  });

  it("says what differs, what was refused, and what was decided instead", () => {
    const twice = given(cart, []).when(addToCart("c", "A"), addToCart("c", "A"));
    expect(told(() => twice.expectEvents([added]))).toBe("command 2 of 2 was refused: 'Product already in cart!'");
    expect(told(() => given(cart, []).when(addToCart("c", "A")).expectEvents([]))).toContain("ItemAdded");
    expect(told(() => given(cart, []).when(addToCart("c", "A")).expectRejection("Cart is paid!"))).toMatch(
      /^no command was refused; decided were .*ItemAdded/s,
    );
    expect(told(() => given(cart, []).when(addToCart("c", "A")).expectState({ items: {}, paid: false }))).toContain(
      "10",
    );
  });

  it("does not pass over a command that was refused before the last one", () => {
    const early = given(cart, [added]).when(addToCart("c", "A"), addToCart("c", "B"));
    expect(told(() => early.expectRejection("Product already in cart!"))).toMatch(
      /^command 1 of 2 was refused, before/,
    );
    expect(told(() => early.expectState({ items: { A: 10 }, paid: false }))).toMatch(
      /^command 1 of 2 was refused, before/,
    );
  });

  it("hands evolve the state and the event alone", () => {
    const seen: Array<number> = [];
    const counting = {
      initial: 0,
      decide: () => () => right(["x"]),
      evolve: (...args: readonly [number, string]) => {
        seen.push(args.length);
        return args[0] + 1;
      },
    };
    given(counting, ["a", "b"]).when(undefined).expectState(3);
    expect(seen).toEqual([2, 2, 2]);
  });

  it("tells what a decider throws as it is", () => {
    const panics = {
      ...cart,
      decide: (): never => {
        throw new Error("panic");
      },
    };
    expect(() => given(panics, []).when(addToCart("c", "A"))).toThrow("panic");
  });
});
