/** The domain: orders, and the queue that they wait in. A definition is a value; the store comes later. */
import * as t from "io-ts";
import type { QueueDefinition } from "sluice";

export const Order = t.type({ id: t.string, customer: t.string, total: t.number });
export type Order = t.TypeOf<typeof Order>;

export const orders: QueueDefinition<Order> = { name: "orders", codec: Order, key: ({ customer }) => customer };

export const newOrders: ReadonlyArray<Order> = [
  { id: "o-1", customer: "ann", total: 20 },
  { id: "o-2", customer: "bob", total: 35 },
  { id: "o-3", customer: "eve", total: 900 },
  { id: "o-4", customer: "ann", total: 5 },
];
