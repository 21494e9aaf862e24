import { afterAll, beforeAll, describe, it } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { type PgBouncer, pgbouncerMissing, startPgBouncer } from "../../support/pgbouncer.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { runningOn, Schemas } from "./schema.js";
import { underTest } from "./underTest.js";

/** POSTGRES_POOLER=pgbouncer runs the same through a pgbouncer that gives a connection for one transaction at a time. */
const isPooled = process.env["POSTGRES_POOLER"] === "pgbouncer";
let bouncer: PgBouncer | undefined;
beforeAll(async () => {
  if (!isPooled) return;
  bouncer = await startPgBouncer(await postgresUrl());
  if (bouncer === undefined) throw new Error(pgbouncerMissing);
});
afterAll(() => bouncer?.stop());

const schemas = new Schemas(async (sql) => await runningOn(await postgresUrl())(sql));
afterAll(() => schemas.dropAll());

conformance(
  isPooled ? "postgres behind pgbouncer" : "postgres",
  async () => {
    const client = bouncer?.url ?? (await postgresUrl());
    const schema = schemas.take();
    const options = isPooled ? { prepare: false, hints: false } : {};
    return underTest({ client, schema, options, dispose: () => schemas.giveBack(schema) });
  },
  {
    capabilities: {
      durable: true,
      shared: true,
      virtualTime: false,
      hints: !isPooled,
      settlesWhenFull: false,
      exactBytes: true,
    },
    runner: { describe, it },
  },
);
