/** Leaves nothing behind: all keys of a namespace begin with its name in braces. */
import { Redis } from "ioredis";
import type { Place } from "./openStore.js";

export const removeKeys = async ({ url, namespace }: Place): Promise<void> => {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `{${namespace}}:*`, count: 1_000 }) as AsyncIterable<
    ReadonlyArray<string>
  >)
    if (keys.length > 0) await redis.unlink(...keys);
  await redis.quit();
};
