/** Orders: a row, and the message by which it is shipped, in one transaction. */
import * as t from "io-ts";
import { type Queue, queue } from "sluice";
import type { PostgresStore, PostgresTransaction } from "sluice/postgres";
import type { Database } from "./Database.js";

export const Shipment = t.type({ orderId: t.string, item: t.string });
export type Shipment = t.TypeOf<typeof Shipment>;

export interface Shop {
  readonly database: Database;
  readonly store: PostgresStore;
  readonly shipments: Queue<Shipment>;
}

export const openShop = async (database: Database, store: PostgresStore): Promise<Shop> => {
  // Before the first transaction: PGlite cannot make the schema meanwhile.
  await store.ready();
  await database.query("create table if not exists outbox_orders (id text primary key, item text not null)");
  await database.query("create table if not exists outbox_parcels (order_id text not null)");
  return { database, store, shipments: queue(store, { name: "shipments", codec: Shipment, leaseMs: 5_000 }) };
};

/** Places an order. `then` runs behind the message, before the commit. */
export const placeOrder = (
  { database, store, shipments }: Shop,
  { orderId, item }: Shipment,
  then: (tx: PostgresTransaction) => Promise<void> = () => Promise.resolve(),
): Promise<void> =>
  database.transaction(async (tx) => {
    await tx.query("insert into outbox_orders (id, item) values ($1, $2)", [orderId, item]);
    await store.within(tx)(shipments.enqueue({ orderId, item }));
    await then(tx);
  });
