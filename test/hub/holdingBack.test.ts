/** Destinations with a rate and with a breaker, on virtual time: what they hold back waits in the store, uncounted. */
import { map, NEVER, type Observable, of, Subject, switchMap, throwError, timer } from "rxjs";
import {
  Complete,
  type DestinationOptions,
  defineRoutes,
  destination,
  type Handler,
  hub,
  nonRetryable,
  retryAfter,
} from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { fromOne } from "../../src/core/Effect.js";
import { collect } from "../broker/scene.js";
import { all, allTo, completes, tell } from "./scene.js";

const SECOND = 1_000;

const bothRoutes = defineRoutes({
  routes: [
    { condition: { allOf: [] }, destination: "A" },
    { condition: { allOf: [] }, destination: "B" },
  ],
});

/** A hub that says when its handler ran. */
const heldBy = (store: Store, ran: Array<number>, options: DestinationOptions, work: Handler<unknown>) =>
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

const some = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, n) => n);
const statsOf = (store: Store) => store.stats("sluice.hub/A/h");

/** Nothing is in hand, nothing is counted, and all of it is there. */
const waits = async (store: Store, count: number): Promise<void> => {
  const { leased, ready, dead } = await statsOf(store);
  expect({ leased, ready, dead }).toEqual({ leased: 0, ready: count, dead: 0 });
};

/** How many calls of each kind a store is asked for. */
const counting = (store: Store) => {
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
const isWithin = (times: ReadonlyArray<number>, count: number, ms = SECOND): void => {
  for (const [i, atMs] of times.entries())
    expect(times.slice(i).filter((other) => other < atMs + ms).length).toBeLessThanOrEqual(count);
};

describe("a destination with a rate", () => {
  it("begins so many in each second, and leaves the others in the queue", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const rated = heldBy(store, ran, { ratePerSecondMax: 3 }, () => of(Complete));
      await rated.emit(some(8));
      const run = collect(rated.run());
      await advance(500);
      expect(ran).toHaveLength(3);
      await waits(store, 5);
      await advance(3 * SECOND);
      run.stop();
      expect(run.seen).toHaveLength(8);
      isWithin(ran, 3);
      expect((ran.at(-1) ?? 0) - (ran[0] ?? 0)).toBeLessThan(2 * SECOND + 100);
    }));

  it("below one begins one in so many seconds, and asks the store no more than it must", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const { store: counted, calls } = counting(store);
      const rated = heldBy(counted, ran, { ratePerSecondMax: 0.1 }, () => of(Complete));
      await rated.emit(some(4));
      calls.write = 0;
      const run = collect(rated.run());
      await advance(29 * SECOND);
      expect(run.seen).toHaveLength(3);
      isWithin(ran, 1, 10 * SECOND);
      // A read and a result each; what waits costs nothing.
      expect(calls.lease).toBeLessThanOrEqual(6);
      expect([calls.write, calls.extend]).toEqual([3, 0]);
      run.stop();
    }));

  it("counts from when handlers are called, however long what stands before takes", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      let slow = true;
      const late: Store = {
        ...store,
        getRecords: (names) => {
          const ms = slow ? 900 : 0;
          return fromOne(timer(ms, store.scheduler).pipe(switchMap(() => store.getRecords(names))));
        },
      };
      const rated = heldBy(late, ran, { ratePerSecondMax: 2 }, () => of(Complete));
      await rated.emit(some(6));
      const run = collect(rated.run());
      await advance(500);
      slow = false;
      await advance(5 * SECOND);
      run.stop();
      expect(ran).toHaveLength(6);
      isWithin(ran, 2);
    }));

  it("is one for all runs of a process, and holds up no other destination", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const face = () =>
        hub(store, {
          name: "h",
          routes: bothRoutes,
          destinations: {
            A: destination(
              () => {
                ran.push(store.scheduler.now());
                return of(Complete);
              },
              { ratePerSecondMax: 2 },
            ),
            B: completes,
          },
        });
      await face().emit(some(7));
      const [one, two] = [face(), face()];
      const runs = [collect(one.run()), collect(one.run()), collect(two.run())];
      await advance(500);
      expect((await one.counts()).B.complete).toBe(7);
      expect(ran).toHaveLength(2);
      await waits(store, 5);
      await advance(5 * SECOND);
      expect((await one.counts()).A.complete).toBe(7);
      isWithin(ran, 2);
      for (const run of runs) run.stop();
    }));

  it("gives back the place of what turns out to be done", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const rated = heldBy(store, ran, { ratePerSecondMax: 1 }, () => of(Complete));
      await rated.emit([1, 2]);
      await advance(10);
      // Their messages stay, and nothing is to be done for them.
      const marked = await hub(store, { name: "h", routes: allTo("A"), destinations: { A: completes } }).markLost({
        elapsedMs: 0,
      });
      expect(marked.items).toHaveLength(2);
      await rated.emit([3]);
      const run = collect(rated.run());
      await advance(100);
      run.stop();
      expect([run.seen.length, ran.length]).toEqual([1, 1]);
    }));
});

