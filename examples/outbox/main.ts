/**
 * An order row and its message in one transaction, and a parcel row with its ack.
 *
 *   npm run example -- examples/outbox/main.ts [--postgres URL]
 */
import { parseArgs } from "node:util";
import { filter, firstValueFrom, Subject, switchMap, timer } from "rxjs";
import { postgresStore } from "sluice/postgres";
import { openDatabase } from "./Database.js";
import { openShop, placeOrder, type Shop } from "./orders.js";
import { ship } from "./ship.js";

const SCHEMA = "sluice_outbox";
const { values } = parseArgs({ options: { postgres: { type: "string" } } });

/** Places ten orders, and answers how many of them failed. */
const placeTen = async (shop: Shop): Promise<number> => {
  const fails = (): Promise<never> => Promise.reject(new Error("the card was declined"));
  const order = (n: number, orderId = `o-${n}`) => ({ orderId, item: `item ${n}` });
  const placed = await Promise.allSettled([
    ...[1, 2, 3, 4, 5, 6, 7].map((n) => placeOrder(shop, order(n))),
    placeOrder(shop, order(8), fails),
    placeOrder(shop, order(9), (tx) => shop.database.crash(tx)),
  ]);
  // The table has this order already, and refuses it.
  const [again] = await Promise.allSettled([placeOrder(shop, order(10, "o-1"))]);
  return [...placed, again].filter(({ status }) => status === "rejected").length;
};

const idsIn = async (shop: Shop, column: string, table: string): Promise<string> => {
  const rows = await shop.database.query(`select ${column} as id from ${table} order by 1`);
  return rows.map((row) => (row as { readonly id: string }).id).join(" ");
};

const run = async (shop: Shop): Promise<boolean> => {
  const failed = await placeTen(shop);
  const { enqueued } = await shop.shipments.stats();
  console.log(`10 orders placed, ${failed} failed: ${enqueued} messages`);

  const stop$ = new Subject<void>();
  const shipping = ship(shop, { stop$, failsOnce: "o-3" });
  const allAcked = timer(0, 20).pipe(
    switchMap(() => shop.shipments.stats()),
    filter(({ acked }) => acked === enqueued),
  );
  await firstValueFrom(allAcked);
  stop$.next();
  const failures = await shipping;
  const orders = await idsIn(shop, "id", "outbox_orders");
  const parcels = await idsIn(shop, "order_id", "outbox_parcels");
  console.log(`orders:  ${orders}`);
  console.log(`parcels: ${parcels} (${failures} failed first)`);
  return (
    failed === 3 && enqueued === 7 && failures === 1 && orders === "o-1 o-2 o-3 o-4 o-5 o-6 o-7" && parcels === orders
  );
};

const database = await openDatabase(values.postgres);
const store = postgresStore(database.client, { schema: SCHEMA });
try {
  const isRight = await run(await openShop(database, store));
  console.log(isRight ? "every order is there with its message and its parcel, or nothing of it" : "WRONG");
  process.exitCode = isRight ? 0 : 1;
} finally {
  await store.close();
  await database.query(`drop schema if exists ${SCHEMA} cascade`);
  await database.query("drop table if exists outbox_orders, outbox_parcels");
  await database.close();
}
