/** Whole pipelines on a real Redis that fails, and consumers that die on each store: the pipeline goes on by itself and nothing is lost. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as t from "io-ts";
import { Redis } from "ioredis";
import { from, lastValueFrom, merge, type Subscription } from "rxjs";
import { enqueueTo, handle, type Queue, type QueueEvent, queue, type Store, type StoreEvent, settle } from "sluice";
import { redisStore } from "sluice/redis";
import { afterEach, describe, expect, it } from "vitest";
import { atEnd } from "../support/atEnd.js";
import { type RedisServer, startRedisServer } from "../support/redisServer.js";
import { startTcpProxy } from "../support/tcpProxy.js";
import { eachBackend } from "./backends.js";
import { type Place, storeAt } from "./storeAt.js";

interface World {
  readonly server: RedisServer;
  readonly namespace: string;
  readonly store: Store;
  readonly numbers: Queue<number>;
  /** Ids of data handled, in the order of their confirmed settlements. */
  readonly handled: Array<number>;
  readonly story: Array<(QueueEvent | StoreEvent)["_tag"]>;
  readonly consume: (prefetch?: number) => Subscription;
  readonly end: () => Promise<void>;
}

const open = async (
  options: Parameters<typeof startRedisServer>[0] = {},
  address?: (server: RedisServer) => Promise<string>,
): Promise<World> => {
  const server = await startRedisServer(options);
  const client = new Redis((await address?.(server)) ?? server.url, { lazyConnect: true, retryStrategy: () => 50 });
  const namespace = `faults-${randomUUID()}`;
  const store = redisStore(client, { namespace });
  const numbers = queue(store, { name: "numbers", codec: t.number, leaseMs: 3_000 });
  const handled: Array<number> = [];
  const story: Array<(QueueEvent | StoreEvent)["_tag"]> = [];
  const listening = merge(numbers.events$, store.events$).subscribe(({ _tag }) => story.push(_tag));
  return {
    server,
    namespace,
    store,
    numbers,
    handled,
    story,
    consume: (prefetch = 50) =>
      numbers
        .messages({ prefetch })
        .pipe(
          handle(async (m) => m.data),
          settle(),
        )
        .subscribe((s) => {
          if (s.outcome._tag === "Ack") handled.push(s.message.data);
        }),
    end: async () => {
      listening.unsubscribe();
      await store.close();
      client.disconnect();
      await server.stop();
    },
  };
};

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, n) => n);
const fill = (numbers: Queue<number>, count: number): Promise<unknown> =>
  lastValueFrom(from(upTo(count)).pipe(enqueueTo(numbers, { sizeMax: 500 })));
const sorted = (values: ReadonlyArray<number>): ReadonlyArray<number> => [...new Set(values)].sort((a, b) => a - b);

