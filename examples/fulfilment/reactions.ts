/** What is to be done whenever something has happened. By these alone each order goes its way: payment, stock, shipping. */
import { on } from "sluice/broker";
import { policy, send } from "sluice/sourcing";
import { type Aggregates, orderEvents, stockEvents } from "./aggregates.js";
import type { Carrier } from "./outside/Carrier.js";
import type { Gateway } from "./outside/Gateway.js";

interface World extends Aggregates {
  readonly gateway: Gateway;
  readonly carrier: Carrier;
  /** Awaited between a charge and what is stored of it: where a crash is worst. */
  readonly onCharged: (orderId: string) => Promise<void>;
}

export const reactionsIn = ({ orders, stocks, gateway, carrier, onCharged }: World) => [
  // Slow, so in a lane of its own. A customer is charged for one order at a time. The gateway knows a charge by the id of the event, and
  // the command has an id made of it: so a process that dies between the two does no harm.
  on(orderEvents, "OrderPlaced")
    .do(
      async ({ event: { orderId, customerId, total }, id }, { caused }) => {
        const answer = await gateway.charge({ orderId, customerId, cents: total, key: id });
        if (answer._tag === "Declined")
          return orders.handle(orderId, { type: "Refuse", because: "the card was declined" }, caused());
        await onCharged(orderId);
        return orders.handle(orderId, { type: "MarkPaid", receipt: answer.receipt }, caused());
      },
      { name: "charge", lane: "payment", backoff: { initialMs: 100, jitter: "full" } },
    )
    .to(({ event }) => `customer/${event.customerId}`),

  // Commands as data. One product is reserved by one order at a time, so there are no conflicts.
  on(orderEvents, "OrderPaid")
    .do(
      policy(({ event: { orderId, sku, qty } }) => [send(stocks, sku, { type: "Reserve", orderId, qty })]),
      { name: "reserve" },
    )
    .to(({ event }) => `product/${event.sku}`),
  on(stockEvents, "StockReserved")
    .do(
      policy(({ event }) => [send(orders, event.orderId, { type: "Pack" })]),
      { name: "pack" },
    )
    .to(({ event }) => `order/${event.orderId}`),
  on(stockEvents, "StockShort")
    .do(
      async ({ event: { orderId } }, { caused }) => {
        await gateway.refund(orderId);
        return orders.handle(orderId, { type: "Refuse", because: "out of stock" }, caused());
      },
      { name: "refund" },
    )
    .to(({ event }) => `order/${event.orderId}`),

  // The event is written with the ack. What the carrier refuses holds its region, and no other.
  on(orderEvents, "OrderPacked")
    .do(
      async ({ event: { orderId, region } }, { caused }) => {
        await carrier.book(orderId, region);
        return orders.decide(orderId, { type: "Ship" }, caused());
      },
      { name: "ship", attemptsMax: 3, backoff: { initialMs: 50, growth: "linear" } },
    )
    .followUp((decided) => [decided])
    .to(({ event }) => `region/${event.region}`),
];
