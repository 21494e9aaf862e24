/** A cart: the state that its events make. */
import * as t from "io-ts";
import type { CartEvent } from "./CartEvent.js";

/** The price is that of one piece, in cents. */
export const Line = t.readonly(t.type({ sku: t.string, qty: t.number, price: t.number }));
export type Line = t.TypeOf<typeof Line>;

/** Lines in the order in which they were added, each sku once: a list, since a sku may be any text, "__proto__" too. */
export const Cart = t.readonly(t.type({ lines: t.readonlyArray(Line), paid: t.boolean }));
export type Cart = t.TypeOf<typeof Cart>;

export const emptyCart: Cart = { lines: [], paid: false };

export const has = (cart: Cart, sku: string): boolean => cart.lines.some((line) => line.sku === sku);

/** Cents. */
export const amountOf = ({ qty, price }: Line): number => qty * price;

/** Cents. */
export const totalOf = ({ lines }: Cart): number => lines.reduce((sum, line) => sum + amountOf(line), 0);

export const evolve = (cart: Cart, event: CartEvent): Cart => {
  switch (event.type) {
    case "ItemAdded": {
      const { sku, qty, price } = event;
      return { ...cart, lines: [...cart.lines, { sku, qty, price }] };
    }
    case "ItemRemoved":
      return { ...cart, lines: cart.lines.filter(({ sku }) => sku !== event.sku) };
    case "CartPaid":
      return { ...cart, paid: true };
  }
};
