/** The domains on a store. */
import type { Store } from "sluice";
import { eventCodec } from "sluice/log";
import { aggregate } from "sluice/sourcing";
import { OrderEvent, orderDecider } from "./domain/Order.js";
import { StockEvent, stockDecider } from "./domain/Stock.js";

export const orderEvents = eventCodec(OrderEvent, { tag: "type" });
export const stockEvents = eventCodec(StockEvent, { tag: "type" });

export const aggregatesOn = (store: Store) => ({
  orders: aggregate(store, { category: "order", codec: orderEvents, decider: orderDecider }),
  stocks: aggregate(store, { category: "stock", codec: stockEvents, decider: stockDecider }),
});

export type Aggregates = ReturnType<typeof aggregatesOn>;
