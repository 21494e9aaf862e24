/**
 * One Postgres server for the whole run, or the one that POSTGRES_URL names: a test gets its address by `postgresUrl()`. All test files share
 * it, so a test takes a schema of its own and drops it, or gives it back to those that the tests of its process share.
 */
import { randomBytes } from "node:crypto";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { reservePostgres } from "./postgresServer.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** The address of a given server, or the folder in which the run's own is started; and how the names of this run's schemas begin. */
    postgres: ({ readonly url: string } | { readonly dir: string }) & { readonly schemas: string };
  }
}

/** Leaves a given server without the schemas of this run. Each takes many locks, so they are dropped one by one. */
const dropSchemas = async (url: string, start: string): Promise<void> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select nspname as name from pg_namespace where starts_with(nspname, $1)",
      [start],
    );
    await client.query("set client_min_messages = error");
    for (const { name } of rows) await client.query(`drop schema if exists "${name}" cascade`);
  } finally {
    await client.end();
  }
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env["POSTGRES_URL"];
  const schemas = `t_${randomBytes(6).toString("hex")}_`;
  if (url !== undefined && url !== "") {
    project.provide("postgres", { url, schemas });
    return () => dropSchemas(url, schemas);
  }
  const { dir, stop } = await reservePostgres();
  project.provide("postgres", { dir, schemas });
  return stop;
}
