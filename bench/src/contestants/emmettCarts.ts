/**
 * Carts by Emmett, on its store in memory, as its guide says: the store's `aggregateStream` makes the state of all events for each command,
 * `decide` throws where it refuses, and a conflict is tried again where the handler is told to. Nothing is validated or serialised,
 * nothing remembers commands, and there is no pool.
 */
import { DeciderCommandHandler, getInMemoryEventStore, isExpectedVersionConflictError } from "@event-driven-io/emmett";
import { isLeft } from "fp-ts/lib/Either.js";
import { type Cart, type CartCommand, type CartEvent, decideCart, emptyCart, evolveCart } from "../cart.js";
import type { Carts } from "./carts.js";

const initialState = (): Cart => emptyCart;

/**
 * Its own `onVersionConflict: true` waits for 100 ms before it tries again, three times at most; a store in memory needs no such patience.
 * Twenty callers cannot lose more often than that against each other.
 */
const retry = { retries: 20, minTimeout: 1, factor: 1, shouldRetryError: isExpectedVersionConflictError };

const handle = DeciderCommandHandler<Cart, CartCommand, CartEvent>({
  decide: (command, cart) => {
    const decided = decideCart(command)(cart);
    if (isLeft(decided)) throw new Error(`Emmett's cart refused a command: ${decided.left}`);
    return [...decided.right];
  },
  evolve: evolveCart,
  initialState,
  retry,
});

export interface EmmettCarts extends Carts {
  /** Stores events that no command has decided. */
  readonly append: (id: string, events: ReadonlyArray<CartEvent>) => Promise<unknown>;
}

export const emmettCarts = (): EmmettCarts => {
  const store = getInMemoryEventStore();
  return {
    handle: (id, command) => handle(store, `cart-${id}`, command),
    load: async (id) =>
      (await store.aggregateStream<Cart, CartEvent>(`cart-${id}`, { evolve: evolveCart, initialState })).state,
    append: (id, events) => store.appendToStream<CartEvent>(`cart-${id}`, [...events]),
    close: async () => {},
  };
};
