/** The stores that scenarios run on: one table, so that a scenario is written once. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import type { Store } from "sluice";
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import { inject } from "vitest";

/** A store of one test, and how it is left without a trace. */
export interface OpenStore {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

export const stores: ReadonlyArray<readonly [name: string, open: () => Promise<OpenStore>]> = [
  [
    "memory",
    async () => {
      const store = memoryStore();
      return { store, close: async () => store.close() };
    },
  ],
  ["redis", async () => openRedis()],
];

/** A Redis store in a namespace of its own, whose keys are deleted on close. */
const openRedis = async (url: string = inject("redisUrl")): Promise<OpenStore> => {
  const client = new Redis(url);
  const namespace = `test-${randomUUID()}`;
  const store = redisStore(client, { namespace });
  return {
    store,
    close: async () => {
      await store.close();
      const keys = await client.keys(`{${namespace}}*`);
      if (keys.length > 0) await client.unlink(...keys);
      await client.quit();
    },
  };
};
