/** The views for people: what hubs have on record, under the names that people ask for. */
import * as t from "io-ts";
import pg from "pg";
import { lastValueFrom, take, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Complete, defineRoutes, hub } from "../../../src/entries/hub.js";
import { type DispatchState, STATUSES } from "../../../src/hub/Dispatch.js";
import type { DispatchId, HubEventId } from "../../../src/hub/ids.js";
import { Ledger } from "../../../src/hub/ledger/Ledger.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, atEnd, opened } from "./opened.js";

const stateOf = (given: Partial<DispatchState>): DispatchState => ({
  id: newId() as DispatchId,
  eventId: newId() as HubEventId,
  destination: "CHAT",
  key: undefined,
  createdAtMs: 1_700_000_000_123,
  settings: { delaySeconds: 0, maxRetries: 7, retryDelay: { type: "constant", interval: 1 } },
  status: "ongoing",
  executionCount: 2,
  executions: [{ result: "failed", executedAtMs: 1, durationMs: 1, error: "a NUL \0 and \ud800" }],
  dueAtMs: given.status === undefined || given.status === "ongoing" ? 5 : undefined,
  waitSeconds: 0,
  resultedAtMs: given.status === undefined || given.status === "ongoing" ? undefined : 1_700_000_060_000,
  retryOf: undefined,
  ...given,
});

const columnsOf = async (client: pg.Client, schema: string, view: string): Promise<ReadonlyArray<string>> => {
  const { fields } = await client.query(`select * from "${schema}".${view}`);
  return fields.map(({ name }) => name);
};

describe("the views of hubs", () => {
  it("have exactly these columns, and a row for each event and dispatch of all hubs", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    const shop = hub(store, {
      name: "shop:co/1",
      codec: t.UnknownRecord,
      routes: defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "A" }] }),
      destinations: { A: () => Promise.resolve(Complete) },
    });
    const [id] = await shop.emit([{ text: "ä", odd: 1 }]);
    const [nul] = await shop.emit([{ text: "a\0b" }]);
    const client = await aClient();
    const dispatch = ["id", "event_id", "destination", "created_at", "execution_count", "max_retry_count"];
    expect([await columnsOf(client, schema, "events"), await columnsOf(client, schema, "ongoing_dispatches")]).toEqual([
      ["id", "payload", "created_at"],
      dispatch,
    ]);
    expect(await columnsOf(client, schema, "resulted_dispatches")).toEqual([...dispatch, "result", "resulted_at"]);
    const { rows } = await client.query(`select id, payload from "${schema}".events order by id`);
    // What jsonb has no form for is shown as the text that it is.
    expect(rows).toEqual([
      { id, payload: { text: "ä", odd: 1 } },
      { id: nul, payload: '{"text":"a\\u0000b"}' },
    ]);
    const ongoing =
      await client.query(`select event_id, destination, execution_count from "${schema}".ongoing_dispatches
      order by id`);
    expect(ongoing.rows).toEqual([id, nul].map((event_id) => ({ event_id, destination: "A", execution_count: 0 })));
    await lastValueFrom(shop.run({ concurrency: 2 }).pipe(take(2), toArray()));
    const { rows: resulted } =
      await client.query(`select event_id, result, execution_count, resulted_at >= created_at as behind
      from "${schema}".resulted_dispatches order by id`);
    expect(resulted).toEqual(
      [id, nul].map((event_id) => ({ event_id, result: "succeeded", execution_count: 1, behind: true })),
    );
    expect((await client.query(`select from "${schema}".ongoing_dispatches`)).rows).toEqual([]);
  }, 30_000);

  it("say each result in the words of those who read them, whatever the names and texts", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    const states = [
      ...STATUSES.map((status) => stateOf({ status })),
      stateOf({ destination: "Zürich 100% 🚀 is=failed" }),
      stateOf({ destination: "odd \0 one", status: "failed" }),
    ];
    const ledgers = [new Ledger(store, "one"), new Ledger(store, "two/ 2")];
    await store.write(
      states.map((state, i) => [ledgers[i % 2]!.putDispatch(state)]),
      newId(),
    );
    const client = await aClient();
    const { rows } =
      await client.query(`select destination, created_at, execution_count, max_retry_count, result, resulted_at
      from "${schema}".resulted_dispatches order by id`);
    const common = { created_at: new Date(1_700_000_000_123), execution_count: 2, max_retry_count: 7 };
    const resulted_at = new Date(1_700_000_060_000);
    expect(rows).toEqual(
      ["succeeded", "ignored", "failed", "failed", "lost", "failed"].map((result, i) => ({
        ...common,
        result,
        resulted_at,
        destination: i === 5 ? "odd%0020%0000%0020one" : "CHAT",
      })),
    );
    const ongoing = await client.query(`select id, destination from "${schema}".ongoing_dispatches
      where destination like 'Zürich%'`);
    expect(ongoing.rows).toEqual([{ id: states[6]?.id, destination: "Zürich 100% 🚀 is=failed" }]);
  }, 30_000);

  it("pass over what another version of the library has stored", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    await store.write([[new Ledger(store, "one").putDispatch(stateOf({}))]], newId());
    const client = await aClient();
    await client.query(`update "${schema}".records set value = '2{}'`);
    const { rows } = await client.query(`select destination, created_at from "${schema}".ongoing_dispatches`);
    expect(rows).toEqual([{ destination: "CHAT", created_at: null }]);
  }, 30_000);

  it("may be all that a role sees", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    await store.write([[new Ledger(store, "one").putDispatch(stateOf({}))]], newId());
    const admin = await aClient();
    const role = `report_${schema}`;
    await admin.query(`create role ${role} login;
      grant usage on schema "${schema}" to ${role};
      grant select on "${schema}".events, "${schema}".ongoing_dispatches, "${schema}".resulted_dispatches to ${role}`);
    atEnd(() => admin.query(`drop owned by ${role}; drop role ${role}`));
    const url = new URL(await postgresUrl());
    url.username = role;
    const reporter = await aClient(url.href);
    expect((await reporter.query(`select * from "${schema}".ongoing_dispatches`)).rows).toHaveLength(1);
    for (const view of ["events", "resulted_dispatches"])
      expect((await reporter.query(`select * from "${schema}".${view}`)).rows).toEqual([]);
    const { rows: tables } = await admin.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = $1 and table_name <> all ($2)`,
      [schema, ["events", "ongoing_dispatches", "resulted_dispatches"]],
    );
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(["messages", "records", "hub_indexes"]));
    for (const { name } of tables)
      await expect(reporter.query(`select * from "${schema}".${name}`)).rejects.toMatchObject({ code: "42501" });
    for (const sql of [
      `delete from "${schema}".ongoing_dispatches`,
      `select "${schema}".stats_1('{"queue":"q"}')`,
      `select nextval('"${schema}".calls')`,
    ])
      await expect(reporter.query(sql)).rejects.toBeInstanceOf(pg.DatabaseError);
  }, 30_000);
});
