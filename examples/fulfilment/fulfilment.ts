/** All of it on a store: each process makes its own of the same definitions. */
import type { Store } from "sluice";
import { broker } from "sluice/broker";
import { aggregatesOn } from "./aggregates.js";
import { carrierOn } from "./outside/Carrier.js";
import { gatewayOn } from "./outside/Gateway.js";
import { reactionsIn } from "./reactions.js";

export interface FulfilmentOptions {
  /** How long the gateway takes for a charge. */
  readonly paceMs: number;
  /** Awaited between a charge and what is stored of it. Default: nothing is done. */
  readonly onCharged?: (orderId: string) => Promise<void>;
}

/** How long what a dead process had in hand is out of reach; while it lives, the library renews it. */
const leaseMs = 1_000;

export const fulfilmentOn = (store: Store, { paceMs, onCharged = async () => undefined }: FulfilmentOptions) => {
  const aggregates = aggregatesOn(store);
  const gateway = gatewayOn(store, paceMs);
  const carrier = carrierOn(store);
  const fulfilment = broker(store, {
    name: "fulfilment",
    reactions: reactionsIn({ ...aggregates, gateway, carrier, onCharged }),
    leaseMs,
    lanes: { payment: { concurrency: 4, leaseMs } },
  });
  return { ...aggregates, gateway, carrier, broker: fulfilment };
};

export type Fulfilment = ReturnType<typeof fulfilmentOn>;
