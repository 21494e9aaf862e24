/** What is inferred of projections and read models, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
/* eslint-disable @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- programs that must not compile have no types */

import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import type { Observable } from "rxjs";
import { atomically, type DecodeRefused, type Effect, type ReadError, type WriteError } from "sluice";
import { eventCodec, type LogWentBack, type MapOf, type Position, type Recorded } from "sluice/log";
import { type HasStore, RS } from "sluice/reader";
import { type RecordPage, type Stored, sortOf } from "sluice/records";
import {
  type Lag,
  type Progress,
  type Projected,
  type ProjectionDefinition,
  projection,
  type ReadModel,
  type ReadModelDefinition,
  readModel,
  type WaitTimedOut,
} from "sluice/sourcing";
import type { Store } from "sluice/store";
import { S } from "sluice/task";
import { givenEvents, testRecorded } from "sluice/testing";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;

declare const store: Store;
declare const position: Position;
const CartEvent = t.union([
  t.type({ type: t.literal("ItemAdded"), cartId: t.string, sku: t.string }),
  t.type({ type: t.literal("CartPaid"), cartId: t.string, total: t.number }),
]);
const cartEvents = eventCodec(CartEvent, { tag: "type" });

const revenueOf: ProjectionDefinition<number, MapOf<typeof cartEvents>> = {
  name: "revenue",
  version: 1,
  codec: cartEvents,
  initial: 0,
  state: t.number,
  evolve: { CartPaid: (sum, { event }) => sum + event.total },
};
const revenue = projection(store, revenueOf);
const live = revenue.live();
type<typeof live, Observable<Projected<number>>>(true);
const got = revenue.get();
type<typeof got, Effect<Projected<number>, ReadError | DecodeRefused>>(true);
const waited = revenue.waitFor(position, { timeoutMs: 5 });
type<typeof waited, Effect<Projected<number>, ReadError | DecodeRefused | LogWentBack | WaitTimedOut>>(true);
const run = revenue.run();
type<typeof run, Observable<Progress>>(true);
type<typeof revenue.lag$, Observable<Lag>>(true);
const dropped = revenue.drop(1);
type<typeof dropped, Effect<void, WriteError | DecodeRefused>>(true);

const Cart = t.type({ items: t.number, status: t.union([t.literal("open"), t.literal("paid")]) });
type Cart = t.TypeOf<typeof Cart>;
const carts = readModel(store, {
  name: "carts",
  version: 1,
  codec: cartEvents,
  record: Cart,
  indexes: {
    byStatus: ({ status, items }) => ({ where: status, sort: sortOf(items) }),
    byItems: ({ items }) => ({ sort: sortOf(items) }),
  },
  id: ({ event }) => event.cartId,
  evolve: {
    // Without its result type a literal that a function answers would widen to string.
    ItemAdded: (row): Cart => ({ items: (row?.items ?? 0) + 1, status: "open" }),
    CartPaid: (row): Cart | undefined => row && { ...row, status: "paid" },
  },
});
const cart = carts.get("1");
type<typeof cart, Effect<Stored<Cart> | undefined, ReadError | DecodeRefused>>(true);
const page = carts.page("byStatus", { where: "paid" });
type<typeof page, Effect<RecordPage<Cart>, ReadError>>(true);
carts.page("byItems");
const waitedFor = carts.waitFor("end");
type<typeof waitedFor, Effect<void, ReadError | DecodeRefused | LogWentBack | WaitTimedOut>>(true);
type<typeof carts extends ReadModel<Cart, infer _> ? true : false, true>(true);
carts.waitFor(undefined);

givenEvents(revenueOf, [{ type: "CartPaid", cartId: "c", total: 30 }]).expectState(30);
const recorded = testRecorded({ type: "CartPaid", total: 1 });
type<typeof recorded, Recorded<{ type: string; total: number }>>(true);

