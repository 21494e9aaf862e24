/**
 * A loop by hand over a Redis stream and ioredis: what the same client does without any library, the yardstick of overhead.
 * It has no retry, delay, order per key or lease of its own length, and it validates nothing.
 */
import { Redis } from "ioredis";
import { chunksOf, concurrently } from "../concurrently.js";
import type { Order } from "../payload.js";
import {
  BATCH,
  BULKS_IN_FLIGHT,
  type Consumer,
  type ConsumerHooks,
  type Contestant,
  type Session,
} from "./contestant.js";

const GROUP = "group";
type Entries = ReadonlyArray<readonly [id: string, fields: ReadonlyArray<string>]>;
type Read = ReadonlyArray<readonly [stream: string, entries: Entries]> | null;
type Pipeline = ReturnType<Redis["pipeline"]>;

const execute = async (pipeline: Pipeline): Promise<void> => {
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
};

const consumerOf = (redis: Redis, stream: string, count: number, hooks: ConsumerHooks): Consumer => {
  let stopping = false;
  let running: Promise<void> = Promise.resolve();

  const loop = async (): Promise<void> => {
    while (!stopping) {
      // Blocks only while the stream is empty; the short block bounds how long a stop takes.
      const read = (await redis.xreadgroup(
        "GROUP",
        GROUP,
        "one",
        "COUNT",
        count,
        "BLOCK",
        200,
        "STREAMS",
        stream,
        ">",
      )) as Read;
      const entries = read?.[0]?.[1] ?? [];
      if (entries.length === 0) continue;
      for (const [, fields] of entries) hooks.onMessage(JSON.parse(fields[1] ?? "") as Order);
      const ids = entries.map(([id]) => id);
      await execute(
        redis
          .pipeline()
          .xack(stream, GROUP, ...ids)
          .xdel(stream, ...ids),
      );
      for (const _ of ids) hooks.onSettled();
    }
  };

  return {
    start: () => {
      running = loop().catch(hooks.onError);
    },
    stop: async () => {
      stopping = true;
      await running;
      redis.disconnect();
    },
  };
};

const open: Contestant["open"] = async ({ url, queue, inHand = BATCH }): Promise<Session> => {
  const redis = new Redis(url);
  const stream = `bare:${queue}`;
  await redis.xgroup("CREATE", stream, GROUP, "0", "MKSTREAM").catch((error: Error) => {
    if (!error.message.startsWith("BUSYGROUP")) throw error;
  });
  return {
    enqueue: (order) => redis.xadd(stream, "*", "data", JSON.stringify(order)),
    enqueueBulk: (orders, inFlight = BULKS_IN_FLIGHT) =>
      concurrently(chunksOf(orders, BATCH), inFlight, (chunk) => {
        const pipeline = redis.pipeline();
        for (const order of chunk) pipeline.xadd(stream, "*", "data", JSON.stringify(order));
        return execute(pipeline);
      }),
    consumer: async (hooks) => {
      // A blocked read stalls its connection: the consumer has one of its own.
      const reader = redis.duplicate();
      await reader.ping();
      return consumerOf(reader, stream, inHand === "default" ? BATCH : inHand, hooks);
    },
    held: () => redis.xlen(stream),
    close: async () => {
      await redis.quit();
    },
  };
};

export const bare: Contestant = { id: "bare", name: "bare ioredis", open };
