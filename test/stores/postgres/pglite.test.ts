import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, it } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { newSchema } from "./schema.js";
import { underTest } from "./underTest.js";

// One instance for all cases, since it takes a second to begin; each case has a schema of its own.
const pglite = new PGlite();
beforeAll(() => pglite.waitReady, 300_000);
afterAll(() => pglite.close());
let disposed = 0;

conformance(
  "pglite",
  () => {
    const schema = newSchema();
    const dispose = async (): Promise<void> => {
      await pglite.exec(`set client_min_messages = error; drop schema if exists "${schema}" cascade`);
      // Nothing else removes what dropped schemas leave in the catalogs.
      disposed += 1;
      if (disposed % 10 === 0) await pglite.exec("vacuum");
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
