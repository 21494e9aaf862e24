/** The keys in the Redis of this run that match a pattern. */
import { Redis } from "ioredis";
import { inject } from "vitest";

export const keysOf = async (pattern: string): Promise<ReadonlyArray<string>> => {
  const redis = new Redis(inject("redisUrl"));
  try {
    const found: Array<string> = [];
    for await (const keys of redis.scanStream({ match: pattern, count: 1_000 }) as AsyncIterable<ReadonlyArray<string>>)
      found.push(...keys);
    return found;
  } finally {
    redis.disconnect();
  }
};
