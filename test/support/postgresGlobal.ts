/**
 * One Postgres server for the whole run, or the one that POSTGRES_URL names: a test gets its address by `postgresUrl()`. All test files share
 * it, so a test takes a schema of its own and drops it.
 */
import type { TestProject } from "vitest/node";
import { reservePostgres } from "./postgresServer.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** The address of a given server, or the folder in which the run's own is started. */
    postgres: { readonly url: string } | { readonly dir: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env["POSTGRES_URL"];
  if (url !== undefined && url !== "") {
    project.provide("postgres", { url });
    return () => Promise.resolve();
  }
  const { dir, stop } = await reservePostgres();
  project.provide("postgres", { dir });
  return stop;
}
