/** Projections on virtual time: when they tell, look, write and take over. */
import * as t from "io-ts";
import { lastValueFrom, map, Subject, switchMap, take, takeUntil, timer, toArray } from "rxjs";
import { eventLog, eventType } from "sluice/log";
import { type Lag, type Progress, readModel } from "sluice/sourcing";
import { fromOne, type Store, viewOf } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { added, cartEvents, cartsOn, logOn, paid, revenueOn } from "../../../stores/projections/scene.js";

/** The same store, and how often which of its calls were made. */
const counted = (store: Store) => {
  const calls: Record<string, number> = {};
  return {
    store: viewOf(store, {
      around: (run, { name }) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return run();
      },
    }),
    calls: () => ({ ...calls }),
  };
};

const label = (progress: Progress): string =>
  progress._tag === "Failed" ? "failed" : `${progress.events}${progress.caughtUp ? "!" : ""}`;

describe("live", () => {
  it("tells the state behind history, and then whenever it changes", () =>
    simulate(async ({ store, scheduler, advance, expect$ }) => {
      const log = logOn(store);
      await log.append("cart/1", [paid("1", 1), paid("1", 2)]);
      timer(3, scheduler).subscribe(() => log.append("cart/1", [paid("1", 4), added("1")]).subscribe());
      timer(5, scheduler).subscribe(() => log.append("cart/1", [added("1")]).subscribe());
      timer(7, scheduler).subscribe(() => log.append("cart/1", [paid("1", 8)]).subscribe());
      const told$ = revenueOn(store)
        .live()
        .pipe(
          map(({ state, caughtUp }) => `${state} ${caughtUp}`),
          takeUntil(timer(9, scheduler)),
        );
      expect$(told$).toBe("a--b---c-|", { a: "3 true", b: "7 true", c: "15 true" });
      await advance(10);
    }));

  it("tells the beginning of an empty log", () =>
    simulate(async ({ store, scheduler, advance, expect$ }) => {
      expect$(
        revenueOn(store)
          .live()
          .pipe(takeUntil(timer(3, scheduler))),
      ).toBe("a--|", {
        a: { state: 0, position: undefined, caughtUp: true },
      });
      await advance(5);
    }));

  it("fails as evolve throws", () =>
    simulate(async ({ store, advance }) => {
      const error = new Error("no");
      const broken = revenueOn(store, {
        evolve: {
          CartPaid: () => {
            throw error;
          },
        },
      });
      await logOn(store).append("cart/1", [paid("1", 1)]);
      const told: Array<unknown> = [];
      broken.live().subscribe({ error: (cause: unknown) => told.push(cause) });
      await advance(1);
      expect(told).toEqual([error]);
    }));
});