const down = (): Observable<never> => throwError(() => new Error("down"));

describe("a destination with a breaker", () => {
  it("is left alone after so many failures in a row, tried once, and then again with all", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      let isDown = true;
      const broken = heldBy(store, ran, { concurrency: 1, breakAfter: 3, breakMs: 10 * SECOND }, () =>
        isDown ? down() : of(Complete),
      );
      const told = collect(broken.events$.pipe(map(({ _tag }) => _tag)));
      await broken.emit(some(10));
      const run = collect(broken.run());
      await advance(SECOND);
      expect(ran).toHaveLength(3);
      await waits(store, 7);
      await advance(9.5 * SECOND);
      expect(ran).toHaveLength(4);
      expect((ran[3] ?? 0) - (ran[2] ?? 0)).toBe(10 * SECOND);
      await waits(store, 6);
      isDown = false;
      await advance(10 * SECOND);
      run.stop();
      expect(ran).toHaveLength(10);
      expect(told.seen).toEqual(["BreakerOpened", "BreakerOpened", "BreakerClosed"]);
      expect((await all(broken)).map(tell)).toEqual([
        ...some(4).map(() => "failed, 1 of 1: failed"),
        ...some(6).map(() => "complete, 1 of 1: complete"),
      ]);
    }));

  it("gives back what was waiting for a place, lets run what runs, and does not count its end", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const broken = heldBy(store, ran, { concurrency: 3, breakAfter: 1, breakMs: 60 * SECOND }, ({ payload }) =>
        payload === 0 ? down() : timer(SECOND, store.scheduler).pipe(map(() => Complete)),
      );
      await broken.emit([1, 2, 0, ...some(20)]);
      const run = collect(broken.run({ markLost: { everyMs: 500, elapsedMs: 0 } }));
      await advance(500);
      expect(ran).toHaveLength(3);
      expect(await statsOf(store)).toMatchObject({ leased: 2, ready: 20 });
      await advance(SECOND);
      expect(run.seen.map(({ result }) => result)).toEqual(["failed", "complete", "complete"]);
      // Those end well, and the breaker stays open all the same.
      await advance(30 * SECOND);
      expect(ran).toHaveLength(3);
      await waits(store, 20);
      expect((await broken.counts()).A).toMatchObject({ ongoing: 20, lost: 0 });
      run.stop();
    }));

  it("begins nothing any more that was on its way to its handler when it opened", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      let reads = 0;
      const late: Store = {
        ...store,
        getRecords: (names) => {
          reads += 1;
          return fromOne(timer(reads === 1 ? 10 : 100, store.scheduler).pipe(switchMap(() => store.getRecords(names))));
        },
      };
      const broken = heldBy(late, ran, { concurrency: 3, breakAfter: 1, breakMs: 60 * SECOND }, down);
      await broken.emit(some(10));
      reads = 0;
      const run = collect(broken.run());
      await advance(SECOND);
      expect(ran).toHaveLength(1);
      await waits(store, 9);
      await advance(60 * SECOND);
      run.stop();
      const done = (await all(hub(store, { name: "h", routes: allTo("A"), destinations: { A: completes } }))).map(tell);
      expect(done.filter((one) => one !== "ongoing, 0 of 0: ")).toEqual([
        "failed, 1 of 1: failed",
        "failed, 1 of 1: failed",
      ]);
    }));

  it("counts no failure that is for good, and no success in between", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const broken = heldBy(store, ran, { concurrency: 1, breakAfter: 2, breakMs: 60 * SECOND }, ({ payload }) => {
        if (payload === "down") return down();
        return payload === "refused" ? throwError(() => nonRetryable("no")) : of(Complete);
      });
      await broken.emit(["refused", "refused", "down", "fine", "refused", "down", "refused", "down", "fine"]);
      const run = collect(broken.run());
      await advance(SECOND);
      expect(ran).toHaveLength(8);
      await waits(store, 1);
      run.stop();
    }));

  it("makes another trial where one says nothing", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const broken = heldBy(store, ran, { breakAfter: 1, breakMs: 5 * SECOND, concurrency: 1 }, ({ payload }) => {
        if (payload === "down") return down();
        return payload === "refused"
          ? timer(100, store.scheduler).pipe(switchMap(() => throwError(() => nonRetryable("no"))))
          : of(Complete);
      });
      await broken.emit(["down", "refused", "refused", "fine", "fine"]);
      const run = collect(broken.run());
      await advance(5 * SECOND + 50);
      expect(ran).toHaveLength(2);
      expect(await statsOf(store)).toMatchObject({ leased: 1, ready: 3 });
      await advance(SECOND);
      expect(ran).toHaveLength(5);
      run.stop();
    }));

  it("counts a timeout, and a failure that asks for a rest, whose dispatch has it", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const broken = hub(store, {
        name: "h",
        routes: allTo("A", { maxRetries: 1 }),
        destinations: {
          A: destination(
            ({ payload }, { attempt }) => {
              ran.push(store.scheduler.now());
              if (attempt > 1) return of(Complete);
              return payload === "slow" ? NEVER : throwError(() => retryAfter("busy", 40));
            },
            { concurrency: 1, timeoutMs: 1_000, breakAfter: 2, breakMs: 10 * SECOND },
          ),
        },
      });
      await broken.emit(["slow", "busy"]);
      const run = collect(broken.run());
      await advance(9 * SECOND);
      expect(ran).toHaveLength(2);
      await advance(50 * SECOND);
      run.stop();
      expect(ran.map((atMs) => Math.round(atMs / SECOND))).toEqual([0, 1, 11, 41]);
    }));

  it("with breakMs 0 has one after the other until one ends well", () =>
    simulate(async ({ store, advance }) => {
      let most = 0;
      let running = 0;
      let isDown = true;
      const broken = heldBy(store, [], { concurrency: 5, breakAfter: 1, breakMs: 0 }, () => {
        running += 1;
        most = Math.max(most, running);
        return timer(100, store.scheduler).pipe(
          switchMap(() => {
            running -= 1;
            return isDown ? down() : of(Complete);
          }),
        );
      });
      await broken.emit(some(30));
      const run = collect(broken.run());
      await advance(150);
      most = 0;
      await advance(500);
      expect(most).toBe(1);
      isDown = false;
      await advance(2 * SECOND);
      expect(most).toBe(5);
      expect(run.seen).toHaveLength(30);
      run.stop();
    }));

  it("stops at once, and leaves everything to others, whether asked to or unsubscribed", () =>
    simulate(async ({ store, client, advance }) => {
      const ran: Array<number> = [];
      const options = { concurrency: 1, breakAfter: 1, breakMs: 60 * SECOND };
      const broken = heldBy(store, ran, options, down);
      await broken.emit(some(5));
      const stop$ = new Subject<void>();
      const asked = collect(broken.run({ stop$ }));
      await advance(SECOND);
      stop$.next();
      await advance(10);
      expect(asked.end).toEqual({ completed: true });
      await waits(store, 4);
      // The breaker is that of the process, so another run of it waits as well.
      const again = collect(broken.run());
      await advance(SECOND);
      again.stop();
      expect(ran).toHaveLength(1);
      await waits(store, 4);
      const other = collect(heldBy(client().store, ran, options, completes).run());
      await advance(SECOND);
      other.stop();
      expect(other.seen).toHaveLength(4);
    }));

  it("loses nothing and counts nothing where the process dies meanwhile, in a trial one attempt", () =>
    simulate(async ({ store, client, advance }) => {
      const ran: Array<number> = [];
      const options = { concurrency: 2, breakAfter: 2, breakMs: 10 * SECOND };
      const dying = client();
      const broken = heldBy(dying.store, ran, options, ({ payload }) => (payload === "last" ? NEVER : down()));
      await broken.emit(["x", "x", "last", ...some(5)]);
      const dead = collect(broken.run());
      await advance(SECOND);
      await waits(store, 6);
      await advance(10 * SECOND);
      expect(await statsOf(store)).toMatchObject({ leased: 1, ready: 5 });
      dying.crash();
      dead.stop();
      const other = hub(store, { name: "h", routes: allTo("A"), destinations: { A: completes } });
      const run = collect(other.run());
      await advance(20 * SECOND);
      run.stop();
      expect((await all(other)).map(tell)).toEqual([
        "failed, 1 of 1: failed",
        "failed, 1 of 1: failed",
        "failed, 1 of 1: failed",
        ...some(5).map(() => "complete, 1 of 1: complete"),
      ]);
    }));

  it("is not called lost while it waits, by whomever, nor once its turn has come", () =>
    simulate(async ({ store, client, advance }) => {
      const ran: Array<number> = [];
      const options = { concurrency: 1, breakAfter: 1, breakMs: 3_000 * SECOND };
      let isDown = true;
      const broken = heldBy(store, ran, options, () =>
        isDown ? down() : timer(100 * SECOND, store.scheduler).pipe(map(() => Complete)),
      );
      await broken.emit(some(3));
      const run = collect(broken.run());
      await advance(2_000 * SECOND);
      const byHand = heldBy(client().store, ran, options, down);
      expect(await byHand.markLost()).toEqual({ items: [], next: undefined });
      isDown = false;
      await advance(2_000 * SECOND);
      run.stop();
      expect((await all(broken)).map(({ status }) => status)).toEqual(["failed", "complete", "complete"]);
      // What has lost its message is found once the queue has been worked off.
      await broken.emit([9]);
      await store.purge({ queue: "sluice.hub/A/h", limit: 1_000 }, "w-1");
      await advance(1_000 * SECOND);
      expect((await byHand.markLost()).items.map(({ status }) => status)).toEqual(["lost"]);
    }));
});

