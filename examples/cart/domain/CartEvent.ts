/** What happens to carts, as it is stored. Amounts are whole cents: sums of fractions would not be exact. */
import * as t from "io-ts";

const ItemAdded = t.type({ type: t.literal("ItemAdded"), sku: t.string, qty: t.number, price: t.number });
const ItemRemoved = t.type({ type: t.literal("ItemRemoved"), sku: t.string });
const CartPaid = t.type({ type: t.literal("CartPaid"), total: t.number });
export type CartPaid = t.TypeOf<typeof CartPaid>;

export const CartEvent = t.union([ItemAdded, ItemRemoved, CartPaid]);
export type CartEvent = t.TypeOf<typeof CartEvent>;
