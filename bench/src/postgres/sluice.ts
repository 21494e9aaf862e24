/** Sluice on its store in Postgres, through its public face alone. It checks each message that it delivers, by an io-ts codec. */
import { queue } from "sluice";
import { postgresStore } from "sluice/postgres";
import { chunksOf, concurrently } from "../concurrently.js";
import { OrderCodec, perMessage } from "../contestants/sluice.js";
import { BULK, type Contestant, PREFETCH } from "./Contestant.js";

export const sluice: Contestant = {
  id: "sluice",
  name: "Sluice",
  open: async ({ url, key }) => {
    const store = postgresStore(url);
    await store.ready();
    const orders = queue(store, { name: "orders", codec: OrderCodec, key });
    return {
      ...perMessage(store, "orders", PREFETCH, key),
      enqueueBulk: (rows, inFlight = 1) =>
        concurrently(chunksOf(rows, BULK), inFlight, (chunk) => orders.enqueueAll(chunk)),
    };
  },
};
