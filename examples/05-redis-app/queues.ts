/** What the producer and the worker share: the store and the queues in it. */
import * as t from "io-ts";
import { queue } from "sluice";
import { redisStore } from "sluice/redis";

const { REDIS_URL: url = "redis://localhost:6379", NAMESPACE: namespace = "shop" } = process.env;
export const store = redisStore(url, { namespace, logger: console });

const Order = t.type({ id: t.string, customerId: t.string, total: t.number });
export const orders = queue(store, { name: "orders", codec: Order, key: (order) => order.customerId });
export const shipments = queue(store, { name: "shipments", codec: t.type({ orderId: t.string }) });
