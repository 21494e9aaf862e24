/** A record for each cart, written by its events alone: what the dashboard lists. The domain's own `evolve` makes it. */
import * as t from "io-ts";
import type { Store } from "sluice";
import type { Recorded } from "sluice/log";
import { sortOf } from "sluice/records";
import { type ReadModel, readModel } from "sluice/sourcing";
import { cartEvents, cartIdOf, category } from "./cartEvents.js";
import { Cart, emptyCart, evolve } from "./domain/Cart.js";
import type { CartEvent } from "./domain/CartEvent.js";

export const Summary = t.readonly(t.type({ cart: Cart, changedAtMs: t.number }));
export type Summary = t.TypeOf<typeof Summary>;

export type Summaries = ReadModel<Summary, { readonly byChange: never }>;

const next = (before: Summary | undefined, { event, appendedAtMs }: Recorded<CartEvent>): Summary => ({
  cart: evolve(before?.cart ?? emptyCart, event),
  changedAtMs: appendedAtMs,
});

export const summaries = (store: Store): Summaries =>
  readModel(store, {
    name: "carts",
    version: 1,
    codec: cartEvents,
    categories: [category],
    record: Summary,
    indexes: { byChange: ({ changedAtMs }) => ({ sort: sortOf(changedAtMs) }) },
    id: ({ stream }) => cartIdOf(stream),
    evolve: { ItemAdded: next, ItemRemoved: next, CartPaid: next },
  });
