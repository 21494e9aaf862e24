/**
 * What a message at rest takes in Redis: the growth of `used_memory`, which counts everything (keys, tables, allocator
 * rounding), and the sum of `MEMORY USAGE` over the keys, as a check. Not noisy: one run, without rounds.
 */
import type { Redis } from "ioredis";
import { type Bench, contestantsBut, type Measured } from "../bench.js";
import { sleep } from "../concurrently.js";
import { BATCH, type Contestant } from "../contestants/contestant.js";
import { ordersFrom, PAYLOAD_BYTES } from "../payload.js";
import { drain } from "./consume.js";

/** Waits until the buffers of closed connections are freed and tables have their final size. */
export const usedBytes = async (admin: Redis): Promise<number> => {
  let last = Number.NaN;
  for (let tries = 0; tries < 50; tries += 1) {
    await sleep(200);
    const now = Number(/used_memory:(\d+)/.exec(await admin.info("memory"))?.[1]);
    if (Math.abs(now - last) < 256) return now;
    last = now;
  }
  return last;
};

const usageOfKeys = async (admin: Redis): Promise<number> => {
  let sum = 0;
  for await (const keys of admin.scanStream({ count: 1_000 }) as AsyncIterable<ReadonlyArray<string>>) {
    const pipeline = admin.pipeline();
    for (const key of keys) pipeline.memory("USAGE", key, "SAMPLES", 0);
    for (const [error, bytes] of (await pipeline.exec()) ?? []) {
      if (error) throw error;
      sum += Number(bytes);
    }
  }
  return sum;
};

interface AtRest {
  readonly used: number;
  readonly usage: number;
  readonly left: number;
}

const measure = async ({ redis, sizes }: Bench, contestant: Contestant): Promise<AtRest> => {
  await redis.clear();
  const at = { url: redis.url, queue: "orders" };
  const add = async (first: number, count: number): Promise<void> => {
    const session = await contestant.open(at);
    await session.enqueueBulk(ordersFrom(first, count));
    await session.close();
  };
  // A first chunk pays for what a queue costs once: its keys and scripts.
  await add(0, BATCH);
  const [usedBefore, usageBefore] = [await usedBytes(redis.admin), await usageOfKeys(redis.admin)];
  await add(BATCH, sizes.memory);
  const [usedAfter, usageAfter] = [await usedBytes(redis.admin), await usageOfKeys(redis.admin)];

  const session = await contestant.open(at);
  await drain(session, BATCH + sizes.memory);
  await session.close();
  const left = await usageOfKeys(redis.admin);
  await redis.clear();
  return {
    used: (usedAfter - usedBefore) / sizes.memory,
    usage: (usageAfter - usageBefore) / sizes.memory,
    left,
  };
};

export const memory = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const results: Array<{ readonly id: string; readonly name: string } & AtRest> = [];
  for (const contestant of contestantsBut(bench, "sluice-batch")) {
    bench.progress(`memory: ${contestant.id}`);
    results.push({ id: contestant.id, name: contestant.name, ...(await measure(bench, contestant)) });
  }
  const table = (id: string, title: string, figure: keyof AtRest): Measured => ({
    id,
    title,
    unit: "bytes",
    better: "lower",
    base: "sluice",
    ratio: "base ÷ it",
    lanes: results.map((result) => ({ id: result.id, name: result.name, rounds: [result[figure]] })),
  });
  return [
    table("memory", `Redis memory per message at rest, payload of ${PAYLOAD_BYTES} bytes, by used_memory`, "used"),
    table("memory-usage", "The same by MEMORY USAGE of the keys", "usage"),
    table("memory-left", "Redis memory left when all is drained, all keys together", "left"),
  ];
};
