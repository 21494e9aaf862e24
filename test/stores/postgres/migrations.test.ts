/** The schema: made once however many start at once, told where it is missing, in a place of the user's choosing. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as t from "io-ts";
import type pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { queue } from "../../../src/entries/index.js";
import { migrationSql, sqlFor } from "../../../src/stores/postgres/migrations/migrate.js";
import { sqlSteps } from "../../../src/stores/postgres/migrations/sql.generated.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, atEnd, enqueue, opened } from "./opened.js";

const stepsOf = async (schema: string): Promise<ReadonlyArray<number>> => {
  const client = await aClient();
  const { rows } = await client.query<{ number: number }>(`select number from "${schema}".migrations order by number`);
  return rows.map(({ number }) => number);
};

const run = promisify(execFile);
const STEPS = sqlSteps.map(({ number }) => number);

const existsIn = async (schema: string): Promise<boolean> => {
  const client = await aClient();
  const { rows } = await client.query(`select from pg_namespace where nspname = $1`, [schema]);
  return rows.length > 0;
};

describe("the migration", () => {
  it("is done once by ten stores that start at once", async () => {
    const schema = await aSchema();
    const stores = await Promise.all(Array.from({ length: 10 }, () => opened(schema)));
    await Promise.all(stores.map((store) => store.ready()));
    expect(await stepsOf(schema)).toEqual(STEPS);
  }, 30_000);

  it("is done once by a session that had looked for the schema, and then waited for another one", async () => {
    const schema = await aSchema();
    const [first, second] = [await aClient(), await aClient()];
    // One that has done this before looks nothing up that would let it hear of the new schema, as behind a pooler.
    const other = migrationSql(await aSchema());
    await first.query(other);
    await second.query(other);
    await second.query(`select to_regclass('"${schema}".migrations')`);
    await first.query(`begin; ${migrationSql(schema)}`);
    const waiting = second.query(migrationSql(schema));
    await vi.waitFor(async () => {
      const { rows } = await first.query("select from pg_stat_activity where wait_event_type = 'Lock' and pid = $1", [
        (second as pg.Client & { readonly processID: number }).processID,
      ]);
      expect(rows.length).toBe(1);
    });
    await first.query("commit");
    await waiting;
    expect(await stepsOf(schema)).toEqual(STEPS);
  }, 30_000);

  it("is not done where the store only checks, and what is missing is told", async () => {
    const schema = await aSchema();
    const store = await opened(schema, { migrate: "check" });
    await expect(store.ready()).rejects.toMatchObject({ _tag: "InvalidConfig", option: "migrate" });
    const client = await aClient();
    await client.query(migrationSql(schema));
    await client.query(migrationSql(schema));
    await expect(store.ready()).resolves.toBeUndefined();
    expect(await stepsOf(schema)).toEqual(STEPS);
  }, 30_000);

  it("refuses a schema that needs a newer program, and goes on with one that does not", async () => {
    const schema = await aSchema();
    await (await opened(schema)).ready();
    const client = await aClient();
    await client.query(`insert into "${schema}".migrations (number, needs) values (99, 1)`);
    await expect((await opened(schema)).ready()).resolves.toBeUndefined();
    await client.query(`insert into "${schema}".migrations (number, needs) values (100, 100)`);
    await expect((await opened(schema)).ready()).rejects.toMatchObject({
      _tag: "InvalidConfig",
      option: "schema",
      message: `The schema ${schema} is at step 100 and needs a program that knows step 100; this one knows ${STEPS.at(-1)}. Nothing was changed; run the newer version of Sluice, or give the store another schema.`,
    });
  }, 30_000);

  it("goes on from the first step while a store of that works", async () => {
    const schema = await aSchema();
    const client = await aClient();
    await client.query(sqlFor(schema, sqlSteps.slice(0, 1)));
    // A store that has looked at the schema before, and so knows nothing of what comes.
    await client.query(`insert into "${schema}".migrations (number, needs) values (2, 1)`);
    const older = await opened(schema);
    await older.ready();
    await client.query(`delete from "${schema}".migrations where number = 2`);
    let goesOn = true;
    let written = 0;
    const writing = (async () => {
      for (; goesOn; written++) await enqueue(older, "q", [`${written}`], { key: `${written % 3}` });
    })();
    await expect((await opened(schema, { migrate: "check" })).ready()).rejects.toMatchObject({
      message: expect.stringContaining("lacks step 2") as string,
    });
    await (await opened(schema)).ready();
    const before = written;
    await expect.poll(() => written).toBeGreaterThan(before + 3);
    goesOn = false;
    await writing;
    expect([await stepsOf(schema), (await older.stats("q")).enqueued]).toEqual([STEPS, written]);
    const { rows } = await client.query(`select max(needs) as needs from "${schema}".migrations`);
    // A program of the first step may start beside it.
    expect(rows).toEqual([{ needs: 1 }]);
  }, 30_000);

  it("leaves nothing of a step that fails half way, nor of those of the same run", async () => {
    const schema = await aSchema();
    const client = await aClient();
    const broken = [
      ...sqlSteps.slice(0, 1),
      { number: 2, needs: 1, sql: "create table half (id text);\nselect 1 / 0;\n" },
    ];
    await expect(client.query(sqlFor(schema, broken))).rejects.toMatchObject({ code: "22012" });
    expect(await existsIn(schema)).toBe(false);
    await client.query(sqlFor(schema, sqlSteps.slice(0, 1)));
    await expect(client.query(sqlFor(schema, broken))).rejects.toMatchObject({ code: "22012" });
    const { rows } = await client.query(`select to_regclass('"${schema}".half') as half`);
    expect([rows, await stepsOf(schema)]).toEqual([[{ half: null }], [1]]);
    await (await opened(schema)).ready();
    expect(await stepsOf(schema)).toEqual(STEPS);
  }, 30_000);

  it("is printed by one line of a shell, for those who run it by hand", async () => {
    const script = 'import { migrationSql } from "sluice/postgres"; console.log(migrationSql("shop"))';
    const { stdout } = await run(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      maxBuffer: 10_000_000,
    });
    expect(stdout).toBe(`${migrationSql("shop")}\n`);
  }, 60_000);
});

describe("the schema", () => {
  it("may have 63 lower-case letters, digits and _, and is refused otherwise", async () => {
    const url = await postgresUrl();
    for (const schema of ["Shop", 'a"b', "a'b", "a-b", "", "1a", "x".repeat(64), "pg_x", "a.b", "ä"]) {
      const refused = expect.objectContaining({
        _tag: "InvalidConfig",
        option: "schema",
        message: expect.stringMatching(/^schema must be a lower-case letter or _, .*; this one is ".*"\.$/) as string,
      }) as Error;
      expect(() => postgresStore(url, { schema })).toThrow(refused);
      expect(() => migrationSql(schema)).toThrow(refused);
    }
    const schema = `x${(await aSchema()).padEnd(62, "_")}`;
    const client = await aClient();
    atEnd(() => client.query(`set client_min_messages = error; drop schema if exists "${schema}" cascade`));
    const store = await opened(schema);
    await enqueue(store, "q", ["a"]);
    expect((await store.stats("q")).ready).toBe(1);
  }, 30_000);

  it("keeps its queues apart from those of another in one database", async () => {
    const [one, two] = [await opened(await aSchema()), await opened(await aSchema())];
    await enqueue(one, "q", ["a"], { key: "k" });
    await enqueue(two, "q", ["b", "c"], { key: "k" });
    expect([(await one.stats("q")).enqueued, (await two.stats("q")).enqueued]).toEqual([1, 2]);
  }, 30_000);

  it("has locks and hints of its own", async () => {
    const [mine, yours] = [await aSchema(), await aSchema()];
    const [one, two] = [await opened(mine), await opened(yours)];
    await Promise.all([one.ready(), two.ready()]);
    const client = await aClient();
    await client.query("begin");
    // The lock of this key is held until the transaction ends.
    await one.within(client)(queue(one, { name: "q", codec: t.string }).enqueue("a", { key: "k" }));
    await enqueue(two, "q", ["b"], { key: "k" });
    await client.query("rollback");
    const found: Array<unknown> = [];
    for (const schema of [mine, yours]) {
      await client.query(`set search_path = "${schema}"`);
      const { rows } = await client.query<Readonly<Record<string, unknown>>>(
        "select hint_channel(), lock_class(), wait_class(), append_class()",
      );
      found.push(...Object.values(rows[0] ?? {}));
    }
    expect(new Set(found).size).toBe(8);
  }, 30_000);
});

describe("the session", () => {
  it("must be read committed", async () => {
    const url = new URL(await postgresUrl());
    url.searchParams.set("options", "-c default_transaction_isolation=serializable");
    const store = await opened(await aSchema(), {}, url.href);
    await expect(store.ready()).rejects.toMatchObject({ _tag: "InvalidConfig" });
  }, 30_000);
});
