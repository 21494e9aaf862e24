import { afterAll, describe, it } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { runningOn, Schemas } from "./schema.js";
import { underTest } from "./underTest.js";

const schemas = new Schemas(async (sql) => await runningOn(await postgresUrl())(sql));
afterAll(() => schemas.dropAll());

conformance(
  "postgres",
  async () => {
    const client = await postgresUrl();
    const schema = schemas.take();
    return underTest({ client, schema, dispose: () => schemas.giveBack(schema) });
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
