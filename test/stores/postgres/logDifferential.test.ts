/** The memory store is the reference: random calls about logs and records on both, by one clock, must answer the same. */
import { afterAll, describe, expect, it } from "vitest";
import { randomOf } from "../../../src/core/Random.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { LogTwins } from "./LogTwins.js";
import { miscounted } from "./miscounted.js";
import { aClient } from "./opened.js";
import { dropSchema, newSchema } from "./schema.js";

/** `SEED=x SEEDS=300 npx vitest run …` plays 300 sequences that no run without them plays. */
const SEEDS = Number(process.env["SEEDS"] ?? 6);
const SEED = process.env["SEED"] ?? "";
const STEPS = 150;

describe("logs and records in memory and in Postgres", () => {
  const schemas: Array<string> = [];
  afterAll(async () => {
    for (const schema of schemas) await dropSchema(await postgresUrl(), schema);
  });

  it.each(Array.from({ length: SEEDS }, (_, n) => `${SEED}${n}`))(
    "answer the same, seed %s",
    async (seed) => {
      const url = await postgresUrl();
      const schema = newSchema();
      schemas.push(schema);
      const twins = new LogTwins((nowMs) => postgresStore(url, { schema, nowMs }), randomOf(seed));
      const done: Array<string> = [];
      try {
        for (let n = 0; n < STEPS; n++) done.push(await twins.step());
      } catch (cause) {
        throw new Error(`after ${done.length} steps, the last of which were\n${done.slice(-3).join("\n")}`, { cause });
      } finally {
        await twins.close();
      }
      expect(await miscounted(await aClient(), schema)).toEqual([]);
    },
    60_000,
  );
});
