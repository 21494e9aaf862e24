/** What all carts together have brought in: one small state, kept up to date behind the log, each payment in it exactly once. */
import * as t from "io-ts";
import type { Store } from "sluice";
import type { Recorded } from "sluice/log";
import { type Projection, projection } from "sluice/sourcing";
import { cartEvents, cartIdOf, category } from "./cartEvents.js";
import type { CartPaid } from "./domain/CartEvent.js";

const Payment = t.readonly(
  t.type({
    cart: t.string,
    total: t.number,
    /** The revenue with it. */
    sum: t.number,
    atMs: t.number,
  }),
);

/** Amounts in cents; `latest` is what the chart shows, the oldest first. */
const Revenue = t.readonly(t.type({ total: t.number, paid: t.number, latest: t.readonlyArray(Payment) }));
export type Revenue = t.TypeOf<typeof Revenue>;

const noRevenue: Revenue = { total: 0, paid: 0, latest: [] };

const latestMax = 40;

const evolve = (before: Revenue, { event, stream, appendedAtMs }: Recorded<CartPaid>): Revenue => {
  const total = before.total + event.total;
  const payment = { cart: cartIdOf(stream), total: event.total, sum: total, atMs: appendedAtMs };
  return { total, paid: before.paid + 1, latest: [...before.latest, payment].slice(-latestMax) };
};

export const revenue = (store: Store): Projection<Revenue> =>
  projection(store, {
    name: "revenue",
    version: 1,
    codec: cartEvents,
    categories: [category],
    initial: noRevenue,
    state: Revenue,
    evolve: { CartPaid: evolve },
  });
