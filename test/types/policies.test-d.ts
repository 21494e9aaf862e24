/** What is inferred of policies, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
import type { Either } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import type { Observable } from "rxjs";
import { type Effect, type Handled, handle, queue, type ResultOf, type Work } from "sluice";
import { type EventCodec, type EventMap, eventCodec, type Recorded } from "sluice/log";
import {
  aggregate,
  type Causing,
  causedBy,
  type Decided,
  type Policy,
  type PolicyError,
  policy,
  type Reacted,
  type RejectedSend,
  type Send,
  send,
} from "sluice/sourcing";
import type { Store } from "sluice/store";
import { testMessage, testRecorded, whenEvent } from "sluice/testing";
import { type Cart, CartEvent, type CartEvent as CartEventType, type CartRefusal, cart } from "../support/cart.js";
import { RouteEvent, type RouteRefusal, route } from "../support/route.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;

declare const store: Store;
const cartEvents = eventCodec(CartEvent, { tag: "type" });
const carts = aggregate(store, { category: "cart", decider: cart, codec: cartEvents });
const routes = aggregate(store, {
  category: "route",
  decider: route,
  codec: eventCodec(RouteEvent, { tag: "event" }),
});
const pay = { type: "CompletePurchase", cartId: "1" } as const;

const one = send(carts, "1", pay);
type<typeof one, Send<CartRefusal>>(true);

// What its domains may refuse is inferred, of several a union.
const both = policy((_recorded: Recorded<CartEventType>) => [
  send(carts, "1", pay),
  send(routes, "r", { do: "CreateRoute", driver: "d" }),
]);
type<typeof both, Policy<CartEventType, CartRefusal | RouteRefusal>>(true);
const some = policy(({ event }: Recorded<CartEventType>) => (event.type === "CartPaid" ? [send(carts, "1", pay)] : []));
type<typeof some, Policy<CartEventType, CartRefusal>>(true);
// Where the event is named, the refusal is unknown: TypeScript infers all of the types or none.
const named = policy<CartEventType>(({ event }) => [send(carts, event.cartId, pay)], { rejected: "pass", hopsMax: 0 });
type<typeof named, Policy<CartEventType>>(true);

declare const paid: Recorded<CartEventType>;
const reacted = some(paid, causedBy("pay", paid));
type<typeof reacted, Effect<Either<RejectedSend<CartRefusal>, Reacted<CartRefusal>>, PolicyError>>(true);

// A handler, as a broker will take it: events by type, and whatever a work answers.
declare const on: <M extends EventMap, const K extends ReadonlyArray<keyof M & string>>(
  codec: EventCodec<M>,
  ...types: K
) => {
  readonly do: <W extends Work>(handler: (recorded: Recorded<M[K[number]]>, context: Causing) => W) => ResultOf<W>;
};
const result = on(cartEvents, "CartPaid").do(
  policy(({ event }) => [send(routes, event.cartId, { do: "AssignPackages", count: event.total })]),
);
type<typeof result, Reacted<RouteRefusal>>(true);
on(cartEvents, "CartPaid", "ItemAdded").do(some);

// A message of a queue is a cause too.
const handled = queue(store, { name: "q", codec: t.string })
  .messages()
  .pipe(handle((m) => carts.handle(m.data, pay, causedBy("pay", m).caused("first"))));
type<typeof handled, Observable<Handled<string, Decided<Cart, CartEventType>, CartRefusal>>>(true);
causedBy("pay", testMessage("c"));

// @ts-expect-error a command of another aggregate, as data
send(carts, "1", { do: "CreateRoute", driver: "d" });
// @ts-expect-error a field of the command is missing
send(carts, "1", { type: "AddToCart", cartId: "1", sku: "A" });
// @ts-expect-error whom it is for is missing
send(carts, pay);
// @ts-expect-error a policy answers commands, and not one
policy((_recorded: Recorded<CartEventType>) => send(carts, "1", pay));
// @ts-expect-error a policy decides, it does not wait
policy(async (_recorded: Recorded<CartEventType>) => [send(carts, "1", pay)]);
// @ts-expect-error a command runs when the policy says so, and not before
policy((_recorded: Recorded<CartEventType>) => [carts.handle("1", pay)]);
// @ts-expect-error a refusal fails or passes
policy((_recorded: Recorded<CartEventType>) => [], { rejected: "ignore" });
// @ts-expect-error who reacts, and on what, is missing
some(paid);
// @ts-expect-error an event of another union
some(testRecorded({ event: "RouteCreated" as const, driver: "d" }), causedBy("pay", paid));
// @ts-expect-error an event that the policy does not know
on(eventCodec(RouteEvent, { tag: "event" }), "RouteCreated").do(some);
// @ts-expect-error a cause has an id
causedBy("pay", { meta: {} });
// @ts-expect-error an event of another union
whenEvent(some, { event: "RouteCreated", driver: "d" });
// @ts-expect-error what is sent is a command for somebody
whenEvent(some, { type: "CartPaid", cartId: "1", total: 1 }).expectSends([pay]);