describe("run", () => {
  it("tells each page when it is stored, at once", () =>
    simulate(async ({ store, scheduler, advance, expect$ }) => {
      const log = logOn(store);
      await log.append("cart/1", [paid("1", 1), paid("1", 2), paid("1", 4)]);
      timer(5, scheduler).subscribe(() => log.append("cart/1", [paid("1", 4)]).subscribe());
      const stop$ = timer(8, scheduler);
      expect$(revenueOn(store).run({ stop$, pageSizeMax: 2 }).pipe(map(label))).toBe("(ab)-c--|", {
        a: "2",
        b: "1!",
        c: "1!",
      });
      await advance(10);
    }));

  it("stores a position that alone has changed every 50 ms at most, and at its end", () =>
    simulate(async ({ store, scheduler, advance }) => {
      const log = logOn(store);
      const { store: watched, calls } = counted(store);
      const stop$ = new Subject<void>();
      const told: Array<Progress> = [];
      revenueOn(watched)
        .run({ stop$ })
        .subscribe((progress) => told.push(progress));
      await advance(1);
      for (let i = 0; i < 100; i++) {
        await log.append("cart/1", [added("1")]);
        await advance(3);
      }
      expect(calls()["write"]).toBeLessThanOrEqual(6);
      expect(calls()["write"]).toBeGreaterThanOrEqual(5);
      await log.append("cart/1", [added("1")]);
      const { position } = await log.append("cart/1", [added("1")]);
      await advance(1);
      expect(told.at(-1)).not.toMatchObject({ position });
      stop$.next();
      await advance(1);
      expect(told.at(-1)).toMatchObject({ position, events: 0 });
      expect(await revenueOn(store).get()).toEqual({ state: 0, position, caughtUp: true });
      expect(scheduler.now()).toBe(303);
    }));

  it("makes three calls a minute where nothing is appended, also where it stands by", () =>
    simulate(async ({ store, advance }) => {
      await logOn(store).append("cart/1", [paid("1", 1)]);
      const processes = [counted(store), counted(store)];
      const runs = processes.map((process) => revenueOn(process.store).run().subscribe());
      await advance(5_000);
      const before = processes.map(({ calls }) => calls());
      await advance(60_000);
      for (const [i, { calls }] of processes.entries()) {
        expect((calls()["readFeed"] ?? 0) - (before[i]?.["readFeed"] ?? 0)).toBe(3);
        expect(calls()["getRecords"]).toBe(before[i]?.["getRecords"]);
        expect(calls()["write"]).toBe(before[i]?.["write"]);
      }
      for (const run of runs) run.unsubscribe();
    }));

  it("takes over between 1 and 1.5 s after what it finds standing still", () =>
    simulate(async ({ store, client, crash, advance, nowMs }) => {
      const log = logOn(client().store);
      const first = revenueOn(store).run().subscribe();
      await log.append("cart/1", [paid("1", 1)]);
      await advance(10);
      const other = client();
      const told: Array<number> = [];
      const second = revenueOn(other.store)
        .run()
        .subscribe(() => told.push(nowMs()));
      await advance(10);
      crash();
      first.unsubscribe();
      const atMs = nowMs();
      await log.append("cart/1", [paid("1", 2)]);
      await advance(5_000);
      expect(told.length).toBe(1);
      expect((told[0] ?? 0) - atMs).toBeGreaterThanOrEqual(1_000);
      expect((told[0] ?? 0) - atMs).toBeLessThan(1_500);
      expect((await revenueOn(client().store).get()).state).toBe(3);
      // From now on it is the one that goes on, at once.
      await log.append("cart/1", [paid("1", 4)]);
      await advance(1);
      expect(told.length).toBe(2);
      second.unsubscribe();
    }));

  it("leaves a projection that moves to the one that moves it, however far that is behind", () =>
    simulate(async ({ store, client, advance, scheduler }) => {
      const log = logOn(store);
      for (let i = 0; i < 30; i++) await log.append("cart/1", [paid("1", 1)]);
      const slow = viewOf(store, {
        around: (run, { name }) =>
          name === "write" ? fromOne(timer(400, scheduler).pipe(switchMap(() => run()))) : run(),
      });
      const first = revenueOn(slow).run({ pageSizeMax: 1 }).subscribe();
      await advance(500);
      const other = counted(client().store);
      const second = revenueOn(other.store).run().subscribe();
      await advance(10_000);
      expect(other.calls()["write"]).toBeUndefined();
      first.unsubscribe();
      second.unsubscribe();
      // The last write is under way, and nobody takes it back.
      await advance(500);
    }));

  it("tries a failing event again after longer and longer times, a minute at most", () =>
    simulate(async ({ store, advance, nowMs }) => {
      await logOn(store).append("cart/1", [paid("1", 1)]);
      const broken = revenueOn(store, {
        evolve: {
          CartPaid: () => {
            throw new Error("no");
          },
        },
      });
      const at: Array<number> = [];
      const run = broken.run().subscribe(() => at.push(nowMs()));
      await advance(600_000);
      const gaps = at.slice(1).map((ms, i) => ms - (at[i] ?? 0));
      expect(gaps[0]).toBeLessThanOrEqual(200);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
      expect(Math.max(...gaps)).toBeGreaterThan(30_000);
      expect(at.length).toBeGreaterThan(12);
      expect(at.length).toBeLessThan(40);
      run.unsubscribe();
    }));

  it("does so also where what stands before that event changes nothing", () =>
    simulate(async ({ store, advance, nowMs }) => {
      const odd = eventLog(store, eventType("CartPaid", t.type({ odd: t.boolean })));
      await logOn(store).append("cart/1", [paid("1", 1)]);
      await odd.append("cart/1", [{ odd: true }]);
      const none = readModel(store, {
        name: "none",
        version: 1,
        codec: cartEvents,
        record: t.null,
        id: () => undefined,
        evolve: { CartPaid: () => null },
      });
      const at: Array<number> = [];
      const run = none.run().subscribe((progress) => progress._tag === "Failed" && at.push(nowMs()));
      await advance(600_000);
      expect(at.length).toBeGreaterThan(12);
      expect(at.length).toBeLessThan(40);
      run.unsubscribe();
    }));

  it("goes on in the process whose program can take the event, where another one's cannot", () =>
    simulate(async ({ store, client, advance }) => {
      const log = logOn(store);
      await log.append("cart/1", [paid("1", 1)]);
      const told: Array<string> = [];
      const broken = revenueOn(store, {
        evolve: {
          CartPaid: (sum, { event }) => {
            if (event.total === 2) throw new Error("two");
            return sum + event.total;
          },
        },
      });
      const first = broken.run().subscribe((progress) => told.push(label(progress)));
      await log.append("cart/1", [paid("1", 2)]);
      await advance(100);
      const mended = revenueOn(client().store);
      const second = mended.run().subscribe();
      await advance(3_000);
      expect(await mended.get()).toMatchObject({ state: 3, caughtUp: true });
      await advance(60_000);
      const { length } = told;
      await log.append("cart/1", [paid("1", 2)]);
      await advance(600_000);
      expect((await mended.get()).state).toBe(5);
      // The broken one stands by from then on.
      expect(told.length).toBe(length);
      first.unsubscribe();
      second.unsubscribe();
    }));

  it("completes within a second of its stop$ while the store is away, and goes on after an outage", () =>
    simulate(async ({ store, client, advance, disconnect, reconnect, nowMs }) => {
      const log = logOn(client().store);
      const stop$ = new Subject<void>();
      let completedMs: number | undefined;
      revenueOn(store)
        .run({ stop$ })
        .subscribe({
          complete: () => {
            completedMs = nowMs();
          },
        });
      await log.append("cart/1", [paid("1", 1)]);
      await advance(10);
      disconnect();
      await log.append("cart/1", [paid("1", 2)]);
      await advance(30_000);
      reconnect();
      await advance(2_500);
      expect((await revenueOn(client().store).get()).state).toBe(3);
      disconnect();
      await log.append("cart/1", [added("1")]);
      await advance(100);
      const stoppedMs = nowMs();
      stop$.next();
      await advance(5_000);
      expect((completedMs ?? 0) - stoppedMs).toBeLessThanOrEqual(1_000);
    }));

  it("stops at once where it stands by, where an event fails, and before it has begun", () =>
    simulate(async ({ store, client, advance }) => {
      await logOn(store).append("cart/1", [paid("1", 1)]);
      const stop$ = new Subject<void>();
      let completed = 0;
      const complete = (): void => {
        completed += 1;
      };
      const first = revenueOn(store).run().subscribe();
      await advance(1);
      revenueOn(client().store).run({ stop$ }).subscribe({ complete });
      const broken = revenueOn(client().store, {
        name: "broken",
        evolve: {
          CartPaid: () => {
            throw new Error("no");
          },
        },
      });
      broken.run({ stop$ }).subscribe({ complete });
      await advance(400);
      stop$.next();
      await advance(1);
      expect(completed).toBe(2);
      expect(
        await lastValueFrom(
          revenueOn(store)
            .run({ stop$: [1] })
            .pipe(toArray()),
        ),
      ).toEqual([]);
      first.unsubscribe();
    }));
});

