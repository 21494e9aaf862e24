/** The stores on which aggregates are tested, and the domains that they are tested with. */
import type { Either } from "fp-ts/lib/Either.js";
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import { eventCodec, type MapOf } from "sluice/log";
import { type AggregateDefinition, aggregate, type LogEntry } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { type FaultyStore, faultyStore } from "sluice/testing";
import { type Cart, type CartCommand, CartEvent, type CartRefusal, cart } from "../../support/cart.js";
import { RouteEvent, route } from "../../support/route.js";

export { errorOf, restorable } from "../restorable.js";

/** Another process on the same store: it has a pool of its own. */
export const processOn = (store: Store): FaultyStore => faultyStore(store);

export const cartEvents = eventCodec(CartEvent, { tag: "type" });
export const routeEvents = eventCodec(RouteEvent, { tag: "event" });

type CartDefinition = AggregateDefinition<CartCommand, Cart, MapOf<typeof cartEvents>, CartRefusal>;

export const cartsOn = (store: Store, options: Partial<CartDefinition> = {}) =>
  aggregate(store, { category: "cart", decider: cart, codec: cartEvents, ...options });

export const routesOn = (store: Store) => aggregate(store, { category: "route", decider: route, codec: routeEvents });

/** A logger that keeps what it is told, as `Tag id@version`. */
export const listening = () => {
  const entries: Array<LogEntry> = [];
  return {
    entries,
    logger: (entry: LogEntry): void => {
      entries.push(entry);
    },
    lines: () => entries.map(({ _tag, id, version }) => `${_tag} ${id}@${version}`),
    of: (tag: LogEntry["_tag"]) => entries.filter(({ _tag }) => _tag === tag),
  };
};

/** The value of a Right, or an error that says what it was. */
export const rightOf = <X, A>(either: Either<X, A>): A => {
  if (isRight(either)) return either.right;
  throw new Error(`refused: ${JSON.stringify(either.left)}`);
};

/** The refusal of a Left. */
export const leftOf = <X, A>(either: Either<X, A>): X => {
  if (isLeft(either)) return either.left;
  throw new Error(`decided: ${JSON.stringify(either.right)}`);
};
