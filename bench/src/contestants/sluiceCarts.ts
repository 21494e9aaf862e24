/** Carts as aggregates of Sluice, through its public face alone. Every event passes an io-ts codec when it is stored and when it is read. */
import { isLeft } from "fp-ts/lib/Either.js";
import type { Store } from "sluice";
import { type EventCodec, eventCodec } from "sluice/log";
import { type Aggregate, type AggregateDefinition, aggregate } from "sluice/sourcing";
import {
  type Cart,
  type CartCommand,
  CartEvent,
  type CartRefusal,
  decideCart,
  emptyCart,
  evolveCart,
} from "../cart.js";
import type { Carts } from "./carts.js";

export const CATEGORY = "cart";

export const cartCodec = eventCodec(CartEvent, { tag: "type" });

type CartMap = typeof cartCodec extends EventCodec<infer M> ? M : never;
type Definition = AggregateDefinition<CartCommand, Cart, CartMap, CartRefusal>;
export type CartAggregate = Aggregate<CartCommand, Cart, CartMap, CartRefusal>;

export type CartOptions = Pick<Definition, "pool" | "snapshots" | "logger">;

/** The carts of a store; options of the definition may be added. */
export const cartsOn = (store: Store, options: CartOptions = {}): CartAggregate =>
  aggregate(store, {
    category: CATEGORY,
    codec: cartCodec,
    decider: { initial: emptyCart, decide: decideCart, evolve: evolveCart },
    ...options,
  });

/** @param ids whether each command has an id, by which the store keeps it from being done twice */
export const sluiceCarts = (store: Store, ids: boolean, options?: CartOptions): Carts => {
  const carts = cartsOn(store, options);
  const done = (answer: Awaited<ReturnType<CartAggregate["handle"]>>): void => {
    if (isLeft(answer)) throw new Error(`Sluice refused a command: ${answer.left}`);
    if (answer.right.duplicate) throw new Error("Sluice took a command for another one");
  };
  return {
    handle: ids
      ? (id, command, commandId) => carts.handle(id, command, { commandId }).then(done)
      : (id, command) => carts.handle(id, command).then(done),
    load: (id) => carts.state(id).then(({ state }) => state),
    close: async () => {
      await store.close();
    },
  };
};
