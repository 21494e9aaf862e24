/** The domain of the measures of event sourcing: one cart for every library, whose events and commands are `{ type, data }`. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";

const ItemAdded = t.type({
  type: t.literal("ItemAdded"),
  data: t.type({ sku: t.string, qty: t.number, price: t.number }),
});
const ItemRemoved = t.type({ type: t.literal("ItemRemoved"), data: t.type({ sku: t.string }) });
const CartPaid = t.type({ type: t.literal("CartPaid"), data: t.type({ total: t.number }) });

export const CartEvent = t.union([ItemAdded, ItemRemoved, CartPaid]);
export type CartEvent = t.TypeOf<typeof CartEvent>;

export type CartCommand =
  | { readonly type: "AddItem"; readonly data: { readonly sku: string; readonly qty: number; readonly price: number } }
  | { readonly type: "RemoveItem"; readonly data: { readonly sku: string } }
  | { readonly type: "Pay"; readonly data: { readonly total: number } };

export const Cart = t.type({ items: t.record(t.string, t.number), total: t.number, paid: t.boolean });
export type Cart = Readonly<t.TypeOf<typeof Cart>>;

export type CartRefusal = "it is paid" | "it is not in the cart" | "it costs something else";

export const emptyCart: Cart = { items: {}, total: 0, paid: false };

export const decideCart =
  (command: CartCommand) =>
  (cart: Cart): Either<CartRefusal, ReadonlyArray<CartEvent>> => {
    if (cart.paid) return left("it is paid");
    switch (command.type) {
      case "AddItem":
        return right([{ type: "ItemAdded", data: command.data }]);
      case "RemoveItem":
        return command.data.sku in cart.items
          ? right([{ type: "ItemRemoved", data: command.data }])
          : left("it is not in the cart");
      case "Pay":
        return command.data.total === cart.total
          ? right([{ type: "CartPaid", data: command.data }])
          : left("it costs something else");
    }
  };

export const evolveCart = (cart: Cart, event: CartEvent): Cart => {
  switch (event.type) {
    case "ItemAdded": {
      const { sku, qty, price } = event.data;
      const items = { ...cart.items, [sku]: (cart.items[sku] ?? 0) + qty };
      return { ...cart, items, total: cart.total + qty * price };
    }
    case "ItemRemoved": {
      const { [event.data.sku]: _, ...items } = cart.items;
      return { ...cart, items };
    }
    case "CartPaid":
      return { ...cart, paid: true };
  }
};

const SKUS = 4;

/** The command of this number to a cart; none of them is refused. A cart has four kinds of things, so its state does not grow. */
export const addItem = (index: number): CartCommand & { readonly type: "AddItem" } => ({
  type: "AddItem",
  data: { sku: `A-100${index % SKUS}`, qty: 1, price: 5 },
});

export const itemAdded = (index: number): CartEvent => ({ type: "ItemAdded", data: addItem(index).data });

/** So many things are in it. */
export const quantityIn = (cart: Cart): number => Object.values(cart.items).reduce((a, b) => a + b, 0);
