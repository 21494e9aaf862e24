/** Whoever leaves a broker, at whatever moment, leaves nothing behind: no timer, no call that waits, no lease; and size costs no stack. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { of, Subject, timer } from "rxjs";
import { broker, on } from "sluice/broker";
import { eventLog } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { type Simulation, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { stepped, steps, worldOn } from "./world.js";

/** Every kind of work is under way at some moment: some that fail after they were left, some that wait for a retry. */
const busy = async ({ store }: Simulation) => {
  const log = eventLog(store, steps);
  for (let n = 0; n < 30; n++) await log.append(`item/${n % 5}`, [stepped(n)]);
  const late = on(steps, "Stepped").do(
    async ({ event }) => {
      await new Promise((resolve) => {
        timer(1 + (event.n % 7), store.scheduler).subscribe(resolve);
      });
      if (event.n % 4 === 1) throw new Error("late");
    },
    { name: "late", backoff: { initialMs: 3 } },
  );
  const world = worldOn(store, { slowMs: 4, workMs: 2, fails: (n, attempt) => n % 6 === 0 && attempt < 2 });
  return [world, broker(store, { name: "late", reactions: [late] })] as const;
};

const lanes = ["sluice.broker/default/world", "sluice.broker/slow/world", "sluice.broker/default/late"];

describe("a run that is left", () => {
  // `simulate` fails where a timer or a call that waits is left behind, and the runner where a rejection is not handled.
  it.each(Array.from({ length: 24 }, (_, ms) => ms))("by unsubscribing, after %i ms", (ms) =>
    simulate(async (simulation) => {
      const { store, advance } = simulation;
      const brokers = await busy(simulation);
      const subscriptions = brokers.flatMap((one) => [
        one.run({ concurrency: 4 }).subscribe(),
        one.status$.subscribe(),
        one.events$.subscribe(),
      ]);
      await advance(ms);
      for (const subscription of subscriptions) subscription.unsubscribe();
      await advance(20);
      for (const lane of lanes) expect([lane, await store.stats(lane)]).toMatchObject([lane, { leased: 0 }]);
    }),
  );

  it.each([0, 1, 3, 7, 12, 20])("by its stop, after %i ms", (ms) =>
    simulate(async (simulation) => {
      const { store, advance } = simulation;
      const brokers = await busy(simulation);
      const stop$ = new Subject<void>();
      let completed = 0;
      for (const one of brokers)
        one.run({ concurrency: 4, stop$, stopMsMax: 5 }).subscribe({ complete: () => (completed += 1) });
      await advance(ms);
      stop$.next();
      await advance(2_000);
      expect(completed).toBe(2);
      for (const lane of lanes) expect([lane, await store.stats(lane)]).toMatchObject([lane, { leased: 0 }]);
    }),
  );

  it("by nobody, where it runs until it is idle", () =>
    simulate(async (simulation) => {
      const { store, advance } = simulation;
      const [world, late] = await busy(simulation);
      const left = world.runUntilIdle().subscribe();
      late.wake();
      late.wake();
      await advance(3);
      left.unsubscribe();
      await advance(5_000);
      for (const lane of lanes) expect([lane, await store.stats(lane)]).toMatchObject([lane, { leased: 0 }]);
    }));
});

describe("many events on memory", () => {
  it.each([
    ["in one line, at once", () => of(1), "one"],
    ["in many lines, at once", () => of(1), undefined],
    ["in one line, by promises", () => Promise.resolve(1), "one"],
  ] as const)("do not overflow the stack: %s", { timeout: 60_000 }, async (_, work, target) => {
    const store = memoryStore();
    const log = eventLog(store, steps);
    const COUNT = 10_000;
    for (let n = 0; n < COUNT; n += 500)
      await log.append(
        "item/1",
        Array.from({ length: 500 }, (_one, i) => stepped(n + i)),
      );
    let ran = 0;
    const all = on(steps, "Stepped")
      .do(
        () => {
          ran += 1;
          return work();
        },
        { name: "all" },
      )
      .to(({ event }) => target ?? `to/${event.n}`);
    const idle = await broker(store, { name: "b", reactions: [all] }).runUntilIdle();
    expect(idle).toMatchObject({ fetched: COUNT, delivered: COUNT, acked: COUNT, blocked: 0 });
    expect(ran).toBe(COUNT);
    await store.close();
  });

  it("leave no memory after a thousand runs until idle", { timeout: 120_000 }, async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const store = memoryStore();
    const log = eventLog(store, steps);
    await log.append("item/1", [stepped(1), stepped(2)]);
    const b = broker(store, {
      name: "b",
      reactions: [on(steps, "Stepped").do(async () => undefined, { name: "all" })],
    });
    const runs = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i++) await b.runUntilIdle();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await runs(1_500);
    const after = await runs(1_000);
    // A subscription alone is as much, and a run has dozens.
    expect((after - before) / 1_000).toBeLessThan(200);
    await store.close();
  });
});
