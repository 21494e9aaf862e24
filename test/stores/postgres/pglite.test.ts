import { PGlite } from "@electric-sql/pglite";
import { afterAll, describe, it, vi } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { newSchema } from "./schema.js";
import { underTest } from "./underTest.js";

// To begin takes an instance some seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/**
 * An instance serves so many cases, each in a schema of its own. It is one session, which keeps the plans of all functions that it ever knew and goes
 * through all of them at each change of a schema: with a hundred cases behind it, one took eight times as long as the first.
 */
const CASES_MAX = 25;

let current: Promise<PGlite> | undefined;
let cases = 0;

const begin = async (before: Promise<PGlite> | undefined): Promise<PGlite> => {
  await (await before)?.close();
  return PGlite.create();
};

const instance = (): Promise<PGlite> => {
  if (current === undefined || cases >= CASES_MAX) {
    current = begin(current);
    cases = 0;
  }
  cases += 1;
  return current;
};

afterAll(async () => {
  await (await current)?.close();
});

conformance(
  "pglite",
  async () => {
    const pglite = await instance();
    const schema = newSchema();
    const dispose = async (): Promise<void> => {
      await pglite.exec(`set client_min_messages = error; drop schema if exists "${schema}" cascade`);
    };
    return underTest({ client: pglite, schema, dispose });
  },
  {
    capabilities: {
      durable: true,
      shared: true,
      virtualTime: false,
      hints: true,
      settlesWhenFull: false,
      exactBytes: true,
    },
    runner: { describe, it },
  },
);
