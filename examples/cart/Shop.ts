/** The shop on a store: its carts, what is made of their events, and what is done upon them. */
import { ignoreElements, merge, type Observable } from "rxjs";
import type { Store } from "sluice";
import { eventLog } from "sluice/log";
import { aggregate, type Progress } from "sluice/sourcing";
import { cartEvents, category } from "./cartEvents.js";
import { Cart } from "./domain/Cart.js";
import { cartDecider } from "./domain/decide.js";
import { revenue } from "./revenue.js";
import { shipping } from "./shipping.js";
import { summaries } from "./summaries.js";

export const openShop = (store: Store) => {
  const shop = {
    carts: aggregate(store, {
      category,
      codec: cartEvents,
      decider: cartDecider,
      snapshots: { codec: Cart, schema: 1, every: 50 },
    }),
    log: eventLog(store, cartEvents),
    revenue: revenue(store),
    summaries: summaries(store),
    shipping: shipping(store),
  };
  /** Keeps the projections up to date, and ships what is paid, as long as it is subscribed to or until `stop$`. */
  const run = (stop$?: Observable<unknown>): Observable<Progress> =>
    merge(
      shop.revenue.run({ stop$ }),
      shop.summaries.run({ stop$ }),
      shop.shipping.broker.run({ stop$, stopMsMax: 2_000 }).pipe(ignoreElements()),
    );
  return { ...shop, run };
};

export type Shop = ReturnType<typeof openShop>;
