/** Orders from payment to shipping as reactions over aggregates, in two lanes: a broker as a user writes it. */
import * as E from "fp-ts/lib/Either.js";
import { pipe } from "fp-ts/lib/function.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { from } from "rxjs";
import { Block, queue } from "sluice";
import { broker, Defer, nonRetryable, on } from "sluice/broker";
import { eventCodec } from "sluice/log";
import { records, sortOf } from "sluice/records";
import { aggregate, type Decider, policy, send } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { CartEvent } from "./cart.js";

export type { CartEvent } from "./cart.js";
export const cartEvents = eventCodec(CartEvent, { tag: "type" });

const OrderEvent = t.union([
  t.type({ type: t.literal("OrderPlaced"), orderId: t.string, customerId: t.string, total: t.number }),
  t.type({ type: t.literal("OrderPaid"), orderId: t.string, receipt: t.string }),
  t.type({ type: t.literal("OrderShipped"), orderId: t.string }),
]);
export type OrderEvent = t.TypeOf<typeof OrderEvent>;
export const orderEvents = eventCodec(OrderEvent, { tag: "type" });

export type OrderCommand = { readonly orderId: string } & (
  | { readonly type: "Place"; readonly customerId: string; readonly total: number }
  | { readonly type: "MarkPaid"; readonly receipt: string }
  | { readonly type: "Ship" }
);
export interface Order {
  readonly stage: "none" | "placed" | "paid" | "shipped";
}

export const order: Decider<OrderCommand, Order, OrderEvent, "wrong stage"> = {
  initial: { stage: "none" },
  decide:
    ({ orderId, ...command }) =>
    ({ stage }) => {
      switch (command.type) {
        case "Place":
          return stage === "none"
            ? E.right([{ type: "OrderPlaced", orderId, customerId: command.customerId, total: command.total }])
            : E.left("wrong stage");
        case "MarkPaid":
          return stage === "placed"
            ? E.right([{ type: "OrderPaid", orderId, receipt: command.receipt }])
            : E.left("wrong stage");
        case "Ship":
          return stage === "paid" ? E.right([{ type: "OrderShipped", orderId }]) : E.left("wrong stage");
      }
    },
  evolve: (_, event) => ({
    stage: event.type === "OrderPlaced" ? "placed" : event.type === "OrderPaid" ? "paid" : "shipped",
  }),
};

export const ordersOn = (store: Store) => aggregate(store, { category: "order", decider: order, codec: orderEvents });
export const mailsOn = (store: Store) => queue(store, { name: "mails", codec: t.string });
export const shippedOn = (store: Store) =>
  records(store, {
    name: "shipped",
    codec: t.type({ count: t.number }),
    indexes: { byCount: ({ count }) => ({ sort: sortOf(count) }) },
  });

/** What the outside does. */
export interface Outside {
  readonly charge: (customerId: string, total: number, idempotencyKey: string) => Promise<{ readonly receipt: string }>;
  readonly printLabel?: (orderId: string) => TE.TaskEither<PaymentRefusal, string>;
  readonly isOpen?: () => boolean;
  readonly opensAt?: () => Date;
}
type PaymentRefusal = { readonly _tag: "Declined" | "Busy" };

const reactionsOn = (store: Store, { charge, printLabel, isOpen, opensAt }: Outside) => {
  const orders = ordersOn(store);
  const mails = mailsOn(store);
  const shipped = shippedOn(store);
  return [
    // Commands as data: a cart that is paid is an order. Their ids come from the event, so a redelivery does nothing twice.
    on(cartEvents, "CartPaid").do(
      policy(({ event: { cartId, total } }) => [
        send(orders, cartId, { orderId: cartId, type: "Place", customerId: `of ${cartId}`, total }),
      ]),
      { name: "place order" },
    ),
    // Promise code, a slow lane of its own, ordered per customer.
    on(orderEvents, "OrderPlaced")
      .do(
        async ({ event, id }, { caused, signal }) => {
          signal.throwIfAborted();
          const { receipt } = await charge(event.customerId, event.total, id);
          // A refusal is a Left: a failure.
          return await orders.handle(event.orderId, { orderId: event.orderId, type: "MarkPaid", receipt }, caused());
        },
        {
          name: "charge",
          lane: "payment",
          attemptsMax: 6,
          backoff: { initialMs: 10, growth: "exponential", delayMsMax: 60_000, jitter: "full" },
          priority: ({ event }) => (event.total > 1_000 ? 9 : 0),
        },
      )
      .to(({ event }) => `customer/${event.customerId}`),
    // TaskEither. What is hopeless blocks at once, what is too early waits without an attempt.
    on(orderEvents, "OrderPaid")
      .do(
        ({ event: { orderId } }) =>
          pipe(
            printLabel?.(orderId) ?? TE.right<PaymentRefusal, string>(orderId),
            TE.mapLeft((refusal) => (refusal._tag === "Declined" ? nonRetryable(refusal) : refusal)),
          ),
        { name: "label" },
      )
      .to(({ event }) => `label/${event.orderId}`),
    on(orderEvents, "OrderPaid")
      .do(
        async () =>
          isOpen?.() === false ? Defer({ until: opensAt?.() ?? new Date(Date.now() + 60_000) }) : ("picked" as const),
        { name: "pick" },
      )
      .to("warehouse"),
    on(orderEvents, "OrderPaid")
      .do(
        ({ event }, { attempt }) =>
          attempt > 2 ? from([Block({ cause: "needs a person", scope: "key" })]) : from([event.receipt]),
        { name: "audit", blockOnError: false },
      )
      .void(),
    // A command whose events are written with the ack: exactly once, without a command id.
    on(orderEvents, "OrderPaid")
      .do(({ event: { orderId } }) => orders.decide(orderId, { orderId, type: "Ship" }), { name: "ship" })
      .followUp((decided) => [decided, mails.enqueue("shipped")]),
    // An idempotent consumer: its record is written with the ack.
    on(orderEvents, "OrderShipped")
      .do(() => shipped.get("all"), { name: "count" })
      .followUp((was) => [shipped.update("all", { count: (was?.value.count ?? 0) + 1 }, was?.revision)])
      .to("shipped"),
  ];
};

export const fulfilmentOn = (store: Store, outside: Outside) =>
  broker(store, {
    name: "fulfilment",
    reactions: reactionsOn(store, outside),
    lanes: { payment: { concurrency: 4, leaseMs: 60_000 } },
  });
