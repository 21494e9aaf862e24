/** What can be asked of a cart, and what it answers. Plain functions: nothing of the library is in them. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { type Cart, emptyCart, evolve, has, totalOf } from "./Cart.js";
import type { CartEvent } from "./CartEvent.js";

export type CartCommand =
  | { readonly type: "AddToCart"; readonly sku: string; readonly qty: number; readonly price: number }
  | { readonly type: "RemoveFromCart"; readonly sku: string }
  | { readonly type: "CompletePurchase" };

/** Why it is refused, in the words that the customer reads. */
type Refusal =
  | "Product already in cart!"
  | "Product not in cart!"
  | "Cannot add to a paid cart!"
  | "Cannot remove from a paid cart!"
  | "Cart is already paid!"
  | "Cannot pay an empty cart!"
  | "Cart is full!"
  | "Quantity must be 1 or more!"
  | "Price must be 0 or more!";

export const linesMax = 50;

type Decision = Either<Refusal, ReadonlyArray<CartEvent>>;

const add = (cart: Cart, { sku, qty, price }: Extract<CartCommand, { type: "AddToCart" }>): Decision => {
  if (cart.paid) return left("Cannot add to a paid cart!");
  if (!Number.isInteger(qty) || qty < 1) return left("Quantity must be 1 or more!");
  if (!Number.isInteger(price) || price < 0) return left("Price must be 0 or more!");
  if (has(cart, sku)) return left("Product already in cart!");
  if (cart.lines.length >= linesMax) return left("Cart is full!");
  return right([{ type: "ItemAdded", sku, qty, price }]);
};

const remove = (cart: Cart, sku: string): Decision => {
  if (cart.paid) return left("Cannot remove from a paid cart!");
  return has(cart, sku) ? right([{ type: "ItemRemoved", sku }]) : left("Product not in cart!");
};

const pay = (cart: Cart): Decision => {
  if (cart.paid) return left("Cart is already paid!");
  if (cart.lines.length === 0) return left("Cannot pay an empty cart!");
  return right([{ type: "CartPaid", total: totalOf(cart) }]);
};

const decide =
  (command: CartCommand) =>
  (cart: Cart): Decision => {
    switch (command.type) {
      case "AddToCart":
        return add(cart, command);
      case "RemoveFromCart":
        return remove(cart, command.sku);
      case "CompletePurchase":
        return pay(cart);
    }
  };

/** The domain, as the library takes it. */
export const cartDecider = { initial: emptyCart, decide, evolve, isTerminal: ({ paid }: Cart): boolean => paid };
