import { describe, it } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { dropSchema, newSchema } from "./schema.js";
import { underTest } from "./underTest.js";

conformance(
  "postgres",
  async () => {
    const url = await postgresUrl();
    const schema = newSchema();
    return underTest({ client: url, schema, dispose: () => dropSchema(url, schema) });
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