describe("a pipeline on a Redis that fails", () => {
  let world: World;
  let running: Subscription | undefined;
  afterEach(async () => {
    running?.unsubscribe();
    running = undefined;
    await world.end();
  });

  const goesOn = async (): Promise<void> => {
    const before = world.handled.length;
    await world.numbers.enqueue(1_000_000 + before);
    await expect.poll(() => world.handled.includes(1_000_000 + before), { timeout: 15_000 }).toBe(true);
  };

  it("goes on after SCRIPT FLUSH", async () => {
    world = await open();
    running = world.consume();
    await goesOn();
    const admin = new Redis(world.server.url);
    await admin.script("FLUSH");
    await goesOn();
    await admin.script("FLUSH");
    await goesOn();
    admin.disconnect();
    expect(world.story).not.toContain("StoreFailed");
  });

  it("goes on after FLUSHALL, with what is enqueued then", async () => {
    world = await open();
    running = world.consume();
    await goesOn();
    const admin = new Redis(world.server.url);
    await admin.flushall();
    await goesOn();
    admin.disconnect();
  });

  it("reconnects after CLIENT KILL of every connection, and says so", async () => {
    world = await open();
    await fill(world.numbers, 2_000);
    running = world.consume();
    const admin = new Redis(world.server.url);
    for (let round = 0; round < 5; round++) {
      await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await sleep(60);
    }
    admin.disconnect();
    await expect.poll(() => sorted(world.handled).length, { timeout: 20_000 }).toBe(2_000);
    await goesOn();
    expect(world.story).toContain("StoreDown");
    expect(world.story).toContain("StoreUp");
    expect(await world.numbers.stats()).toMatchObject({ acked: 2_001, leased: 0, dead: 0 });
  }, 40_000);

  it.each([0.8, 5])(
    "goes on after Redis was stopped for %d s and started again, nothing lost",
    async (seconds) => {
      world = await open({ appendonly: true, args: ["--appendfsync", "always"] });
      await fill(world.numbers, 500);
      running = world.consume(10);
      await expect.poll(() => world.handled.length).toBeGreaterThan(50);
      await world.server.kill9();
      await sleep(seconds * 1_000);
      await world.server.restart();
      await expect.poll(() => sorted(world.handled), { timeout: 20_000 }).toEqual(upTo(500));
      await goesOn();
      expect(world.story).toContain("StoreDown");
      expect(world.story).toContain("StoreUp");
      const { enqueued, acked, ready, leased } = await world.numbers.stats();
      expect({ enqueued, left: ready + leased }).toEqual({ enqueued: acked, left: 0 });
    },
    60_000,
  );

  it("rides out an idle Redis that is stopped while consumers wait", async () => {
    world = await open({ appendonly: true });
    running = world.consume();
    await goesOn();
    await sleep(300);
    await world.server.kill9();
    await sleep(3_000);
    await world.server.restart();
    await goesOn();
  }, 40_000);

  it("notices a half-open connection and reconnects", async () => {
    let proxy: Awaited<ReturnType<typeof startTcpProxy>> | undefined;
    world = await open({}, async (server) => {
      proxy = await startTcpProxy(server);
      return `redis://${proxy.host}:${proxy.port}`;
    });
    running = world.consume();
    await goesOn();
    proxy?.pause();
    await sleep(500);
    proxy?.resume();
    await expect.poll(async () => world.numbers.stats(), { timeout: 40_000 }).toMatchObject({ leased: 0 });
    await goesOn();
    await proxy?.close();
  }, 90_000);

  it("refuses enqueues when memory is full, and goes on leasing and acking", async () => {
    world = await open();
    await fill(world.numbers, 2_000);
    const admin = new Redis(world.server.url);
    await admin.config("SET", "maxmemory", "1mb");
    await expect(Promise.resolve(world.numbers.enqueue(1))).rejects.toMatchObject({
      _tag: "StoreFull",
      retryable: true,
    });
    running = world.consume();
    await expect.poll(() => sorted(world.handled), { timeout: 15_000 }).toEqual(upTo(2_000));
    await expect(Promise.resolve(world.numbers.enqueue(1))).rejects.toMatchObject({ _tag: "StoreFull" });
    await admin.config("SET", "maxmemory", "0");
    admin.disconnect();
    await goesOn();
    expect(await world.numbers.stats()).toMatchObject({ enqueued: 2_001, acked: 2_001 });
  }, 30_000);
});

describe.each(eachBackend)("consumers that die, on %s", (_, aPlace) => {
  const children: Array<ChildProcess> = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  const start = (
    { url, name }: Place,
    workMs: number,
  ): { readonly child: ChildProcess; readonly lines: Array<string> } => {
    const script = fileURLToPath(new URL("./consumerProcess.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, url, name, String(workMs)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: Array<string> = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    children.push(child);
    return { child, lines };
  };

  it("lose nothing by kill -9: the same ids come again as attempt 2, and then nothing is left", async () => {
    const place = await aPlace();
    const store = storeAt(place);
    atEnd(() => store.close());
    const numbers = queue(store, { name: "numbers", codec: t.number });
    await fill(numbers, 200);
    const doomed = start(place, 30);
    await expect.poll(() => doomed.lines.length, { timeout: 20_000 }).toBeGreaterThan(40);
    doomed.child.kill("SIGKILL");
    const survivor = start(place, 1);
    await expect.poll(async () => (await numbers.stats()).acked, { timeout: 20_000 }).toBe(200);
    expect(await numbers.stats()).toMatchObject({ ready: 0, leased: 0, dead: 0, enqueued: 200 });
    const seen = [...doomed.lines, ...survivor.lines].map((line) => line.split(" "));
    expect(sorted([...new Set(seen.map(([, n]) => Number(n)))])).toEqual(upTo(200));
    expect(survivor.lines.some((line) => line.split(" ")[2] === "2")).toBe(true);
  }, 60_000);
});
