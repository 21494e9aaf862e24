/** The stores on which projections are tested, and the domain that they are tested with. */
import * as t from "io-ts";
import { type Observable, Subject } from "rxjs";
import { eventCodec, eventLog, type MapOf, type Position } from "sluice/log";
import { sortOf } from "sluice/records";
import { type Progress, type ProjectionDefinition, projection, readModel } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { vi } from "vitest";
import { atEnd } from "../../support/atEnd.js";

export { errorOf, restorable } from "../restorable.js";

export const CartEvent = t.union([
  t.type({ type: t.literal("ItemAdded"), cartId: t.string, price: t.number }),
  t.type({ type: t.literal("CartPaid"), cartId: t.string, total: t.number }),
  t.type({ type: t.literal("CartEmptied"), cartId: t.string }),
]);
export type CartEvent = t.TypeOf<typeof CartEvent>;
export const cartEvents = eventCodec(CartEvent, { tag: "type" });

export const added = (cartId: string, price = 1): CartEvent => ({ type: "ItemAdded", cartId, price });
export const paid = (cartId: string, total: number): CartEvent => ({ type: "CartPaid", cartId, total });
export const emptied = (cartId: string): CartEvent => ({ type: "CartEmptied", cartId });

export const logOn = (store: Store) => eventLog(store, cartEvents);

export const revenueOf: ProjectionDefinition<number, MapOf<typeof cartEvents>> = {
  name: "revenue",
  version: 1,
  codec: cartEvents,
  initial: 0,
  state: t.number,
  evolve: { CartPaid: (sum, { event }) => sum + event.total },
};
export const revenueOn = (store: Store, options: Partial<typeof revenueOf> = {}) =>
  projection(store, { ...revenueOf, ...options });

/** How many items each cart has; an emptied one has no record. Version 2 also knows what they cost. */
export const cartsOn = (store: Store, version = 1, options: { readonly after?: Position | undefined } = {}) =>
  readModel(store, {
    ...options,
    name: "carts",
    version,
    codec: cartEvents,
    record: t.type({ items: t.number, paid: t.boolean, price: t.number }),
    indexes: { byPaid: ({ paid: isPaid, items }) => ({ where: isPaid ? "paid" : "open", sort: sortOf(items) }) },
    id: ({ event }) => event.cartId,
    evolve: {
      ItemAdded: (row, { event }) => ({
        items: (row?.items ?? 0) + 1,
        paid: false,
        price: version < 2 ? 0 : (row?.price ?? 0) + event.price,
      }),
      CartPaid: (row) => row && { ...row, paid: true },
      CartEmptied: () => undefined,
    },
  });

interface Runs {
  readonly run: (options: { readonly stop$: Subject<void>; readonly pageSizeMax?: number }) => Observable<Progress>;
}

/** A run under test, with what it told. It is stopped after the test. */
export const running = (durable: Runs, pageSizeMax?: number) => {
  const stop$ = new Subject<void>();
  const told: Array<Progress> = [];
  const ended: { error?: unknown; completed?: true } = {};
  const subscription = durable.run({ stop$, ...(pageSizeMax === undefined ? {} : { pageSizeMax }) }).subscribe({
    next: (progress) => told.push(progress),
    error: (error: unknown) => {
      ended.error = error;
    },
    complete: () => {
      ended.completed = true;
    },
  });
  atEnd(() => {
    subscription.unsubscribe();
    return Promise.resolve();
  });
  return {
    told,
    ended,
    /** How many events it says to have stored. */
    events: () => told.reduce((sum, one) => sum + (one._tag === "Advanced" ? one.events : 0), 0),
    stop: () => stop$.next(),
    /** As a process that dies: nothing is told to anybody. */
    kill: () => subscription.unsubscribe(),
  };
};

/** Waits until the expectations hold, also on a busy machine. */
export const eventually = <A>(check: () => A | Promise<A>): Promise<A> => vi.waitFor(check, { timeout: 9_000 });
