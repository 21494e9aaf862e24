/**
 * Brokers and writers in processes of their own on a real server, which are killed: each event is handled once and in order, whoever dies,
 * and whatever wakes nobody. `SEED=x KILLS=20` plays another run, and a longer one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { eventLog } from "sluice/log";
import { afterEach, describe, expect, it, vi } from "vitest";
import { randomOf } from "../../src/core/Random.js";
import { expectedOf, foundOf, Sampled, stepped, steps, type World, worldOn } from "../broker/faults/world.js";
import { atEnd } from "../support/atEnd.js";
import { startRedisServer } from "../support/redisServer.js";
import { eachBackend } from "./backends.js";
import { type Place, storeAt } from "./storeAt.js";

const SEED = process.env["SEED"] ?? "processes";
const KILLS = Number(process.env["KILLS"] ?? 1);
const script = fileURLToPath(new URL("./brokerProcess.ts", import.meta.url));

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

/** Starts processes, and collects what they say. */
const processesOn = (place: Place) => {
  const lines: Array<string> = [];
  let count = 0;
  const start = (role: "writes too" | "reads" | "dies"): ChildProcess => {
    const args = ["--import", "tsx", script, place.url, place.name, role, `${SEED} ${count++}`];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    children.add(child);
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exit;
  };
  const store = storeAt(place);
  atEnd(() => store.close());
  return { lines, start, kill, store };
};

const lanes = ["sluice.broker/default/world", "sluice.broker/slow/world"];

const samplingOf = (world: World, targets: ReadonlyArray<string>) => {
  const sampled = new Sampled();
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      for (const target of targets) sampled.take(target, await world.position(target).retry({ attemptsMax: 1_000 }));
      await sleep(5);
    }
  })();
  const end = async (): Promise<Sampled> => {
    isOver = true;
    await sampling;
    return sampled;
  };
  atEnd(end);
  return { end };
};

describe.each(eachBackend)("four writers and four brokers, in processes, on %s", (_, aPlace) => {
  it("of which some are killed, handle each event once and in order", { timeout: 400_000 }, async () => {
    const { lines, start, kill, store } = processesOn(await aPlace());
    const random = randomOf(SEED);
    const dice = (max: number): number => Math.floor(random() * max);
    const world = worldOn(store);
    const sampling = samplingOf(world, ["item/0", "item/5", "shard/0", "shard/1", "slow/0", "slow/1", "quiet/1"]);
    const running = (count: number): Promise<void> =>
      vi.waitFor(() => expect(lines.filter((line) => line === "runs").length).toBe(count), { timeout: 120_000 });
    const processes = Array.from({ length: 4 }, () => start("writes too"));
    await running(4);
    for (let kills = 1; kills <= KILLS; kills++) {
      await sleep(300 + dice(1_000));
      const at = dice(processes.length);
      await kill(processes[at] as ChildProcess);
      processes[at] = start("writes too");
      await running(4 + kills);
    }
    // Two brokers that do not write have all that is left.
    await Promise.all(processes.map(kill));
    start("reads");
    start("reads");
    const { counts, gaps, targets, end } = await expectedOf(store);
    await vi.waitFor(
      async () => {
        for (const target of [...targets, "quiet/1"])
          expect([target, await world.position(target)]).toEqual([target, end]);
      },
      { timeout: 120_000, interval: 200 },
    );
    const sampled = await sampling.end();
    expect(gaps).toBe(0);
    expect(await foundOf(store, targets)).toEqual(counts);
    expect(Object.values(counts).every(({ outOfTurn }) => outOfTurn === 0)).toBe(true);
    expect(Object.values(counts).reduce((sum, { done }) => sum + done, 0)).toBeGreaterThan(500);
    for (const lane of lanes)
      expect(await store.stats(lane)).toMatchObject({
        leased: 0,
        ready: 0,
        waiting: 0,
        delayed: 0,
        blocked: 0,
        dead: 0,
      });
    expect(lines.filter((line) => line !== "runs")).toEqual([]);
    expect(sampled.wentBack).toEqual([]);
    expect(sampled.count).toBeGreaterThan(1_000);
  });
});

