/** What is inferred of logs, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import type { Observable } from "rxjs";
import {
  atomically,
  type Effect,
  type ReadError,
  type StreamClosed,
  type VersionConflict,
  type Write,
  type WriteError,
} from "sluice";
import {
  type Appended,
  type EventLog,
  type EventMap,
  type EventOf,
  eventCodec,
  eventCodecs,
  eventLog,
  eventType,
  type FeedError,
  type FeedItem,
  type FeedPage,
  type Position,
  type Recorded,
  type StreamHead,
} from "sluice/log";
import { type HasStore, RL } from "sluice/reader";
import type { Store } from "sluice/store";
import { type CallsOf, L } from "sluice/task";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;

declare const store: Store;
declare const position: Position;
const CartEvent = t.union([
  t.type({ type: t.literal("ItemAdded"), cartId: t.string, sku: t.string, qty: t.number, price: t.number }),
  t.type({ type: t.literal("ItemRemoved"), cartId: t.string, sku: t.string }),
  t.type({ type: t.literal("CartPaid"), cartId: t.string, total: t.number }),
]);
type CartEvent = t.TypeOf<typeof CartEvent>;
const RouteEvent = t.union([
  t.type({ event: t.literal("RouteCreated"), driver: t.string }),
  t.type({ event: t.literal("PackageAssigned"), packageId: t.string }),
]);
type RouteEvent = t.TypeOf<typeof RouteEvent>;
const Measured = t.type({ sensor: t.string, celsius: t.number });

const carts = eventCodec(CartEvent, { tag: "type" });
const routes = eventCodec(RouteEvent, { tag: "event" });
const measured = eventType("Measured", Measured);
type<EventOf<typeof carts>, CartEvent>(true);
type<EventOf<typeof routes>, RouteEvent>(true);
type<EventOf<typeof measured>, t.TypeOf<typeof Measured>>(true);
const both = eventLog(store, eventCodecs(carts, routes));
type<EventOf<typeof both.codec>, CartEvent | RouteEvent>(true);
const log = eventLog(store, carts);
const appended = log.append("cart/1", [{ type: "CartPaid", cartId: "1", total: 1 }]);
type<typeof appended, Write<Appended, WriteError | VersionConflict | StreamClosed>>(true);
const events = log.read("cart/1");
type<typeof events, Observable<Recorded<CartEvent>>>(true);
const payments = log.feed({ types: ["CartPaid"] });
type<typeof payments, Observable<FeedItem<{ type: "CartPaid"; cartId: string; total: number }>>>(true);
const every = log.feed();
type<typeof every, Observable<FeedItem<CartEvent>>>(true);
const page = log.feedPage({ types: ["CartPaid"], waitMsMax: 5 });
type<typeof page, Effect<FeedPage<{ type: "CartPaid"; cartId: string; total: number }>, FeedError>>(true);
const head = log.head("cart/1");
type<typeof head, Effect<StreamHead, ReadError>>(true);
// Fewer errors fit where more are expected.
export const e: Effect<Appended> = appended;
// What was answered fits as what is expected next.
export const next = async (): Promise<Appended> => {
  const first = await log.append("cart/1", [], { expected: await head });
  return await log.append("cart/1", [], { expected: first });
};
const forgotten = log.forget("s");
type<typeof forgotten, Write<boolean, WriteError>>(true);
void log.archive("cart/1", { upTo: 1, to: async (events) => events.map(({ event }) => event.cartId) });
export const joined = async (): Promise<readonly [Appended, Appended]> =>
  await atomically([log.append("cart/1", []), log.close("cart/2")]);
eventCodec(CartEvent, {
  tag: "type",
  renamed: { CartPayed: "CartPaid" },
  personal: { ItemAdded: { subject: (event) => event.cartId, forgotten: { sku: "" } } },
});

// The functional faces have every call.
type<Exclude<CallsOf<EventLog<EventMap>>, keyof typeof L>, never>(true);
type<Exclude<CallsOf<EventLog<EventMap>>, keyof typeof RL>, never>(true);
const asTask = L.append(log)("cart/1", [{ type: "CartPaid", cartId: "1", total: 1 }]);
type<typeof asTask, TaskEither<WriteError | VersionConflict | StreamClosed, Appended>>(true);
const pageTask = L.feedPage(log)({ types: ["CartPaid"] });
type<typeof pageTask, TaskEither<FeedError, FeedPage<{ type: "CartPaid"; cartId: string; total: number }>>>(true);
const asReader = RL.head(carts)("cart/1");
type<typeof asReader, ReaderTaskEither<HasStore, ReadError, StreamHead>>(true);
// @ts-expect-error an event of another union
L.append(log)("cart/1", [{ event: "RouteCreated", driver: "d" }]);

// @ts-expect-error a tag that only some of the events have
eventCodec(CartEvent, { tag: "sku" });
// @ts-expect-error a field that is no tag: any text may stand there
eventCodec(CartEvent, { tag: "cartId" });
// @ts-expect-error no tag: see eventType
eventCodec(Measured, {});
// @ts-expect-error an upcaster of an event that the codec does not have
eventCodec(CartEvent, { tag: "type", upcasts: { ItemLost: [] } });
// @ts-expect-error renamed to an event that the codec does not have
eventCodec(CartEvent, { tag: "type", renamed: { CartPayed: "CartPayd" } });
eventCodec(CartEvent, {
  tag: "type",
  // @ts-expect-error a personal field that this event does not have
  personal: { CartPaid: { subject: (event) => event.cartId, forgotten: { email: "" } } },
});
// @ts-expect-error an event of another union
log.append("cart/1", [{ event: "RouteCreated", driver: "d" }]);
// @ts-expect-error a field is missing
log.append("cart/1", [{ type: "CartPaid", cartId: "1" }]);
// @ts-expect-error an event that the codec does not have
log.feed({ types: ["CartPayed"] });
// @ts-expect-error a bare number does not say what of
log.append("cart/1", [], { expected: 3 });
// @ts-expect-error versions are of a stream, positions of the log
log.follow("cart/1", { after: position });
// @ts-expect-error a position is made by the log
log.feed({ after: "0000" });
// @ts-expect-error events come in lists, also one
log.append("cart/1", { type: "CartPaid", cartId: "1", total: 1 });
// @ts-expect-error a codec of events is made by eventCodec
eventLog(store, CartEvent);
// @ts-expect-error a read is no Write
atomically([log.head("cart/1")]);
// @ts-expect-error what reads first is no Write
atomically([log.archive("cart/1", { upTo: 1, to: async () => undefined })]);
// @ts-expect-error a stream is pruned to a version
log.prune("cart/1", { upTo: position });
// @ts-expect-error the log is trimmed to a position
log.trim({ upTo: 3 });
// @ts-expect-error a page is handed to a work
log.archive("cart/1", { upTo: 1, to: () => 5 });
