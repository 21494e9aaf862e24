/** A namespace of one test, whose keys are gone when it ends. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { inject, onTestFinished } from "vitest";

export const redisNamespace = (): string => {
  const namespace = `example-${randomUUID()}`;
  onTestFinished(() => removeKeys(namespace));
  return namespace;
};

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

const removeKeys = async (namespace: string): Promise<void> => {
  const keys = await keysOf(`{${namespace}}:*`);
  const redis = new Redis(inject("redisUrl"));
  try {
    if (keys.length > 0) await redis.unlink(...keys);
  } finally {
    redis.disconnect();
  }
};
