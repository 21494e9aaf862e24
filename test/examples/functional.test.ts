import { expect, it } from "vitest";
import { inMemory, inPGlite, mostOf, onPostgres, onRedis } from "./places.js";
import { runExample } from "./runExample.js";

it.each(mostOf([inMemory], [onRedis, onPostgres, inPGlite]))(
  "functional %s retries, dead-letters and redrives orders",
  { timeout: 60_000 },
  async (_, args) => {
    const { code, stdout, stderr } = await runExample("04-functional/main.ts", await args());

    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual([
      "tasks: 3 acked, 1 retried, 1 dead",
      "reader: 3 acked, 1 retried, 1 dead (o-3)",
      "after the redrive of 1: 1 acked, 0 retried, 0 dead",
      "4 enqueued = 4 acked + 0 dead",
    ]);
    expect(code).toBe(0);
  },
);
