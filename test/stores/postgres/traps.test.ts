/** What a queue on Postgres could do wrong and a conformance suite would not see. */
import pg from "pg";
import { describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Retry } from "../../../src/core/Outcome.js";
import type { Store } from "../../../src/port/Store.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import { enqueueStep, leaseRequest } from "../../../src/testing/conformance/queue/steps.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { miscounted } from "./miscounted.js";
import { aClient, aSchema, atEnd, enqueue, opened, settle } from "./opened.js";

const numbered = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => String(i));

/** Leases and acks until nothing comes. */
const drain = async (store: Store, queue: string): Promise<ReadonlyArray<string>> => {
  const seen: Array<string> = [];
  for (;;) {
    const leases = await store.lease(leaseRequest(queue, { consumer: newId() }));
    if (leases.length === 0) return seen;
    seen.push(...leases.map(({ payload }) => payload));
    await settle(store, queue, leases, Ack);
  }
};

describe("a queue on Postgres", () => {
  it("leases without touching an index", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    await enqueue(store, "q", numbered(1_000));
    for (let n = 0; n < 5; n++) await store.lease(leaseRequest("q", { max: 200 }));
    const client = await aClient();
    let updates = { all: 0, hot: 0 };
    // The server tells its counts some time after the transaction.
    for (let tries = 0; tries < 100 && updates.all < 1_000; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await client.query("select pg_stat_clear_snapshot()");
      const { rows } = await client.query<{ all: string; hot: string }>(
        `select n_tup_upd as all, n_tup_hot_upd as hot from pg_stat_all_tables where schemaname = $1 and relname = 'messages'`,
        [schema],
      );
      updates = { all: Number(rows[0]?.all), hot: Number(rows[0]?.hot) };
      // The session of the store tells its counts when it is used.
      await store.ready();
    }
    expect(updates.all).toBe(1_000);
    expect(updates.hot).toBeGreaterThanOrEqual(950);
  }, 30_000);

  it("keeps a key of 512 characters that must all be escaped", async () => {
    const store = await opened(await aSchema());
    for (const key of ["\0".repeat(512), "\ud800".repeat(170)]) await enqueue(store, "q", ["a", "b"], { key });
    expect([...(await drain(store, "q"))].sort()).toEqual(["a", "a", "b", "b"]);
  }, 30_000);

  it("keeps the order of more keys than there are stripes, under writers at once", async () => {
    const schema = await aSchema();
    const stores = [await opened(schema), await opened(schema)];
    const [first = await opened(schema)] = stores;
    const keys = numbered(300);
    for (let n = 0; n < 3; n++)
      await Promise.all(
        stores.map((store, s) =>
          store.write(
            keys.filter((_, i) => i % 2 === s).map((key) => [enqueueStep("q", `${key}:${n}`, { key })]),
            newId(),
          ),
        ),
      );
    const seen = (await Promise.all(stores.map((store) => drain(store, "q")))).flat();
    const rest = await drain(first, "q");
    expect(new Set([...seen, ...rest]).size).toBe(900);
    expect((await first.stats("q")).acked).toBe(900);
  }, 60_000);

  it("waits for no deadlock where leases dead-letter heads of keys to which others write", async () => {
    const schema = await aSchema();
    const [leaser, writer] = [await opened(schema), await opened(schema)];
    const keys = numbered(20);
    await enqueue(writer, "q", ["first"], { key: "0" });
    const client = await aClient();
    const deadlocks = async (): Promise<number> => {
      const { rows } = await client.query<{ deadlocks: string }>(
        "select deadlocks from pg_stat_database where datname = current_database()",
      );
      return Number(rows[0]?.deadlocks);
    };
    const before = await deadlocks();
    const leasing = (async () => {
      for (let n = 0; n < 150; n++) await leaser.lease(leaseRequest("q", { max: 20, leaseMs: 1, attemptsMax: 1 }));
    })();
    for (let n = 0; n < 60; n++)
      await writer.write(
        keys.map((key) => [enqueueStep("q", key, { key, expiresInMs: n % 2 === 0 ? 0 : undefined })]),
        newId(),
      );
    await leasing;
    expect(await deadlocks()).toBe(before);
    const { enqueued, ready, waiting, leased, dead } = await writer.stats("q");
    expect(ready + waiting + leased + dead).toBe(enqueued);
    expect(await miscounted(client, schema)).toEqual([]);
  }, 60_000);

  it("confirms every write once, and does it once, however often its connections are cut", async () => {
    const schema = await aSchema();
    const url = new URL(await postgresUrl());
    url.searchParams.set("application_name", schema);
    const store = await opened(schema, {}, url.href);
    await store.ready();
    const client = await aClient();
    let cuts = 0;
    let over = false;
    const cutting = (async () => {
      while (!over) {
        const { rowCount } = await client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
          [schema],
        );
        cuts += rowCount ?? 0;
        await new Promise((resolve) => setTimeout(resolve, 150 + 10 * (cuts % 7)));
      }
    })();
    let written = 0;
    try {
      for (; written < 200 || cuts < 5; written++) await enqueue(store, "q", [String(written)]);
    } finally {
      over = true;
      await cutting;
    }
    expect((await store.stats("q")).enqueued).toBe(written);
    expect(await drain(store, "q")).toEqual(numbered(written));
  }, 60_000);

  it("is told once of a connection that is lost and comes again", async () => {
    const schema = await aSchema();
    const url = new URL(await postgresUrl());
    url.searchParams.set("application_name", schema);
    const told: Array<string> = [];
    const store = await opened(schema, { logger: { warn: () => undefined } }, url.href);
    store.events$.subscribe((event) => told.push(event._tag));
    await store.ready();
    const client = await aClient();
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", [schema]);
    await enqueue(store, "q", ["a"]);
    expect((await store.stats("q")).ready).toBe(1);
    expect(told.filter((tag) => tag === "StoreDown").length).toBeLessThanOrEqual(1);
  }, 30_000);
});

describe("a pool of the user's", () => {
  it("is used, and left open", async () => {
    const schema = await aSchema();
    const pool = new pg.Pool({ connectionString: await postgresUrl(), max: 3 });
    atEnd(() => pool.end());
    const store = postgresStore(pool, { schema });
    await enqueue(store, "q", ["a"]);
    const [lease] = await store.lease(leaseRequest("q", { waitMsMax: 1_000 }));
    expect(lease?.payload).toBe("a");
    expect(await store.lease(leaseRequest("q", { waitMsMax: 50 }))).toEqual([]);
    expect((await store.stats("q")).leased).toBe(1);
    await store.close();
    expect((await pool.query<{ one: number }>("select 1 as one")).rows).toEqual([{ one: 1 }]);
  }, 30_000);

  it("must have room for three clients", async () => {
    const pool = new pg.Pool({ connectionString: await postgresUrl(), max: 2 });
    atEnd(() => pool.end());
    expect(() => postgresStore(pool)).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option: "client" }));
  });
});

describe("retries", () => {
  it("of 200 messages at once find their places, whatever the order of their steps", async () => {
    const store = await opened(await aSchema());
    await enqueue(store, "q", numbered(200));
    const leases = await store.lease(leaseRequest("q", { max: 200 }));
    await settle(store, "q", [...leases].reverse(), Retry({ cause: "again" }));
    const again = await store.lease(leaseRequest("q", { max: 200 }));
    expect(again.map(({ payload }) => payload)).toEqual(numbered(200));
  }, 30_000);
});
