/** What brokers cost that have nothing to do: for each lane a look at the log and at what is agreed upon, every two seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { broker, on } from "sluice/broker";
import { eventLog } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import { type Store, viewOf } from "sluice/store";
import { expect, it, vi } from "vitest";
import { atEnd } from "../../support/atEnd.js";
import { startRedisServer } from "../../support/redisServer.js";
import { stepped, steps } from "./world.js";

/** `IDLE_MS=20000 npx vitest run test/broker/faults/idle.test.ts` measures longer; it prints what it finds. */
const IDLE_MS = Number(process.env["IDLE_MS"] ?? 4_000);

const laneNames = ["default", "b", "c"] as const;

/** A broker of so many lanes, with a reaction in each. */
const brokerOn = (store: Store, lanes: number) => {
  const reaction = <const L extends string>(lane: L) =>
    on(steps, "Stepped").do(async () => undefined, { name: `in ${lane}`, lane });
  return lanes === 1
    ? broker(store, { name: "idle", reactions: [reaction("default")] })
    : broker(store, { name: "idle", lanes: { b: {}, c: {} }, reactions: laneNames.map(reaction) });
};

const callsIn = (stats: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(([, name = "", calls]) => [name, Number(calls)]),
  );

it.each([{ processes: 3, lanes: 3 }])(
  "on Redis, $processes processes with $lanes lanes",
  { timeout: 60_000 },
  async ({ processes, lanes }) => {
    const server = await startRedisServer();
    atEnd(() => server.stop());
    const admin = new Redis(server.url);
    atEnd(() => Promise.resolve(admin.disconnect()));
    const stores = Array.from({ length: processes }, () => redisStore(server.url));
    for (const store of stores) atEnd(() => store.close());
    let acked = 0;
    const runs = stores.map((store) =>
      brokerOn(store, lanes)
        .run()
        .subscribe(() => (acked += 1)),
    );
    await eventLog(stores[0]!, steps).append("item/1", [stepped(1)]);
    await vi.waitFor(() => expect(acked).toBe(lanes), { timeout: 20_000 });
    await sleep(2_500);
    await admin.config("RESETSTAT");
    await sleep(IDLE_MS);
    const calls = callsIn(await admin.info("commandstats"));
    const perSecond = (names: ReadonlyArray<string>): number =>
      names.reduce((sum, name) => sum + (calls[name] ?? 0), 0) / (IDLE_MS / 1_000);
    const sent = perSecond(["evalsha", "eval", "blpop"]);
    const all = perSecond(Object.keys(calls));
    if (IDLE_MS > 4_000) console.log({ processes, lanes, sent, all });
    for (const run of runs) run.unsubscribe();
    // One look every two seconds at each queue, at the log, and at what is agreed upon.
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan((3 + 2 * lanes) * processes);
    expect(all).toBeLessThan((20 + 15 * lanes) * processes);
  },
);

it("on memory, two looks of each lane in two seconds", async () => {
  let calls = 0;
  const store = viewOf(memoryStore(), {
    around: (run) => {
      calls += 1;
      return run();
    },
  });
  atEnd(() => store.close());
  let acked = 0;
  const run = brokerOn(store, 3)
    .run()
    .subscribe(() => (acked += 1));
  await eventLog(store, steps).append("item/1", [stepped(1)]);
  await vi.waitFor(() => expect(acked).toBe(3));
  await sleep(200);
  const before = calls;
  await sleep(2_000);
  // A lane waits for events in one call, and reads what is agreed upon in another.
  expect(calls - before).toBeLessThanOrEqual(3 * 2 * 2);
  run.unsubscribe();
});
