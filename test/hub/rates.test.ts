/** Destinations with a rate, on virtual time: what they hold back waits in the store, uncounted. */
import { of, switchMap, timer } from "rxjs";
import { Complete, destination, hub } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { fromOne } from "../../src/core/Effect.js";
import { collect } from "../broker/scene.js";
import { bothRoutes, counting, heldBy, isWithin, SECOND, some, waits } from "./heldScene.js";
import { allTo, completes } from "./scene.js";

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
