import { PGlite } from "@electric-sql/pglite";
import { afterAll, describe, it, vi } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { Schemas } from "./schema.js";
import { capabilities, underTest } from "./underTest.js";

// To begin takes an instance some seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let instance: Promise<PGlite> | undefined;
const pglite = (): Promise<PGlite> => {
  instance ??= PGlite.create();
  return instance;
};
afterAll(async () => {
  await (await instance)?.close();
});

/** The instance is one session, which goes through the plans of all functions that it ever knew at each change of a schema: so there is one. */
const schemas = new Schemas(async (sql) => await (await pglite()).exec(sql));

conformance("pglite", async () => underTest({ client: await pglite(), schemas }), {
  capabilities,
  runner: { describe, it },
});
