/** Delays, retries, timeouts and what is lost, on virtual time. */
import { map, NEVER, timer } from "rxjs";
import {
  Complete,
  type DispatchSettings,
  destination,
  type Handler,
  type Hub,
  nonRetryable,
  retryAfter,
} from "sluice/hub";
import { type Simulation, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { all, completes, errorsOf, fails, failsTimes, hubOn, tell, told } from "./scene.js";

/** When the attempts of a dispatch began, in virtual seconds, and the hub. */
const attemptsOf = (
  { store, nowMs }: Simulation,
  settings: DispatchSettings,
  handler: Handler<unknown> = fails,
): { readonly times: Array<number>; readonly shop: Hub<unknown, "A"> } => {
  const times: Array<number> = [];
  const timed: Handler<unknown> = (event, context) => {
    times.push(nowMs() / 1_000);
    return handler(event, context);
  };
  return { times, shop: hubOn(store, timed, settings) };
};

const MINUTE_MS = 60_000;

describe("a dispatch", () => {
  it("is first delivered after its delay, then after constant waits", async () => {
    await simulate(async (simulation) => {
      const { times, shop } = attemptsOf(simulation, {
        delaySeconds: 10,
        maxRetries: 3,
        retryDelay: { type: "constant", interval: 5 },
      });
      await shop.emit([1]);
      const run = collect(shop.run());
      await simulation.advance(MINUTE_MS);
      run.stop();
      expect(times).toEqual([10, 15, 20, 25]);
      expect(run.seen.map(({ dispatch: { dueAtMs } }) => dueAtMs)).toEqual([15_000, 20_000, 25_000, undefined]);
      expect((await all(shop)).map(({ resultedAtMs }) => resultedAtMs)).toEqual([25_000]);
    });
  });

  it("waits zero seconds where it is told zero", async () => {
    await simulate(async (simulation) => {
      const { times, shop } = attemptsOf(simulation, {
        delaySeconds: 0,
        maxRetries: 3,
        retryDelay: { type: "exponential", base: 0, max: 0 },
      });
      await shop.emit([1]);
      const run = collect(shop.run());
      await simulation.advance(100);
      run.stop();
      expect(times).toEqual([0, 0, 0, 0]);
    });
  });

  it("waits by decorrelated jitter in whole seconds: base at first, then from base to thrice the wait before, max at most", async () => {
    await simulate(async (simulation) => {
      const { times, shop } = attemptsOf(simulation, {
        maxRetries: 120,
        retryDelay: { type: "exponential", base: 1, max: 6 },
      });
      await shop.emit([1]);
      const run = collect(shop.run());
      await simulation.advance(12 * MINUTE_MS);
      run.stop();
      const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
      expect(waits).toHaveLength(120);
      expect(waits[0]).toBe(1);
      for (const [i, wait] of waits.entries()) {
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(1);
        expect(wait).toBeLessThanOrEqual(Math.min(6, 3 * (waits[i - 1] ?? 1)));
      }
      expect(new Set(waits).size).toBe(6);
      const [dispatch] = await all(shop);
      // The latest hundred stand in its log.
      expect([dispatch?.executionCount, dispatch?.executions.length, dispatch?.status]).toEqual([121, 100, "failed"]);
      expect(dispatch?.executions.at(-1)?.executedAtMs).toBe((times.at(-1) ?? 0) * 1_000);
    });
  });

  it("waits as its handler was told to wait", async () => {
    await simulate(async (simulation) => {
      const { times, shop } = attemptsOf(
        simulation,
        { maxRetries: 2, retryDelay: { type: "constant", interval: 1 } },
        async (_, { attempt }) => {
          if (attempt === 1) throw retryAfter("429", 29.5);
          if (attempt === 2) throw retryAfter("429", 0);
          throw nonRetryable("404");
        },
      );
      await shop.emit([1]);
      const run = collect(shop.run());
      await simulation.advance(MINUTE_MS);
      run.stop();
      expect(times).toEqual([0, 30, 30]);
      expect(errorsOf((await all(shop))[0]?.executions ?? [])).toEqual(["429", "429", "404"]);
    });
  });

  it("fails when its time is over, its work is unsubscribed and its signal aborted", async () => {
    await simulate(async ({ store, advance }) => {
      const seen: Array<string> = [];
      const shop = hubOn(
        store,
        destination(
          (_, { signal }) => {
            signal.addEventListener("abort", () => seen.push("aborted"));
            return NEVER;
          },
          { timeoutMs: 50 },
        ),
        { maxRetries: 0 },
      );
      await shop.emit([1]);
      const run = collect(shop.run());
      await advance(60);
      run.stop();
      const [dispatch] = await all(shop);
      expect(dispatch?.executions).toEqual([
        { result: "failed", executedAtMs: 0, durationMs: 50, error: "Error: timed out after 50 ms" },
      ]);
      expect([dispatch?.status, seen]).toEqual(["failed", ["aborted"]]);
    });
  });

  it("is delivered as the marbles say", async () => {
    await simulate(async ({ store, advance, expect$, scheduler }) => {
      const shop = hubOn(
        store,
        (event, context) =>
          context.attempt === 1 ? fails(event, context) : timer(3, scheduler).pipe(map(() => Complete)),
        { delaySeconds: 1, maxRetries: 1, retryDelay: { type: "constant", interval: 2 } },
      );
      await shop.emit([1]);
      expect$(shop.run().pipe(map(told)), 4_000).toBe("1000ms a 2002ms b", {
        a: "A failed (ongoing)",
        b: "A complete (complete)",
      });
      await advance(4_000);
    });
  });
});

const QUARTER_MS = 900_000;

describe("a dispatch without a sign", () => {
  it("is lost when it is overdue by more than 15 minutes, and its message finds it so", async () => {
    await simulate(async ({ store, advance }) => {
      let calls = 0;
      const shop = hubOn(store, async () => {
        calls += 1;
        return Complete;
      });
      await shop.emit([1]);
      await advance(QUARTER_MS);
      expect((await shop.markLost()).items).toEqual([]);
      await advance(1);
      const { items, next } = await shop.markLost();
      expect([items.map(tell), next]).toEqual([["lost, 0 of 0: "], undefined]);
      expect(items).toEqual(await all(shop));
      expect((await shop.markLost()).items).toEqual([]);
      const run = collect(shop.run());
      await advance(10);
      run.stop();
      expect([calls, run.seen, (await store.stats("sluice.hub/A/h")).acked]).toEqual([0, [], 1]);
    });
  });

  it("keeps its log, and its delay and its waits count", async () => {
    await simulate(async ({ store, advance }) => {
      const shop = hubOn(store, failsTimes(9), {
        delaySeconds: 3_600,
        maxRetries: 9,
        retryDelay: { type: "constant", interval: 7_200 },
      });
      await shop.emit([1]);
      await advance(3_600_000 - 1);
      expect((await shop.markLost({ elapsedMs: 0 })).items).toEqual([]);
      const run = collect(shop.run());
      await advance(1_000);
      run.stop();
      // Nobody runs it from now on.
      await advance(7_200_000 + QUARTER_MS - 999);
      expect((await shop.markLost()).items).toEqual([]);
      await advance(1);
      expect((await shop.markLost()).items.map(tell)).toEqual(["lost, 1 of 1: failed"]);
    });
  });

  it("is found where its message vanished, by a run that looks for it again and again", async () => {
    await simulate(async ({ store, advance }) => {
      const shop = hubOn(store, completes, { delaySeconds: 60 });
      await shop.emit([1, 2, 3]);
      await store.purge({ queue: "sluice.hub/A/h", limit: 1_000 }, "w-1");
      const run = collect(shop.run({ markLost: { elapsedMs: 1_000, everyMs: 500, limit: 1 } }));
      await advance(60_900);
      expect((await shop.counts()).A).toMatchObject({ ongoing: 3, lost: 0 });
      await advance(700);
      run.stop();
      expect((await shop.counts()).A).toMatchObject({ ongoing: 0, lost: 3 });
    });
  });

  it("keeps its result where it is marked while its handler runs, and not the other way round", async () => {
    await simulate(async ({ store, advance, scheduler }) => {
      const shop = hubOn(store, () => timer(100, scheduler).pipe(map(() => Complete)));
      await shop.emit([1]);
      const run = collect(shop.run());
      await advance(50);
      expect((await shop.markLost({ elapsedMs: 0 })).items).toHaveLength(1);
      await advance(100);
      run.stop();
      expect([run.seen, (await all(shop)).map(tell)]).toEqual([[], ["lost, 0 of 0: "]]);
      expect((await store.stats("sluice.hub/A/h")).acked).toBe(1);
    });
  });

  it("is marked a page at a time, the most overdue first", async () => {
    await simulate(async ({ store, advance }) => {
      const shop = hubOn(store, completes);
      for (const n of [1, 2, 3]) {
        await shop.emit([n]);
        await advance(10);
      }
      const first = await shop.markLost({ elapsedMs: 0, limit: 2 });
      expect(first.items.map(({ createdAtMs }) => createdAtMs)).toEqual([0, 10]);
      const second = await shop.markLost({ elapsedMs: 0, limit: 2, after: first.next });
      expect(second.items.map(({ createdAtMs }) => createdAtMs)).toEqual([20]);
      for (const after of ["", "x", "- 0190", second.items[0]!.id])
        await expect(shop.markLost({ after }).then()).rejects.toMatchObject({ _tag: "InvalidConfig", option: "after" });
    });
  });
});
