/** Places of one test, which are gone when it ends, and the options that name them. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { clearPlace } from "../../examples/place/clearPlace.js";
import type { SharedPlace } from "../../examples/place/Place.js";
import { postgresUrl } from "../support/postgresUrl.js";

/** For `it.each`: where an example works, and what its command line says of that. */
export type Where = readonly [where: string, args: () => Promise<ReadonlyArray<string>>];

export const inMemory: Where = ["in memory", () => Promise.resolve([])];

/** The servers of this run, for examples that take a namespace of their own and clear it. */
export const onRedis: Where = ["on Redis", () => Promise.resolve(["--redis", inject("redisUrl")])];
export const onPostgres: Where = ["on Postgres", async () => ["--postgres", await postgresUrl()]];

export const inPGlite: Where = [
  "in PGlite",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-pglite-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return ["--pglite", join(folder, "data")];
  },
];

/** A namespace on this server that is cleared when the test ends. */
export const ownPlace = async (kind: SharedPlace["kind"]): Promise<SharedPlace> => {
  const url = kind === "redis" ? inject("redisUrl") : await postgresUrl();
  const place = { kind, url, namespace: `example-${randomUUID()}` };
  onTestFinished(() => clearPlace(place));
  return place;
};

const named = ({ kind, url, namespace }: SharedPlace): ReadonlyArray<string> => [
  `--${kind}`,
  url,
  "--namespace",
  namespace,
];

/** The same for examples that go on where they were. */
export const namedOnRedis: Where = ["on Redis", async () => named(await ownPlace("redis"))];
export const namedOnPostgres: Where = ["on Postgres", async () => named(await ownPlace("postgres"))];

/** These, and with `STORES=all` those behind them as well: each run of an example takes seconds. */
export const mostOf = (some: ReadonlyArray<Where>, others: ReadonlyArray<Where>): ReadonlyArray<Where> =>
  process.env["STORES"] === "all" ? [...some, ...others] : some;

/** The schemas whose names begin like this. */
export const schemasLike = async (start: string): Promise<ReadonlyArray<string>> => {
  const client = new pg.Client(await postgresUrl());
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly nspname: string }>(
      "select nspname from pg_namespace where starts_with(nspname, $1)",
      [start],
    );
    return rows.map(({ nspname }) => nspname);
  } finally {
    await client.end();
  }
};