describe("waitFor", () => {
  it("is told by a run of the same object at once, and looks for what others do, four times a second at last", () =>
    simulate(async ({ store, client, scheduler, advance, nowMs }) => {
      const log = logOn(client().store);
      const carts = cartsOn(store);
      const run = carts.run().subscribe();
      await log.append("cart/1", [added("1")]);
      await advance(1);
      // The next run finds its record of another one, and takes over a while later.
      run.unsubscribe();
      const { position } = await log.append("cart/1", [added("1")]);
      const here: Array<number> = [];
      const there: Array<number> = [];
      const other = counted(client().store);
      carts.waitFor(position, { timeoutMs: 5_000 }).subscribe(() => here.push(nowMs()));
      cartsOn(other.store)
        .waitFor(position, { timeoutMs: 5_000 })
        .subscribe(() => there.push(nowMs()));
      let storedMs = 0;
      const next = carts.run().subscribe(() => {
        storedMs = nowMs();
      });
      await advance(4_000);
      expect(storedMs).toBeGreaterThan(1_000);
      expect(here).toEqual([storedMs]);
      expect((there[0] ?? 0) - storedMs).toBeLessThanOrEqual(250);
      expect(there.length).toBe(1);
      expect(other.calls()["getRecords"]).toBeLessThanOrEqual(16);
      next.unsubscribe();
      expect(scheduler.now()).toBe(4_001);
    }));

  it("times out then, not before and not much later", () =>
    simulate(async ({ store, advance, nowMs }) => {
      await logOn(store).append("cart/1", [added("1")]);
      const told: Array<readonly [number, unknown]> = [];
      cartsOn(store)
        .waitFor("end", { timeoutMs: 777 })
        .subscribe({ error: (error: unknown) => told.push([nowMs(), error]) });
      await advance(2_000);
      expect(told).toEqual([[777, expect.objectContaining({ _tag: "WaitTimedOut", timeoutMs: 777 })]]);
    }));
});

describe("lag$", () => {
  it("tells how long the first event has waited, once a second, and then that it has caught up", () =>
    simulate(async ({ store, client, advance }) => {
      const log = logOn(client().store);
      const told: Array<Lag["behindMs"]> = [];
      const { store: watched, calls } = counted(store);
      const subscription = revenueOn(watched).lag$.subscribe(({ behindMs }) => told.push(behindMs));
      await advance(30_000);
      expect(told).toEqual([0]);
      expect(calls()["readFeed"]).toBeLessThanOrEqual(5);
      await log.append("cart/1", [paid("1", 1)]);
      await advance(2_500);
      expect(told).toEqual([0, 1_000, 2_000]);
      const run = revenueOn(client().store).run().subscribe();
      await advance(1_000);
      expect(told).toEqual([0, 1_000, 2_000, 0]);
      run.unsubscribe();
      expect(await lastValueFrom(revenueOn(store).lag$.pipe(take(1)))).toMatchObject({ behindMs: 0 });
      subscription.unsubscribe();
    }));
});
