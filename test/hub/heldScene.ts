/** Destinations that hold dispatches back, on virtual time, and how their tests look at what waits. */
import { type Observable, throwError } from "rxjs";
import { type DestinationOptions, defineRoutes, destination, type Handler, hub } from "sluice/hub";
import type { Store } from "sluice/store";
import { expect } from "vitest";
import { allTo } from "./scene.js";

export const SECOND = 1_000;

export const bothRoutes = defineRoutes({
  routes: [
    { condition: { allOf: [] }, destination: "A" },
    { condition: { allOf: [] }, destination: "B" },
  ],
});

/** A hub that says when its handler ran. */
export const heldBy = (store: Store, ran: Array<number>, options: DestinationOptions, work: Handler<unknown>) =>
  hub(store, {
    name: "h",
    leaseMs: 5_000,
    routes: allTo("A", { maxRetries: 0 }),
    destinations: {
      A: destination((event, context) => {
        ran.push(store.scheduler.now());
        return work(event, context);
      }, options),
    },
  });

export const some = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, n) => n);
export const statsOf = (store: Store) => store.stats("sluice.hub/A/h");

/** Nothing is in hand, nothing is counted, and all of it is there. */
export const waits = async (store: Store, count: number): Promise<void> => {
  const { leased, ready, dead } = await statsOf(store);
  expect({ leased, ready, dead }).toEqual({ leased: 0, ready: count, dead: 0 });
};

/** How many calls of each kind a store is asked for. */
export const counting = (store: Store) => {
  const calls = { lease: 0, write: 0, extend: 0 };
  const counted: Store = {
    ...store,
    lease: (request) => {
      calls.lease += 1;
      return store.lease(request);
    },
    write: (lists, writeId) => {
      calls.write += 1;
      return store.write(lists, writeId);
    },
    extend: (request) => {
      calls.extend += 1;
      return store.extend(request);
    },
  };
  return { store: counted, calls };
};

/** No second has more than so many of these. */
export const isWithin = (times: ReadonlyArray<number>, count: number, ms = SECOND): void => {
  for (const [i, atMs] of times.entries())
    expect(times.slice(i).filter((other) => other < atMs + ms).length).toBeLessThanOrEqual(count);
};

export const down = (): Observable<never> => throwError(() => new Error("down"));
