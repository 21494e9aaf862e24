/** Ships orders: the row of a parcel and the ack of its message, in one transaction. */
import { lastValueFrom, type Observable } from "rxjs";
import { handle, retryBackoff, settle } from "sluice";
import type { Shop } from "./orders.js";

/** Ships until it is stopped. The first parcel of the order `failsOnce` fails behind its ack, so it is rolled back and comes again. */
export const ship = async (
  { database, store, shipments }: Shop,
  { stop$, failsOnce }: { readonly stop$: Observable<unknown>; readonly failsOnce: string },
): Promise<number> => {
  let failures = 0;
  const shipped = shipments.messages({ stop$ }).pipe(
    handle(
      (message) =>
        database.transaction(async (tx) => {
          const { orderId } = message.data;
          await tx.query("insert into outbox_parcels (order_id) values ($1)", [orderId]);
          await store.within(tx)(message.ack);
          if (orderId !== failsOnce || failures > 0) return;
          failures += 1;
          throw new Error("the printer of labels is out of paper");
        }),
      { concurrency: 4 },
    ),
    retryBackoff({ initialMs: 10, attemptsMax: 5 }),
    settle(),
  );
  await lastValueFrom(shipped, { defaultValue: undefined });
  return failures;
};
