/** The domain of the example alone: no store, no library but the tool that asks it. */
import { given } from "sluice/testing";
import { describe, it } from "vitest";
import type { CartEvent } from "../../examples/cart/domain/CartEvent.js";
import { type CartCommand, cartDecider, linesMax } from "../../examples/cart/domain/decide.js";

const add = (sku: string, qty = 1, price = 10): CartCommand => ({ type: "AddToCart", sku, qty, price });
const remove = (sku: string): CartCommand => ({ type: "RemoveFromCart", sku });
const pay: CartCommand = { type: "CompletePurchase" };
const added = (sku: string, qty = 1, price = 10): CartEvent => ({ type: "ItemAdded", sku, qty, price });
const removed = (sku: string): CartEvent => ({ type: "ItemRemoved", sku });
const paid = (total: number): CartEvent => ({ type: "CartPaid", total });

describe("a cart", () => {
  it("takes a product once", () => {
    given(cartDecider, [])
      .when(add("tea", 2, 450))
      .expectEvents([added("tea", 2, 450)]);
    given(cartDecider, [added("tea")])
      .when(add("tea", 3))
      .expectRejection("Product already in cart!");
    given(cartDecider, [added("tea"), removed("tea")])
      .when(add("tea", 3))
      .expectEvents([added("tea", 3)]);
  });

  it("takes a price of 0, and none below", () => {
    given(cartDecider, [])
      .when(add("leaflet", 1, 0))
      .expectEvents([added("leaflet", 1, 0)]);
    for (const price of [-1, -0.01, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      given(cartDecider, [])
        .when(add("tea", 1, price))
        .expectRejection("Price must be 0 or more!");
  });

  it.each([0, -1, 1.5, Number.NaN])("does not take %s pieces", (qty) => {
    given(cartDecider, []).when(add("tea", qty)).expectRejection("Quantity must be 1 or more!");
  });

  it("gives back what is in it, and nothing else", () => {
    given(cartDecider, [added("tea"), added("pot")])
      .when(remove("tea"))
      .expectState({ lines: [{ sku: "pot", qty: 1, price: 10 }], paid: false });
    given(cartDecider, []).when(remove("tea")).expectRejection("Product not in cart!");
    given(cartDecider, [added("tea")])
      .when(remove("tea"), remove("tea"))
      .expectRejection("Product not in cart!");
  });

  it("is paid once, with its total", () => {
    given(cartDecider, [added("tea", 2, 450), added("pot", 1, 3200)])
      .when(pay)
      .expectEvents([paid(4100)]);
    given(cartDecider, [added("leaflet", 1, 0)])
      .when(pay)
      .expectEvents([paid(0)]);
    given(cartDecider, [added("tea")])
      .when(pay, pay)
      .expectRejection("Cart is already paid!");
    given(cartDecider, []).when(pay).expectRejection("Cannot pay an empty cart!");
  });

  it("takes nothing more once it is paid, whatever is asked", () => {
    const before = [added("tea"), paid(10)];
    given(cartDecider, before).when(add("pot")).expectRejection("Cannot add to a paid cart!");
    given(cartDecider, before).when(add("tea")).expectRejection("Cannot add to a paid cart!");
    given(cartDecider, before).when(remove("tea")).expectRejection("Cannot remove from a paid cart!");
    given(cartDecider, before).when(remove("pot")).expectRejection("Cannot remove from a paid cart!");
  });

  it("tells products from what every object has", () => {
    for (const sku of ["__proto__", "constructor", "toString"]) {
      given(cartDecider, [])
        .when(add(sku))
        .expectEvents([added(sku)]);
      given(cartDecider, []).when(remove(sku)).expectRejection("Product not in cart!");
    }
  });

  it("has so many lines at most", () => {
    const full = Array.from({ length: linesMax }, (_, n) => added(`sku-${n}`));
    given(cartDecider, full).when(add("one more")).expectRejection("Cart is full!");
    given(cartDecider, full)
      .when(remove("sku-0"), add("one more"))
      .expectEvents([removed("sku-0"), added("one more")]);
  });
});
