/**
 * A store whose contents go back, under an application that runs on: everything that holds a position, a version or a state of what is
 * lost is told, and nothing goes on with it. As when a server is restored from an older file, or a standby is promoted that has not all.
 */
import * as t from "io-ts";
import type { Observable } from "rxjs";
import { eventLog } from "sluice/log";
import { projection } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { expect } from "vitest";
import { atEnd } from "../support/atEnd.js";
import { addToCart, type Cart } from "../support/cart.js";
import { eventually } from "./projections/scene.js";
import { errorOf } from "./restorable.js";
import { cartEvents, cartsOn, listening, rightOf } from "./sourcing/scene.js";

const skus = ({ state }: { readonly state: Cart }): string => Object.keys(state.items).join("");

const countOn = (store: Store) =>
  projection(store, {
    name: "added",
    version: 1,
    codec: cartEvents,
    initial: "",
    state: t.string,
    evolve: { ItemAdded: (all, { event }) => all + event.sku },
  });

/** How an Observable ended, and what it told. */
const listenTo = <T>(source$: Observable<T>) => {
  const heard: { readonly told: Array<T>; error?: unknown } = { told: [] };
  const subscription = source$.subscribe({
    next: (one) => heard.told.push(one),
    error: (error: unknown) => {
      heard.error = error;
    },
  });
  atEnd(() => Promise.resolve(subscription.unsubscribe()));
  return heard;
};

export interface GoingBack {
  /** The store of the application that runs on. */
  readonly store: Store;
  /** What is there now is what will be there again. */
  readonly remember: () => Promise<void>;
  /** Loses what came since, lets others write by a store of their own, and only then the application come back. */
  readonly goBack: (meanwhile: (others: Store) => Promise<void>) => Promise<void>;
}

/** Expects that feeds, aggregates and projections that run meanwhile are told. */
export const expectAllToBeTold = async ({ store, remember, goBack }: GoingBack): Promise<void> => {
  const log = listening();
  const carts = cartsOn(store, { logger: log.logger });
  const added = countOn(store);
  const feed = listenTo(eventLog(store, cartEvents).feed());
  const run = listenTo(added.run());
  const lag = listenTo(added.lag$);
  const states = listenTo(carts.state$("1"));
  await carts.handle("1", addToCart("1", "A"));
  await added.waitFor("end");
  await remember();
  for (const sku of ["B", "C"]) await carts.handle("1", addToCart("1", sku));
  const { position, version } = rightOf(await carts.handle("1", addToCart("1", "D")));
  expect((await added.waitFor(position)).state).toBe("ABCD");
  await eventually(() => expect(states.told.at(-1)?.version).toBe(version));
  await eventually(() => expect(lag.told.at(-1)?.position).toBe(position));

  // As many events, and other ones.
  await goBack(async (others) => {
    for (const sku of ["X", "Y", "Z"]) await cartsOn(others).handle("1", addToCart("1", sku));
  });

  for (const [name, one] of Object.entries({ feed, run, lag, states }))
    await eventually(() => expect([name, one.error]).toMatchObject([name, { _tag: "LogWentBack" }]));
  expect(feed.told.flatMap((item) => (item._tag === "Event" ? [item.version] : []))).toEqual([1, 2, 3, 4]);
  expect(states.told.map(skus).at(-1)).toBe("ABCD");
  // Held versions and positions of what is lost.
  const pinned = () => carts.handle("1", addToCart("1", "E"), { expected: { version } });
  expect(await errorOf(pinned())).toMatchObject({ _tag: "VersionConflict", actual: version });
  expect(log.of("WentBack")).toMatchObject([{ id: "1", version }]);
  expect(await errorOf(eventLog(store, cartEvents).feedPage({ after: position! }))).toMatchObject({
    _tag: "LogWentBack",
  });
  // What the pool knew refuses nothing: "B" is no more in the cart.
  expect(skus(rightOf(await carts.handle("1", addToCart("1", "B"))))).toBe("AXYZB");
  // The stored state went back together with the log, so it goes on from there.
  expect((await added.get()).state).toBe("A");
  const again = listenTo(added.run());
  expect((await added.waitFor("end")).state).toBe("AXYZB");
  expect(await errorOf(added.waitFor(position))).toMatchObject({ _tag: "LogWentBack" });
  expect(again.error).toBeUndefined();
};
