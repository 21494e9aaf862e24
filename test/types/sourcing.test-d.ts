/** What is inferred of aggregates, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
import { type Either, right } from "fp-ts/lib/Either.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { interval, type Observable } from "rxjs";
import { atomically, type Effect, type Handled, handle, queue, type Write } from "sluice";
import { type EventMap, eventCodec, type MapOf, type Recorded } from "sluice/log";
import type { RS } from "sluice/reader";
import {
  type Aggregate,
  type AlreadyExists,
  aggregate,
  type CommandError,
  type CommandIdReused,
  type Decided,
  type Decider,
  type Durable,
  type Entity,
  type LoadError,
  type NotFound,
  type Projection,
  type ReadModel,
  type Versioned,
} from "sluice/sourcing";
import type { Store } from "sluice/store";
import { type CallsOf, type Rejected, S } from "sluice/task";
import { given } from "sluice/testing";
import {
  type Cart,
  type CartCommand,
  CartEvent,
  type CartEvent as CartEventType,
  type CartRefusal,
  cart,
  decideCart,
  emptyCart,
  evolveCart,
} from "../support/cart.js";
import { Route, RouteEvent, type RouteEvent as RouteEventType, route } from "../support/route.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;

declare const store: Store;
const cartEvents = eventCodec(CartEvent, { tag: "type" });
const routeEvents = eventCodec(RouteEvent, { tag: "event" });
const orderEvents = eventCodec(t.type({ type: t.literal("OrderPlaced"), orderId: t.string }), { tag: "type" });
const abEvents = eventCodec(t.union([t.type({ type: t.literal("A") }), t.type({ type: t.literal("B") })]), {
  tag: "type",
});
const carts = aggregate(store, { category: "cart", decider: cart, codec: cartEvents });
const routes = aggregate(store, {
  category: "route",
  decider: route,
  codec: routeEvents,
  pool: { sizeMax: 5, idleMs: 60_000 },
  snapshots: { codec: Route, schema: 1, every: 100 },
  genesis: (id): ReadonlyArray<RouteEventType> => [{ event: "RouteCreated", driver: `driver of ${id}` }],
  closure: ({ id, version, because }) => (because === "closed" ? Promise.resolve([id, version]) : undefined),
  logger: ({ severity, _tag, id }) => (severity === "debug" ? undefined : void [_tag, id]),
});
const pay = { type: "CompletePurchase", cartId: "1" } as const;

const a = carts.handle("1", pay);
type<typeof a, Effect<Either<CartRefusal, Decided<Cart, CartEventType>>, CommandError>>(true);
const b = carts.create("1");
type<typeof b, Effect<Entity<CartCommand, Cart, CartEventType, CartRefusal>, CommandError | AlreadyExists>>(true);
const c = carts.state$("1");
type<typeof c, Observable<Versioned<Cart>>>(true);
const d = routes.events$("1");
type<typeof d, Observable<Recorded<RouteEventType>>>(true);
const e = carts.decide("1", pay);
type<
  typeof e,
  Effect<Either<CartRefusal, Write<Decided<Cart, CartEventType>, CommandError>>, LoadError | CommandIdReused>
>(true);
const f = queue(store, { name: "q", codec: t.string })
  .messages()
  .pipe(handle((m) => carts.handle(m.data, pay)));
type<typeof f, Observable<Handled<string, Decided<Cart, CartEventType>, CartRefusal>>>(true);
const g = queue(store, { name: "q", codec: t.string })
  .messages()
  .pipe(handle((m) => carts.decide(m.data, pay)));
type<typeof g, Observable<Handled<string, Write<Decided<Cart, CartEventType>, CommandError>, CartRefusal>>>(true);
const h = carts.get("1");
type<typeof h, Effect<Entity<CartCommand, Cart, CartEventType, CartRefusal>, LoadError | NotFound>>(true);
// A decider that refuses nothing.
const counter = aggregate(store, {
  category: "counter",
  codec: eventCodec(t.type({ type: t.literal("Counted") }), { tag: "type" }),
  decider: {
    initial: 0,
    decide: (_command: "count") => () => right([{ type: "Counted" as const }]),
    evolve: (n) => n + 1,
  },
});
type<typeof counter, Aggregate<"count", number, { readonly Counted: { type: "Counted" } }, never>>(true);

// @ts-expect-error a command of another aggregate
carts.handle("1", { do: "CreateRoute", driver: "d" });
// @ts-expect-error a field of the command is missing
carts.handle("1", { type: "AddToCart", cartId: "1", sku: "A" });
// @ts-expect-error the id is missing
carts.handle(pay);
// @ts-expect-error options are no positional version
carts.handle("1", pay, 4);
// @ts-expect-error a command is never decided on any version: that would be a lost update
carts.handle("1", pay, { expected: "any" });
// @ts-expect-error handle reads, so it is no Write: see decide
atomically([carts.handle("1", pay)]);
// @ts-expect-error what decide answers is an Either of a Write
atomically([carts.decide("1", pay)]);
// @ts-expect-error what follows is written, and not only enqueued by name
carts.handle("1", pay, { followUp: () => ["mails"] });
// @ts-expect-error the decider decides events that the codec does not have
aggregate(store, { category: "cart", decider: cart, codec: orderEvents });
// @ts-expect-error the codec has events that the decider does not evolve
aggregate(store, { category: "cart", decider: cart, codec: abEvents });
// @ts-expect-error a snapshot of another state
aggregate(store, { category: "route", decider: route, codec: routeEvents, snapshots: { codec: t.string, schema: 1 } });
// @ts-expect-error a snapshot without its schema's number
aggregate(store, { category: "route", decider: route, codec: routeEvents, snapshots: { codec: Route } });
// @ts-expect-error no codec: events are stored
aggregate(store, { category: "cart", decider: cart });
aggregate(store, {
  category: "cart",
  codec: cartEvents,
  decider: {
    initial: emptyCart,
    // @ts-expect-error decide takes the command first, then the state
    decide: (s: Cart, command: CartCommand) => decideCart(command)(s),
    evolve: evolveCart,
  },
});
export const bare: Decider<CartCommand, Cart, CartEventType, CartRefusal> = {
  ...cart,
  // @ts-expect-error decide answers an Either, not events
  decide: () => () => [{ type: "CartPaid", cartId: "1", total: 1 }],
};
export const waiting: Decider<CartCommand, Cart, CartEventType, CartRefusal> = {
  ...cart,
  // @ts-expect-error a decider decides, it does not wait
  decide: () => async () => decideCart,
};
export const missing: Decider<CartCommand, Cart, CartEventType> = {
  initial: emptyCart,
  // @ts-expect-error a refusal that the type does not have
  decide: decideCart,
  // @ts-expect-error a case is missing
  evolve: (state, event) => {
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- that is what must not compile
    switch (event.type) {
      case "ItemAdded":
        return state;
      case "ItemRemoved":
        return state;
    }
  },
};
// @ts-expect-error an event of another union
given(cart, [{ event: "RouteCreated", driver: "d" }]);
// @ts-expect-error a refusal of another domain
given(cart, []).when(pay).expectRejection("Order not found!");
// @ts-expect-error no command, nothing to expect
given(cart, []).when();
// @ts-expect-error an id is no stream of ids
carts.state$(interval(1));
// @ts-expect-error a version or a time, not a text
carts.stateAt("1", "yesterday");

// ── tasks and readers: no call is missing, and what the domain refuses is told by its tag
type AnyAggregate = Aggregate<unknown, unknown, EventMap, unknown>;
type<Exclude<CallsOf<AnyAggregate>, keyof typeof S>, never>(true);
type<Exclude<CallsOf<AnyAggregate>, keyof typeof RS>, never>(true);
type<Exclude<CallsOf<Durable<unknown>>, keyof typeof S>, never>(true);
declare const asTasks: Aggregate<CartCommand, Cart, MapOf<typeof cartEvents>, CartRefusal>;
type<
  ReturnType<ReturnType<typeof S.handle<CartCommand, Cart, MapOf<typeof cartEvents>, CartRefusal>>>,
  TaskEither<Rejected<CartRefusal> | CommandError, Decided<Cart, CartEventType>>
>(true);
type<Exclude<CallsOf<Durable<unknown>>, keyof typeof RS>, never>(true);
type<Exclude<CallsOf<ReadModel<unknown, Record<never, never>>>, keyof typeof S>, never>(true);
type<Exclude<CallsOf<ReadModel<unknown, Record<never, never>>>, keyof typeof RS>, never>(true);
type<Exclude<CallsOf<Projection<unknown>>, keyof typeof S>, never>(true);
const gotten = S.get(asTasks)("1");
type<typeof gotten, TaskEither<LoadError | NotFound, Entity<CartCommand, Cart, CartEventType, CartRefusal>>>(true);
// @ts-expect-error a command of another domain
S.handle(asTasks)("1", { type: "CreateRoute" });
