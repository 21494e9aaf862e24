/** The servers on which processes are killed. */
import { newId } from "../../src/core/newId.js";
import { dropSchema } from "../stores/postgres/schema.js";
import { atEnd } from "../support/atEnd.js";
import { postgresUrl } from "../support/postgresUrl.js";
import { startRedisServer } from "../support/redisServer.js";
import type { Place } from "./storeAt.js";

const newName = (): string => `faults_${newId().replaceAll("-", "")}`;

const redis = async (): Promise<Place> => {
  const server = await startRedisServer();
  atEnd(() => server.stop());
  return { url: server.url, name: newName() };
};

const postgres = async (): Promise<Place> => {
  const place = { url: await postgresUrl(), name: newName() };
  atEnd(() => dropSchema(place.url, place.name));
  return place;
};

type Backend = readonly [backend: string, place: () => Promise<Place>];

/**
 * For `describe.each`: the name of a backend, and a function that gives a fresh place on it, which is removed after the test. Postgres only
 * with `STORES=all`, as `npm run test:postgres` runs them: to kill processes takes long.
 */
export const eachBackend: ReadonlyArray<Backend> = [
  ["redis", redis],
  ...(process.env["STORES"] === "all" ? [["postgres", postgres] satisfies Backend] : []),
];
