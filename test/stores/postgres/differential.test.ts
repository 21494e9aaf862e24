import { describe, expect, it } from "vitest";
import { randomOf } from "../../../src/core/Random.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { QueueTwins } from "../QueueTwins.js";
import { miscounted } from "./miscounted.js";
import { aClient, aSchema } from "./opened.js";

/** `SEED=x SEEDS=300 npx vitest run …` plays 300 sequences that no run without them plays. */
const SEEDS = Number(process.env["SEEDS"] ?? 6);
const SEED = process.env["SEED"] ?? "";

/**
 * No lease ends by itself. Memory ends all that are over at the next lease, this store those that a lease comes to; both may, and then the
 * counts differ. What ends leases is compared where all of them are come to: in the conformance suite.
 */
const leasesMs = [2_000_000_000, 1_000_000_000];

describe("memory and Postgres", () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    "answer the same to random steps, seed %i",
    async (seed) => {
      const [url, schema] = [await postgresUrl(), await aSchema()];
      const random = randomOf(`seed ${SEED}${seed}`);
      const other = (options: { readonly deadLettersMax: number; readonly nowMs: () => number }) =>
        postgresStore(url, { schema, ...options });
      await new QueueTwins({ other, random, leasesMs }).play();
      expect(await miscounted(await aClient(), schema)).toEqual([]);
    },
    120_000,
  );
});
