/** Destinations with a breaker, on virtual time: what they hold back waits in the store, uncounted. */
import { map, NEVER, of, Subject, switchMap, throwError, timer } from "rxjs";
import { Complete, destination, hub, nonRetryable, retryAfter } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { fromOne } from "../../src/core/Effect.js";
import { collect } from "../broker/scene.js";
import { down, heldBy, SECOND, some, statsOf, waits } from "./heldScene.js";
import { all, allTo, completes, tell } from "./scene.js";

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

  it("has one trial in all runs of a process, and nothing else in hand meanwhile", () =>
    simulate(async ({ store, advance }) => {
      const ran: Array<number> = [];
      const options = { breakAfter: 1, breakMs: 5 * SECOND };
      // Answers take a while, so that all have asked when the first of them begins.
      const late: Store = {
        ...store,
        lease: (request) => fromOne(timer(20, store.scheduler).pipe(switchMap(() => store.lease(request)))),
      };
      const broken = heldBy(late, ran, options, ({ payload }) =>
        payload === "down" ? down() : timer(3 * SECOND, store.scheduler).pipe(map(() => Complete)),
      );
      await broken.emit(["down", ...some(9)]);
      const first = collect(broken.run({ concurrency: 1 }));
      await advance(SECOND);
      const runs = [first, collect(broken.run()), collect(broken.run())];
      await advance(6 * SECOND);
      expect(ran).toHaveLength(2);
      expect(await statsOf(store)).toMatchObject({ leased: 1, ready: 8 });
      await advance(10 * SECOND);
      for (const run of runs) run.stop();
      expect(ran).toHaveLength(10);
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
});
