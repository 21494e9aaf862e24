/** The schema: made once however many start at once, told where it is missing, in a place of the user's choosing. */
import type pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { migrationSql } from "../../../src/stores/postgres/migrations/migrate.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, atEnd, enqueue, opened } from "./opened.js";

const stepsOf = async (schema: string): Promise<ReadonlyArray<number>> => {
  const client = await aClient();
  const { rows } = await client.query<{ number: number }>(`select number from "${schema}".migrations order by number`);
  return rows.map(({ number }) => number);
};

describe("the migration", () => {
  it("is done once by ten processes that start at once", async () => {
    const schema = await aSchema();
    const stores = await Promise.all(Array.from({ length: 10 }, () => opened(schema)));
    await Promise.all(stores.map((store) => store.ready()));
    expect(await stepsOf(schema)).toEqual([1]);
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
    expect(await stepsOf(schema)).toEqual([1]);
  }, 30_000);

  it("is not done where the store only checks, and what is missing is told", async () => {
    const schema = await aSchema();
    const store = await opened(schema, { migrate: "check" });
    await expect(store.ready()).rejects.toMatchObject({ _tag: "InvalidConfig", option: "migrate" });
    const client = await aClient();
    await client.query(migrationSql(schema));
    await client.query(migrationSql(schema));
    await expect(store.ready()).resolves.toBeUndefined();
    expect(await stepsOf(schema)).toEqual([1]);
  }, 30_000);

  it("refuses a schema that needs a newer program, and goes on with one that does not", async () => {
    const schema = await aSchema();
    await (await opened(schema)).ready();
    const client = await aClient();
    await client.query(`insert into "${schema}".migrations (number, needs) values (2, 1)`);
    await expect((await opened(schema)).ready()).resolves.toBeUndefined();
    await client.query(`insert into "${schema}".migrations (number, needs) values (3, 3)`);
    await expect((await opened(schema)).ready()).rejects.toMatchObject({ _tag: "InvalidConfig", option: "schema" });
  }, 30_000);
});

describe("the schema", () => {
  it("may have 63 lower-case letters, digits and _, and is refused otherwise", async () => {
    const url = await postgresUrl();
    for (const schema of ["Shop", 'a"b', "a-b", "", "1a", "x".repeat(64), "pg_x", "a.b"])
      expect(() => postgresStore(url, { schema })).toThrow(expect.objectContaining({ _tag: "InvalidConfig" }));
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

  it("may be used by a role that creates nothing, with the least rights", async () => {
    const schema = await aSchema();
    await (await opened(schema)).ready();
    const role = `r_${schema}`;
    const admin = await aClient();
    await admin.query(`create role ${role} login;
      grant usage on schema "${schema}" to ${role};
      grant select, insert, update, delete on all tables in schema "${schema}" to ${role};
      grant usage on all sequences in schema "${schema}" to ${role};
      grant execute on all functions in schema "${schema}" to ${role}`);
    atEnd(() => admin.query(`drop owned by ${role}; drop role ${role}`));
    const url = new URL(await postgresUrl());
    url.username = role;
    const store = await opened(schema, { migrate: "check" }, url.href);
    const told: Array<string> = [];
    store.events$.subscribe((event) => told.push(event._tag));
    await enqueue(store, "q", ["a"], { key: "k" });
    expect((await store.stats("q")).ready).toBe(1);
    expect(told).toContain("StoreWarning");
    await expect((await opened(await aSchema(), {}, url.href)).ready()).rejects.toMatchObject({
      _tag: "InvalidConfig",
    });
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
