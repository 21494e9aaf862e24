/** Leaves nothing of a namespace behind, once no store is open there. */
import type { Place } from "./Place.js";
import { schemaOf } from "./Place.js";

export const clearPlace = async (place: Place): Promise<void> => {
  switch (place.kind) {
    case "memory":
      return;
    case "redis":
      return clearRedis(place.url, place.namespace);
    case "postgres": {
      const { default: pg } = await import("pg");
      const client = new pg.Client(place.url);
      await client.connect();
      try {
        await client.query(dropping(schemaOf(place)));
      } finally {
        await client.end();
      }
      return;
    }
    case "pglite": {
      const { PGlite } = await import("@electric-sql/pglite");
      const pglite = await PGlite.create(place.dir);
      try {
        await pglite.exec(dropping(schemaOf(place)));
      } finally {
        await pglite.close();
      }
    }
  }
};

/** Without a notice for everything that goes with it. */
const dropping = (schema: string): string =>
  `set client_min_messages = warning; drop schema if exists "${schema}" cascade`;

/** All keys of a namespace begin with its name in braces. */
const clearRedis = async (url: string, namespace: string): Promise<void> => {
  const { Redis } = await import("ioredis");
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `{${namespace}}:*`, count: 1_000 }) as AsyncIterable<
    ReadonlyArray<string>
  >)
    if (keys.length > 0) await redis.unlink(...keys);
  await redis.quit();
};
