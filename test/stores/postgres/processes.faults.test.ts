/** Processes that start at once upon one schema, which is not there yet. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { sqlSteps } from "../../../src/stores/postgres/migrations/sql.generated.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, opened } from "./opened.js";

const run = promisify(execFile);
const script = fileURLToPath(new URL("../../faults/migratingProcess.ts", import.meta.url));

describe("ten processes that start at once", () => {
  it("make the schema once, and each does its work", async () => {
    const schema = await aSchema();
    const args = ["--import", "tsx", script, await postgresUrl(), schema];
    const ended = await Promise.all(Array.from({ length: 10 }, () => run(process.execPath, args, { timeout: 90_000 })));
    expect(ended).toEqual(ended.map(() => ({ stdout: "done\n", stderr: "" })));
    const { rows } = await (await aClient()).query(`select number from "${schema}".migrations order by number`);
    expect(rows).toEqual(sqlSteps.map(({ number }) => ({ number })));
    expect(await (await opened(schema)).stats("numbers")).toMatchObject({ enqueued: 10, ready: 10 });
  }, 120_000);
});
