/**
 * One Redis server for the whole run, or the one that REDIS_URL names: a test gets its address by `inject("redisUrl")`.
 * It is shared by all test files at once, so a test takes a namespace of its own and removes what it wrote.
 */

import { Redis } from "ioredis";
import type { TestProject } from "vitest/node";
import { redisServerMissing, startRedisServer } from "./redisServer.js";

declare module "vitest" {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

/** Refuses a REDIS_URL that leads nowhere here, with one sentence, and not in every test. */
const refuseUnlessReachable = async (url: string): Promise<void> => {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, retryStrategy: () => null });
  redis.on("error", () => undefined); // told by connect
  try {
    await redis.connect();
  } catch (cause) {
    throw new Error(
      "REDIS_URL names a server that does not answer. Start it, or unset REDIS_URL to have the tests start their own.",
      { cause },
    );
  } finally {
    redis.disconnect();
  }
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["REDIS_URL"];
  if (given !== undefined && given !== "") {
    await refuseUnlessReachable(given);
    project.provide("redisUrl", given);
    return () => Promise.resolve();
  }
  const server = await startRedisServer().catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.startsWith(redisServerMissing)) throw error;
    throw new Error(`${redisServerMissing} Or set REDIS_URL to a server that the tests may use.`);
  });
  project.provide("redisUrl", server.url);
  return server.stop;
}