// ── as tasks, on the thing and on its definition
const gotAsTask = S.get(revenue)();
type<typeof gotAsTask, TaskEither<ReadError | DecodeRefused, Projected<number>>>(true);
const cartAsTask = S.get(carts)("1");
type<typeof cartAsTask, TaskEither<ReadError | DecodeRefused, Stored<Cart> | undefined>>(true);
const pageAsTask = S.page(carts)("byStatus", { where: "paid" });
type<typeof pageAsTask, TaskEither<ReadError, RecordPage<Cart>>>(true);
declare const cartsOf: ReadModelDefinition<Cart, { readonly byStatus: "open" | "paid" }, MapOf<typeof cartEvents>>;
const gotUpon = RS.get(revenueOf)();
type<typeof gotUpon, ReaderTaskEither<HasStore, ReadError | DecodeRefused, Projected<number>>>(true);
const cartUpon = RS.get(cartsOf)("1");
type<typeof cartUpon, ReaderTaskEither<HasStore, ReadError | DecodeRefused, Stored<Cart> | undefined>>(true);
const waitedUpon = RS.waitFor(revenueOf)("end");
type<
  typeof waitedUpon,
  ReaderTaskEither<HasStore, ReadError | DecodeRefused | LogWentBack | WaitTimedOut, Projected<number>>
>(true);
const countUpon = RS.count(cartsOf)("byStatus", { where: "paid" });
type<typeof countUpon, ReaderTaskEither<HasStore, ReadError, number>>(true);
// @ts-expect-error an index that the read model does not have
S.page(carts)("byDay");
// @ts-expect-error a where that no record has
S.page(carts)("byStatus", { where: "lost" });
// @ts-expect-error a projection has one state, and no pages
S.page(revenue)("byStatus", { where: "paid" });
// @ts-expect-error a projection has one state, and no ids
S.get(revenue)("1");
// @ts-expect-error a read model is read by an id
RS.get(cartsOf)();
// @ts-expect-error an index that the read model does not have
RS.page(cartsOf)("byDay");

const p = { name: "p", version: 1, codec: cartEvents, initial: 0, state: t.number };
projection(store, { ...p, evolve: { CartPaid: (n) => n + 1 } });
// @ts-expect-error a projection of an event that the codec does not have
projection(store, { ...p, evolve: { OrderPaid: (n: number) => n } });
// @ts-expect-error a projection that answers another state
projection(store, { ...p, evolve: { CartPaid: () => "much" } });
// @ts-expect-error a projection without its version
projection(store, { name: "p", codec: cartEvents, initial: 0, state: t.number, evolve: {} });
// @ts-expect-error a field that this event does not have
projection(store, { ...p, evolve: { ItemAdded: (n, { event }) => n + event.total } });
// @ts-expect-error a state that its codec does not have
projection(store, { ...p, initial: "", evolve: {} });
const m = { name: "m", version: 1, codec: cartEvents, record: t.number, id: () => "x" };
// @ts-expect-error a read model is written by its events alone
readModel(store, { ...m, evolve: {} }).put("x", 1);
// @ts-expect-error a record of another kind
readModel(store, { ...m, evolve: { CartPaid: () => "much" } });
// @ts-expect-error an id that is no text
readModel(store, { ...m, id: () => 1, evolve: {} });
// @ts-expect-error an index that the read model does not have
carts.page("byDay");
// @ts-expect-error an index with where is read by one
carts.page("byStatus");
// @ts-expect-error a where that no record has
carts.page("byStatus", { where: "lost" });
// @ts-expect-error a version of a stream is no position of the log
carts.waitFor(3);
// @ts-expect-error it reads, so it is no Write
atomically([revenue.get()]);
// @ts-expect-error an event of another union
givenEvents(revenueOf, [{ type: "OrderPaid", total: 1 }]);
// @ts-expect-error another state
givenEvents(revenueOf, []).expectState("much");
