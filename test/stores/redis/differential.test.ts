import { Redis } from "ioredis";
import { afterAll, describe, inject, it } from "vitest";
import { randomOf } from "../../../src/core/Random.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { QueueTwins } from "../QueueTwins.js";
import { cleanUp, newNamespace } from "./namespace.js";

const url = inject("redisUrl");
/** `SEED=x SEEDS=300 npx vitest run …` plays 300 sequences that no run without them plays. */
const SEEDS = Number(process.env["SEEDS"] ?? 8);
const SEED = process.env["SEED"] ?? "";

describe("memory and Redis", () => {
  const template = new Redis(url, { lazyConnect: true });
  const namespaces: Array<string> = [];
  afterAll(async () => {
    for (const namespace of namespaces) await cleanUp(url, namespace);
  });

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    "answer the same to random steps, seed %i",
    async (seed) => {
      const namespace = newNamespace();
      namespaces.push(namespace);
      const random = randomOf(`seed ${SEED}${seed}`);
      await new QueueTwins({ other: (options) => redisStore(template, { namespace, ...options }), random }).play();
    },
    60_000,
  );
});
