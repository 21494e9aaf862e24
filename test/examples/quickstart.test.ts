import { expect, it } from "vitest";
import { inMemory, inPGlite, mostOf, onPostgres, onRedis } from "./places.js";
import { runExample } from "./runExample.js";

it.each(mostOf([inMemory], [onRedis, onPostgres, inPGlite]))(
  "quickstart %s prints one settlement for each delivery, and ends",
  { timeout: 60_000 },
  async (_, args) => {
    const { code, stdout, stderr } = await runExample("01-quickstart/main.ts", await args());

    expect(stderr).toBe("");
    expect(stdout.trim().split("\n").sort()).toEqual([
      "o-1, attempt 1: Ack",
      "o-2, attempt 1: Retry",
      "o-2, attempt 2: Ack",
      "o-3, attempt 1: Ack",
    ]);
    expect(code).toBe(0);
  },
);
