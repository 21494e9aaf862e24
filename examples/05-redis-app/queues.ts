/** What the producer and the worker share: the store and the queues in it. */
import * as t from "io-ts";
import { queue } from "sluice";
import { postgresStore } from "sluice/postgres";
import { redisStore } from "sluice/redis";

const {
  REDIS_URL: redisUrl = "redis://localhost:6379",
  POSTGRES_URL: postgresUrl,
  NAMESPACE: name = "shop",
} = process.env;
export const store =
  postgresUrl === undefined
    ? redisStore(redisUrl, { namespace: name, logger: console })
    : postgresStore(postgresUrl, { schema: name, logger: console });

const Order = t.type({ id: t.string, customerId: t.string, total: t.number });
export const orders = queue(store, { name: "orders", codec: Order, key: (order) => order.customerId });
export const shipments = queue(store, { name: "shipments", codec: t.type({ orderId: t.string }) });
