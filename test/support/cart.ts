/** A shopping cart as a user has it: plain types, a tag of its own, nothing of the library in it. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";

export const CartEvent = t.union([
  t.type({ type: t.literal("ItemAdded"), cartId: t.string, sku: t.string, qty: t.number, price: t.number }),
  t.type({ type: t.literal("ItemRemoved"), cartId: t.string, sku: t.string }),
  t.type({ type: t.literal("CartPaid"), cartId: t.string, total: t.number }),
]);
export type CartEvent = t.TypeOf<typeof CartEvent>;

export type CartCommand =
  | {
      readonly type: "AddToCart";
      readonly cartId: string;
      readonly sku: string;
      readonly qty: number;
      readonly price: number;
    }
  | { readonly type: "RemoveFromCart"; readonly cartId: string; readonly sku: string }
  | { readonly type: "CompletePurchase"; readonly cartId: string };

export interface Cart {
  readonly items: Readonly<Record<string, number>>;
  readonly paid: boolean;
}

export type CartRefusal =
  | "Product already in cart!"
  | "Product not in cart!"
  | "Cannot add to a paid cart!"
  | "Cart is paid!";

export const emptyCart: Cart = { items: {}, paid: false };

export const decideCart =
  (command: CartCommand) =>
  (cart: Cart): Either<CartRefusal, ReadonlyArray<CartEvent>> => {
    const { cartId } = command;
    switch (command.type) {
      case "AddToCart":
        if (cart.paid) return left("Cannot add to a paid cart!");
        return command.sku in cart.items
          ? left("Product already in cart!")
          : right([{ ...command, type: "ItemAdded" }]);
      case "RemoveFromCart":
        if (cart.paid) return left("Cart is paid!");
        return command.sku in cart.items
          ? right([{ type: "ItemRemoved", cartId, sku: command.sku }])
          : left("Product not in cart!");
      case "CompletePurchase": {
        if (cart.paid) return left("Cart is paid!");
        const total = Object.values(cart.items).reduce((a, b) => a + b, 0);
        return right([{ type: "CartPaid", cartId, total }]);
      }
    }
  };

export const evolveCart = (cart: Cart, event: CartEvent): Cart => {
  switch (event.type) {
    case "ItemAdded":
      return { ...cart, items: { ...cart.items, [event.sku]: event.price } };
    case "ItemRemoved":
      return { ...cart, items: Object.fromEntries(Object.entries(cart.items).filter(([sku]) => sku !== event.sku)) };
    case "CartPaid":
      return { ...cart, paid: true };
  }
};

/** The three functions as a decider. */
export const cart = { initial: emptyCart, decide: decideCart, evolve: evolveCart };

/** A command of the cart. */
export const addToCart = (cartId: string, sku: string, price = 10): CartCommand => ({
  type: "AddToCart",
  cartId,
  sku,
  qty: 1,
  price,
});
