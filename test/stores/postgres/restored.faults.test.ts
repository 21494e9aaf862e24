/**
 * A log in Postgres that goes back under an application that runs on: a standby that is promoted without the last writes, the data folder of an
 * older time, and an older dump. Feeds, aggregates and projections are told, as on Redis.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { eventLog } from "sluice/log";
import { postgresStore } from "sluice/postgres";
import type { Store, StoreEvent } from "sluice/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { atEnd } from "../../support/atEnd.js";
import { type OwnPostgres, startOwnPostgres } from "../../support/ownPostgres.js";
import { binFolder } from "../../support/postgresServer.js";
import { startTcpProxy } from "../../support/tcpProxy.js";
import { expectAllToBeTold } from "../goingBack.js";
import { cartEvents } from "../sourcing/scene.js";
import { aClient } from "./opened.js";
import { dropSchema } from "./schema.js";

const run = promisify(execFile);

let primary: OwnPostgres;
beforeAll(async () => {
  primary = await startOwnPostgres();
});
afterAll(() => primary.stop());

/** A store whose server can be replaced by another one under its address. */
const storeOn = async (schema: string) => {
  const target = { host: primary.host, port: primary.port };
  const proxy = await startTcpProxy(target);
  atEnd(() => proxy.close());
  const options = { schema, commandMsMax: 30_000, logger: { warn: () => undefined } };
  const store = postgresStore(`postgres://postgres@${proxy.host}:${proxy.port}/postgres`, options);
  atEnd(() => store.close());
  const setServer = (server: { readonly port: number }): void => {
    target.port = server.port;
    proxy.cut();
  };
  return { store, setServer };
};

/** Nobody listens here. */
const NOWHERE = { port: 1 };

/** Lets others write by a store of their own. */
const others = async (url: string, schema: string, write: (store: Store) => Promise<void>): Promise<void> => {
  const store = postgresStore(url, { schema });
  try {
    await write(store);
  } finally {
    await store.close();
  }
};

describe("a log that goes back", () => {
  it("by an older data folder is told", { timeout: 60_000 }, async () => {
    const { store } = await storeOn("folder");
    const [data, saved] = [join(primary.dir, "data"), join(primary.dir, "saved")];
    await expectAllToBeTold({
      store,
      remember: async () => {
        await primary.shutDown();
        await run("cp", ["-a", data, saved]);
        await primary.start();
      },
      goBack: async (meanwhile) => {
        await primary.kill9();
        await run("rm", ["-rf", data]);
        await run("mv", [saved, data]);
        await primary.start();
        await others(primary.url, "folder", meanwhile);
      },
    });
  });

  it("by an older dump is told", { timeout: 60_000 }, async () => {
    const { store, setServer } = await storeOn("dumped");
    const dump = join(primary.dir, "dump.sql");
    await expectAllToBeTold({
      store,
      remember: async () => {
        await run(join(binFolder(), "pg_dump"), ["-n", "dumped", "-f", dump, primary.url]);
      },
      goBack: async (meanwhile) => {
        setServer(NOWHERE);
        await dropSchema(primary.url, "dumped");
        await run(join(binFolder(), "psql"), ["-q", "-v", "ON_ERROR_STOP=1", "-f", dump, primary.url]);
        await others(primary.url, "dumped", meanwhile);
        setServer(primary);
      },
    });
  });

  it("by a standby that had not all when it was promoted is told", { timeout: 60_000 }, async () => {
    const { store, setServer } = await storeOn("promoted");
    const told: Array<StoreEvent["_tag"]> = [];
    store.events$.subscribe(({ _tag }) => told.push(_tag));
    await store.ready();
    const standby = await startOwnPostgres({ standbyOf: primary });
    atEnd(() => standby.stop());
    const [from, to] = [await aClient(primary.url), await aClient(standby.url)];
    /** Whether this holds on the standby. */
    const holds = async (condition: string): Promise<boolean> => {
      const { rows } = await to.query<{ holds: boolean }>(`select ${condition} as holds`);
      return rows[0]?.holds === true;
    };
    await expectAllToBeTold({
      store,
      remember: async () => {
        const { rows } = await from.query<{ lsn: string }>("select pg_current_wal_lsn() as lsn");
        await expect.poll(() => holds(`pg_last_wal_replay_lsn() >= '${rows[0]?.lsn}'`), { timeout: 20_000 }).toBe(true);
        await to.query("alter system set primary_conninfo = ''");
        await to.query("select pg_reload_conf()");
        await expect.poll(() => holds("not exists (select from pg_stat_wal_receiver)"), { timeout: 20_000 }).toBe(true);
      },
      goBack: async (meanwhile) => {
        await primary.kill9();
        atEnd(() => primary.start());
        // Before it is promoted it takes no changes, and is not taken for the store.
        setServer(standby);
        await sleep(1_000);
        setServer(NOWHERE);
        await standby.promote();
        await others(standby.url, "promoted", meanwhile);
        setServer(standby);
      },
    });
    expect(told.filter((tag) => tag !== "StoreWarning").slice(0, 2)).toEqual(["StoreDown", "StoreUp"]);
  });

  it("by a promotion that lost nothing is not told", { timeout: 60_000 }, async () => {
    const { store, setServer } = await storeOn("kept");
    await store.ready();
    const standby = await startOwnPostgres({ standbyOf: primary, settings: { hot_standby_feedback: "on" } });
    atEnd(() => standby.stop());
    const from = await aClient(primary.url);
    await from.query("alter system set synchronous_standby_names = '*'");
    await from.query("select pg_reload_conf()");
    const sync = "select sync_state from pg_stat_replication";
    await expect
      .poll(async () => (await from.query<{ sync_state: string }>(sync)).rows[0]?.sync_state, { timeout: 20_000 })
      .toBe("sync");
    const seen: Array<string> = [];
    const log = eventLog(store, cartEvents);
    let error: unknown;
    const feed = log.feed().subscribe({
      next: (item) => {
        if (item._tag === "Event") seen.push(item.event.type === "ItemAdded" ? item.event.sku : "");
      },
      error: (cause: unknown) => {
        error = cause;
      },
    });
    atEnd(() => Promise.resolve(feed.unsubscribe()));
    const appended: Array<string> = [];
    let over = false;
    const appending = (async () => {
      for (let n = 0; !over; n++) {
        const sku = String(n);
        await log.append("cart/1", [{ type: "ItemAdded", cartId: "1", sku, qty: 1, price: 1 }]);
        appended.push(sku);
      }
    })();
    await expect.poll(() => appended.length, { timeout: 20_000 }).toBeGreaterThan(20);
    await primary.kill9();
    await standby.promote();
    setServer(standby);
    const before = appended.length;
    await expect.poll(() => appended.length, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    over = true;
    await appending;
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(appended.length);
    expect(seen).toEqual(appended);
    expect(error).toBeUndefined();
  });
});
