/** What is inferred of reactions and brokers, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
/* eslint-disable @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- programs that must not compile have no types */
import * as E from "fp-ts/lib/Either.js";
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import { of } from "rxjs";
import { type Effect, type Page, type ReadError, Reject, retryBackoff, type WriteError } from "sluice";
import {
  type BlockedStream,
  type Broker,
  type BrokerDefinition,
  broker,
  type Defer,
  type Doing,
  type Fetched,
  type Idle,
  type On,
  on,
  queueStore,
  type Reaction,
} from "sluice/broker";
import type { DecodeRefused, LogTrimmed, LogWentBack, Position } from "sluice/log";
import { type HasStore, RB } from "sluice/reader";
import { aggregate, policy, send } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { B, type CallsOf } from "sluice/task";
import { cart } from "../support/cart.js";
import {
  type CartEvent,
  cartEvents,
  fulfilmentOn,
  type OrderEvent,
  orderEvents,
  ordersOn,
} from "../support/fulfilment.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;

declare const store: Store;
const orders = ordersOn(store);
const fulfilment = fulfilmentOn(store, { charge: async () => ({ receipt: "r" }) });
type OrderPaid = Extract<OrderEvent, { type: "OrderPaid" }>;
type OrderPlaced = Extract<OrderEvent, { type: "OrderPlaced" }>;
type CartPaid = Extract<CartEvent, { type: "CartPaid" }>;

const a = on(orderEvents, "OrderPaid");
type<typeof a, On<OrderPaid>>(true);
const b = on(orderEvents, "OrderPaid", "OrderPlaced");
type<typeof b, On<OrderPaid | OrderPlaced>>(true);
const c = a.do(async ({ event }) => event.receipt.length);
type<typeof c, Doing<OrderPaid, number, "default">>(true);
const d = a.do(() => TE.right<"no", 7>(7), { lane: "slow" });
type<typeof d, Doing<OrderPaid, 7, "slow">>(true);
const outcomes = a.do(async ({ event }) => (event.receipt === "" ? Reject({ cause: "none" }) : event.receipt.length));
type<typeof outcomes, Doing<OrderPaid, number, "default">>(true);
const e = d.to("x");
type<typeof e, Reaction<OrderPaid, "slow">>(true);
type<typeof fulfilment, Broker<OrderEvent | CartPaid, "default" | "payment">>(true);
const f = broker(store, { name: "f", reactions: [c] });
type<typeof f, Broker<OrderPaid, "default">>(true);
const fetched = queueStore(store, { name: "f" }).fetch([c, b.do(async () => undefined)], 10);
type<typeof fetched, Effect<Fetched<OrderPaid | OrderPlaced>, WriteError | LogWentBack | LogTrimmed | DecodeRefused>>(
  true,
);

// @ts-expect-error an event that the codec does not have
on(orderEvents, "CartPaid");
// @ts-expect-error no event
on(orderEvents);
// @ts-expect-error a field that this event does not have
a.do(async ({ event }) => event.total);
// @ts-expect-error a handler that answers no work
a.do(({ event }) => event.receipt);
a.do(
  // @ts-expect-error nor nothing
  ({ event }) => {
    void event.receipt;
  },
);
const uncalled = a.do(async ({ event }) => (event.receipt === "" ? Reject : 1));
// @ts-expect-error a maker of outcomes that is not called
broker(store, { name: "g", reactions: [uncalled] });
// @ts-expect-error nor has it a target
uncalled.to("x");
// @ts-expect-error a bare Either
a.do(() => E.right(1));
// @ts-expect-error a target is a name
c.to(({ event }) => event.receipt.length);
// @ts-expect-error nor something to wait for
c.to(async ({ event }) => event.receipt);
// @ts-expect-error a lane that is not defined
broker(store, { name: "g", reactions: [c, d] });
// @ts-expect-error a lane that is misspelled
broker(store, { name: "g", reactions: [d], lanes: { slwo: {} } });
// @ts-expect-error a process serves lanes that there are
fulfilment.run({ lanes: ["paymnt"] });
// @ts-expect-error attempts, as in retryBackoff
a.do(() => of(1), { maxRetries: 3 });
// @ts-expect-error options, not a policy of a queue
a.do(() => of(1), retryBackoff());
// @ts-expect-error an On is no reaction before it does something
broker(store, { name: "h", reactions: [a] });
// @ts-expect-error a follow-up is made of the result that there is
c.followUp((n) => [orders.decide(n, { orderId: "1", type: "Ship" })]);
// @ts-expect-error handle is no Write
c.followUp(() => [orders.handle("1", { orderId: "1", type: "Ship" })]);
on(cartEvents, "CartPaid").do(
  // @ts-expect-error a command of another aggregate
  policy(({ event }) => [send(orders, event.cartId, { type: "CompletePurchase", cartId: event.cartId })]),
);
// @ts-expect-error sources are a list: of stores whose logs it reads, the one place where stores may differ
broker(store, { name: "i", reactions: [c], sources: store });
// @ts-expect-error wake is no Effect
fulfilment.wake().subscribe();
// @ts-expect-error a target is told once
e.to("y");
// @ts-expect-error reset replays by name: a replay reads the log, so a prefix says too little
fulfilment.reset({ prefix: "customer/" });
// @ts-expect-error to take a priority back is said, and not forgotten
fulfilment.prioritize("customer/vip");
// @ts-expect-error a time or a length of time
((defer: typeof Defer) => defer({ forMs: "soon" }))(undefined as never);

// ── tasks and readers: no call is missing, and its types are those of the broker
type AnyBroker = Broker<unknown, string>;
type<Exclude<CallsOf<AnyBroker>, keyof typeof B>, never>(true);
type<Exclude<keyof typeof B, CallsOf<AnyBroker>>, never>(true);
type<Exclude<CallsOf<AnyBroker>, keyof typeof RB>, never>(true);
type<Exclude<keyof typeof RB, CallsOf<AnyBroker>>, never>(true);
const drained = B.runUntilIdle(fulfilment)();
type<typeof drained, TaskEither<WriteError | LogWentBack | LogTrimmed | DecodeRefused, Idle>>(true);
const at = B.position(fulfilment)("warehouse");
type<typeof at, TaskEither<ReadError | DecodeRefused, Position | undefined>>(true);
const definition: BrokerDefinition<typeof c> = { name: "f", reactions: [c] };
const idle = RB.runUntilIdle(definition)();
type<typeof idle, ReaderTaskEither<HasStore, WriteError | LogWentBack | LogTrimmed | DecodeRefused, Idle>>(true);
const page = RB.blockedStreams({ name: "f", reactions: [c] })({ limit: 10 });
type<typeof page, ReaderTaskEither<HasStore, ReadError | DecodeRefused, Page<BlockedStream<OrderPaid>>>>(true);
// @ts-expect-error a lane that is not defined
RB.runUntilIdle({ name: "g", reactions: [d] });
// @ts-expect-error no target
B.position(fulfilment)();
// @ts-expect-error a projection, not a broker
B.runUntilIdle(aggregate(store, { category: "cart", decider: cart, codec: cartEvents }));