describe("a run whose destination holds back very many", () => {
  it("reads a thousand of them a time, and finds what is lost elsewhere all the same", () =>
    simulate(async ({ store, advance }) => {
      let pages = 0;
      const counted: Store = {
        ...store,
        pageRecords: (request) => {
          if (request.collection.startsWith("sluice.hub/dispatches")) pages += 1;
          return store.pageRecords(request);
        },
      };
      const shop = hub(counted, {
        name: "h",
        routes: defineRoutes({
          routes: [
            { condition: { path: "$", lt: 5_000 }, destination: "A" },
            { condition: { path: "$", gte: 5_000 }, destination: "B" },
          ],
        }),
        destinations: { A: destination(() => of(Complete), { ratePerSecondMax: 0.001 }), B: completes },
      });
      for (let i = 0; i < 10; i += 1) await shop.emit(some(240));
      await shop.emit([5_000]);
      await store.purge({ queue: "sluice.hub/B/h", limit: 1 }, "w-1");
      await advance(901 * SECOND);
      const lost = collect(shop.events$);
      const run = collect(shop.run());
      await advance(SECOND);
      // As many pages of a hundred; one more since the first one has its result.
      expect(pages).toBeLessThanOrEqual(11);
      expect(lost.seen).toEqual([]);
      await advance(125 * SECOND);
      expect(lost.seen).toMatchObject([{ _tag: "Lost", dispatch: { destination: "B" } }]);
      run.stop();
      expect((await shop.counts()).A).toMatchObject({ lost: 0, complete: 1, ongoing: 2_399 });
    }));
});