describe.each(eachBackend)("a handler that kills its process, on %s", (_, aPlace) => {
  it("is begun three times, and takes nobody along", { timeout: 240_000 }, async () => {
    const { lines, start, store } = processesOn(await aPlace());
    const log = eventLog(store, steps);
    for (let n = 1; n <= 200; n++) await log.append(`item/${n % 12}`, [stepped(n)]);
    await log.append("item/bad", [stepped(1), stepped(-1), stepped(2)]);
    let isOver = false;
    atEnd(() => {
      isOver = true;
      return Promise.resolve();
    });
    const keepAlive = (): void => void start("dies").once("exit", () => isOver || keepAlive());
    keepAlive();
    keepAlive();
    await vi.waitFor(
      async () => {
        expect((await worldOn(store).blockedStreams()).items).toMatchObject([
          {
            stream: "item/bad",
            cause: expect.stringContaining("3 attempts without an acknowledged progress") as string,
          },
        ]);
      },
      { timeout: 180_000, interval: 300 },
    );
    await log.append("item/1", [stepped(1_000)]);
    const { counts, targets } = await expectedOf(store);
    // What stands in front of it is done, and what stands behind it waits.
    const { "item/bad": bad, ...others } = counts;
    await vi.waitFor(
      async () => {
        const { "item/bad": before, ...found } = await foundOf(store, targets);
        expect(found).toEqual(others);
        expect([before?.done, bad?.done]).toEqual([1, 3]);
      },
      { timeout: 30_000, interval: 300 },
    );
    isOver = true;
    expect(lines.filter((line) => line !== "runs")).toEqual(["dies 1", "dies 2", "dies 3"]);
  });
});

describe("a Redis that is killed and comes back", () => {
  it("loses nothing that was confirmed, and the broker rides it out", { timeout: 120_000 }, async () => {
    const server = await startRedisServer({ appendonly: true, args: ["--appendfsync", "always"] });
    atEnd(() => server.stop());
    const store = storeAt({ url: server.url, name: "faults" });
    atEnd(() => store.close());
    const log = eventLog(store, steps);
    const told: Array<string> = [];
    const failed: Array<unknown> = [];
    const brokers = [1, 2].map(() => worldOn(store, { leaseMs: 2_000 }));
    const subscriptions = brokers.flatMap((world) => [
      world.events$.subscribe(({ _tag }) => told.push(_tag)),
      world.run().subscribe({ error: (error: unknown) => failed.push(error) }),
    ]);
    let confirmed = 0;
    let isOver = false;
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      while (!isOver) {
        await log.append(`item/${writer}`, [stepped(confirmed % 97)]).retry({ attemptsMax: 1_000, delayMsMax: 200 });
        confirmed += 1;
      }
    });
    for (const downMs of [100, 1_500]) {
      await sleep(1_000);
      await server.kill9();
      await sleep(downMs);
      await server.restart();
      const before = confirmed;
      await vi.waitFor(() => expect(confirmed).toBeGreaterThan(before + 20), { timeout: 20_000 });
    }
    isOver = true;
    await Promise.all(writing);
    const { counts, gaps, targets } = await expectedOf(store);
    await vi.waitFor(async () => expect(await foundOf(store, targets)).toEqual(counts), {
      timeout: 30_000,
      interval: 200,
    });
    expect(gaps).toBe(0);
    expect(["item/0", "item/1", "item/2", "item/3"].reduce((sum, one) => sum + (counts[one]?.done ?? 0), 0)).toBe(
      confirmed,
    );
    expect(failed).toEqual([]);
    expect(told.filter((tag) => tag === "StoreDown").length).toBeGreaterThanOrEqual(2);
    expect(told.filter((tag) => tag === "StoreUp").length).toBeGreaterThanOrEqual(2);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });
});
