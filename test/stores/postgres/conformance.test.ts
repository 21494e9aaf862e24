import { afterAll, beforeAll, describe, it } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { type PgBouncer, pgbouncerMissing, startPgBouncer } from "../../support/pgbouncer.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { sharedPool, sharedSchemas } from "./shared.js";
import { capabilities, underTest } from "./underTest.js";

/** POSTGRES_POOLER=pgbouncer runs the same through a pgbouncer that gives a connection for one transaction at a time. */
const isPooled = process.env["POSTGRES_POOLER"] === "pgbouncer";
let bouncer: PgBouncer | undefined;
beforeAll(async () => {
  if (!isPooled) return;
  bouncer = await startPgBouncer(await postgresUrl());
  if (bouncer === undefined) throw new Error(pgbouncerMissing);
});
afterAll(() => bouncer?.stop());

conformance(
  isPooled ? "postgres behind pgbouncer" : "postgres",
  () =>
    bouncer === undefined
      ? underTest({ client: sharedPool, schemas: sharedSchemas })
      : underTest({ client: bouncer.url, schemas: sharedSchemas, options: { prepare: false, hints: false } }),
  {
    capabilities: { ...capabilities, hints: !isPooled },
    runner: { describe, it },
  },
);
