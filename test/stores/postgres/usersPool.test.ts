/** What a store leaves of a pool of the user's when it is closed. */
import pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import { leaseRequest } from "../../../src/testing/conformance/queue/steps.js";
import { atEnd } from "../../support/atEnd.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, enqueue } from "./opened.js";

const LISTENED = ["error", "end", "notification", "notice", "drain"];

/** A pool, and all clients that it ever opened. */
const aPool = async (schema: string) => {
  const pool = new pg.Pool({ connectionString: await postgresUrl(), max: 3, application_name: schema });
  const clients: Array<pg.PoolClient> = [];
  pool.on("connect", (client) => clients.push(client));
  pool.on("error", () => undefined);
  atEnd(() => pool.end());
  const admin = await aClient();
  const locks = async (): Promise<number> => {
    const { rows } = await admin.query<{ locks: number }>(
      `select count(*)::integer as locks from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and application_name = $1`,
      [schema],
    );
    return rows[0]!.locks;
  };
  /** Of each client, how many listen to it. */
  const listeners = () => clients.map((client) => LISTENED.map((name) => client.listenerCount(name)));
  return { pool, clients, admin, locks, listeners };
};

const isOver = (client: pg.PoolClient): boolean => (client as unknown as { readonly _ending: boolean })._ending;

/** The server's number of the session of a client. */
const pidOf = (client: pg.PoolClient): number => (client as unknown as { readonly processID: number }).processID;

describe("a pool of the user's", () => {
  it("has its sessions back as they were, after fifty stores", async () => {
    const schema = await aSchema();
    const { pool, clients, locks, listeners } = await aPool(schema);
    (await pool.connect()).release();
    const [untouched] = listeners();
    for (let n = 0; n < 50; n++) {
      const store = postgresStore(pool, { schema });
      await enqueue(store, "q", ["a"], { key: "k" });
      expect((await store.stats("q")).enqueued).toBe(n + 1);
      await store.close();
      expect([pool.totalCount, pool.idleCount]).toEqual([clients.length, clients.length]);
    }
    expect(clients.length).toBe(2);
    expect(listeners()).toEqual([untouched, untouched]);
    expect(await locks()).toBe(0);
  }, 30_000);

  it("keeps no session that listens or holds locks of a store", async () => {
    const schema = await aSchema();
    const { pool, clients, locks, listeners } = await aPool(schema);
    const user = await pool.connect();
    // What the user holds in a session of the pool stays.
    await user.query("select pg_advisory_lock(1, 2)");
    user.release();
    const [untouched] = listeners();
    const store = postgresStore(pool, { schema });
    await store.ready();
    const leased = store.lease(leaseRequest("q", { waitMsMax: 20_000 })).then((leases) => leases);
    await vi.waitFor(async () => expect(await locks()).toBe(1 + 16), { timeout: 10_000 });
    await store.close();
    expect(await leased).toEqual([]);
    expect([pool.totalCount, pool.idleCount]).toEqual([clients.length - 1, clients.length - 1]);
    await vi.waitFor(async () => expect(await locks()).toBe(1), { timeout: 10_000 });
    const taken = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
    for (const client of taken) expect((await client.query("select * from pg_listening_channels()")).rows).toEqual([]);
    for (const client of taken) client.release();
    expect(listeners().filter((_, i) => !isOver(clients[i]!))).toEqual(taken.map(() => untouched));
  }, 30_000);

  it("is not given a session back that was killed meanwhile", async () => {
    const schema = await aSchema();
    const { pool, clients, admin } = await aPool(schema);
    const store = postgresStore(pool, { schema });
    await store.ready();
    const killed = clients.map(pidOf);
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", [schema]);
    await vi.waitFor(() => expect(pool.totalCount).toBe(0));
    await store.close();
    expect(
      (await pool.query<{ pid: number }>("select pg_backend_pid() as pid")).rows.map(({ pid }) => pid),
    ).not.toEqual(killed);
  }, 30_000);

  it("is not given a session back in which a statement is under way", async () => {
    const schema = await aSchema();
    const { pool, clients, admin } = await aPool(schema);
    const store = postgresStore(pool, { schema, commandMsMax: 100 });
    await enqueue(store, "q", ["a"]);
    await admin.query(`begin; lock table "${schema}".messages in access exclusive mode`);
    const written = enqueue(store, "q", ["b"]).catch((cause: unknown) => cause);
    await vi.waitFor(async () => expect(await isBlocked(admin, schema)).toBe(true));
    await store.close();
    expect([clients.length, pool.totalCount]).toEqual([1, 0]);
    await admin.query("commit");
    expect(await written).toMatchObject({ _tag: "StoreUnavailable" });
  }, 30_000);
});

const isBlocked = async (admin: pg.Client, schema: string): Promise<boolean> => {
  const { rows } = await admin.query(
    "select from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'",
    [schema],
  );
  return rows.length > 0;
};
