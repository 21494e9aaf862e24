/** A namespace of its own for each test, and what belongs to it. */
import { Redis } from "ioredis";
import { newId } from "../../../src/core/newId.js";

/** A namespace that no other test has. */
export const newNamespace = (): string => `t-${newId()}`;

/** The keys of a namespace. */
export const keysOf = async (redis: Redis, namespace: string): Promise<ReadonlyArray<string>> => {
  const keys: Array<string> = [];
  let cursor = "0";
  do {
    const [next, page] = await redis.scan(cursor, "MATCH", `{${namespace}}:*`, "COUNT", 1_000);
    cursor = next;
    keys.push(...page);
  } while (cursor !== "0");
  return keys.sort();
};

/** Removes a namespace. */
export const removeNamespace = async (redis: Redis, namespace: string): Promise<void> => {
  const keys = await keysOf(redis, namespace);
  for (let at = 0; at < keys.length; at += 500) await redis.unlink(...keys.slice(at, at + 500));
};

/** Removes a namespace over a connection of its own. */
export const cleanUp = async (url: string, namespace: string): Promise<void> => {
  const redis = new Redis(url);
  await removeNamespace(redis, namespace);
  redis.disconnect();
};
