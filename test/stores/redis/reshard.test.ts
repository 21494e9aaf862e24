/** Slots of a cluster move to another node while consumers and producers run. */
import * as t from "io-ts";
import { Cluster } from "ioredis";
import { Subject } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSluiceError } from "../../../src/core/SluiceError.js";
import { handle, type QueueEvent, queue, settle } from "../../../src/entries/index.js";
import { redisStore } from "../../../src/entries/redis.js";
import type { Store } from "../../../src/port/Store.js";
import { type RedisCluster, startRedisCluster } from "../../support/redisCluster.js";
import { until } from "./bench.js";
import { newNamespace } from "./namespace.js";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let cluster: RedisCluster;
let template: Cluster;

beforeAll(async () => {
  cluster = await startRedisCluster(2);
  template = new Cluster(
    cluster.nodes.map(({ host, port }) => ({ host, port })),
    { lazyConnect: true },
  );
}, 20_000);

const stores: Array<Store> = [];
const open = (namespace: string): Store => {
  const store = redisStore(template, { namespace });
  stores.push(store);
  return store;
};

afterAll(async () => {
  for (const store of stores) await store.close();
  template.disconnect();
  await cluster.stop();
}, 20_000);

describe("a slot that is moved to another node while it is used", () => {
  it("loses nothing, ends no stream, and keeps the order of keys", async () => {
    const namespace = newNamespace();
    const tag = `{${namespace}}`;
    const definition = {
      name: "numbers",
      codec: t.number,
      key: (n: number) => (n % 2 === 0 ? undefined : `k${n % 7}`),
    };
    const [produced, consumed] = [queue(open(namespace), definition), queue(open(namespace), definition)];
    const failures: Array<unknown> = [];
    const events: Array<QueueEvent> = [];
    for (const { events$ } of [produced, consumed]) events$.subscribe((event) => events.push(event));

    const acked: Array<number> = [];
    const stop$ = new Subject<void>();
    let over: unknown;
    const ended = new Promise<void>((resolve) => {
      consumed
        .messages({ stop$ })
        .pipe(
          handle(async ({ data }) => data),
          settle(),
        )
        .subscribe({
          next: ({ outcome, message }) => {
            if (outcome._tag === "Ack") acked.push(message.data);
          },
          error: (error: unknown) => {
            over = error;
            resolve();
          },
          complete: () => {
            over ??= "complete";
            resolve();
          },
        });
    });

    let going = true;
    let next = 0;
    const produce = async (): Promise<void> => {
      while (going) {
        const value = next++;
        const write = produced.enqueue(value);
        // The same Write again never doubles.
        for (;;)
          try {
            await write;
            break;
          } catch (error) {
            failures.push(error);
            if (!isSluiceError(error) || !error.retryable) return;
          }
        await sleep(2);
      }
    };
    const producing = produce();

    await until(() => acked.length > 50);
    const home = await cluster.ownerOf(tag);
    // Some that are due later, so that there is more to be moved than what is in hand.
    await produced.enqueueAll([-1, -2, -3], () => ({ key: "delayed", delayMs: 3_000 }));
    const moves: Array<number> = [];
    for (const to of [1 - home, home]) {
      moves.push(await cluster.moveSlotOf(tag, to, { portion: 10, pauseMs: 30 }));
      expect(await cluster.ownerOf(tag)).toBe(to);
      const before = acked.length;
      await until(() => acked.length > before + 50);
    }
    going = false;
    await producing;
    await until(() => acked.length >= next + 3);
    const stats = await produced.stats();
    expect(over).toBe(undefined);
    stop$.next();
    await ended;

    expect(over).toBe("complete");
    expect(Math.min(...moves)).toBeGreaterThan(10);
    expect(failures).toEqual([]);
    expect(events.filter((event) => "error" in event && event.error._tag === "Defect")).toEqual([]);
    expect(stats).toMatchObject({ enqueued: next + 3, acked: next + 3, dead: 0 });
    expect([...acked].sort((a, b) => a - b)).toEqual(Array.from({ length: next + 3 }, (_, i) => i - 3));
    for (let rest = 0; rest < 7; rest++) {
      const ofKey = acked.filter((n) => n > 0 && n % 2 === 1 && n % 7 === rest);
      expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
    }
  }, 30_000);
});
