/**
 * A server that ends under load, in every way in which one does, and comes back on its data: nothing that was confirmed is lost, keys keep their
 * order, and nothing is won twice. `KILLS=20` plays more rounds.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as t from "io-ts";
import { handle, queue, settle } from "sluice";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Store } from "../../../src/port/Store.js";
import { type OwnPostgres, startOwnPostgres } from "../../support/ownPostgres.js";
import { aClient, enqueue, opened } from "./opened.js";
import { watched } from "./watched.js";

const KILLS = Number(process.env["KILLS"] ?? 3);
const KEYS = 6;

let server: OwnPostgres;
beforeAll(async () => {
  server = await startOwnPostgres();
});
afterAll(() => server.stop());

const load = t.type({ key: t.string, n: t.number });
const loadOn = (store: Store) => queue(store, { name: "load", codec: load, leaseMs: 2_000 });

/** Consumes, and notes what handlers began and what was settled. */
const consuming = (store: Store) => {
  const begun: Array<t.TypeOf<typeof load>> = [];
  const acked: Array<string> = [];
  const failed: Array<unknown> = [];
  const running = loadOn(store)
    .messages({ prefetch: 20 })
    .pipe(
      handle(({ data }) => {
        begun.push(data);
        return Promise.resolve();
      }),
      settle(),
    )
    .subscribe({
      next: ({ message, outcome }) => {
        if (outcome._tag === "Ack") acked.push(message.id);
      },
      error: (cause: unknown) => failed.push(cause),
    });
  return { begun, acked, failed, end: () => running.unsubscribe() };
};

it("loses nothing that was confirmed and does nothing twice, however often it is killed under load", {
  timeout: 60_000 + 10_000 * KILLS,
}, async () => {
  const options = { commandMsMax: 30_000 };
  const [one, two] = [await watched("load", options, server.url), await watched("load", options, server.url)];
  const consumer = consuming(two.store);
  const other = consuming(one.store);
  const producer = loadOn(one.store);
  let over = false;
  let confirmed = 0;
  const producing = Array.from({ length: KEYS }, async (_, k) => {
    for (let n = 0; !over; n++) {
      await producer.enqueue({ key: String(k), n }, { key: String(k) });
      confirmed += 1;
    }
  });
  const ways = [server.kill9, server.crash, server.shutDown];
  for (let round = 0; round < KILLS; round++) {
    const before = confirmed;
    await expect.poll(() => confirmed, { timeout: 20_000 }).toBeGreaterThan(before + 100);
    const way = ways[round % ways.length] ?? server.kill9;
    await way();
    if (way !== server.crash) {
      await sleep(100);
      await server.start();
    }
  }
  const before = confirmed;
  await expect.poll(() => confirmed, { timeout: 20_000 }).toBeGreaterThan(before + 100);
  over = true;
  await Promise.all(producing);
  await expect
    .poll(async () => (await loadOn(one.store).stats()).acked, { timeout: 20_000, interval: 100 })
    .toBe(confirmed);
  consumer.end();
  other.end();
  const { enqueued, ready, leased, dead } = await loadOn(one.store).stats();
  expect({ enqueued, ready, leased, dead }).toEqual({ enqueued: confirmed, ready: 0, leased: 0, dead: 0 });
  expect([...consumer.failed, ...other.failed]).toEqual([]);
  // A confirmation may have been lost with its connection, but none comes twice.
  const acked = [...consumer.acked, ...other.acked];
  expect(new Set(acked).size).toBe(acked.length);
  for (const { begun } of [consumer, other])
    for (let k = 0; k < KEYS; k++) {
      const ns = begun.flatMap(({ key, n }) => (key === String(k) ? [n] : []));
      expect(ns).toEqual([...ns].sort((a, b) => a - b));
    }
  const seen = [...consumer.begun, ...other.begun].map(({ key, n }) => `${key} ${n}`);
  expect(new Set(seen).size).toBe(confirmed);
  for (const { story } of [one, two]) {
    expect(story().length).toBeGreaterThanOrEqual(2);
    expect(story()).toEqual(story().map((_, i) => (i % 2 === 0 ? "StoreDown" : "StoreUp")));
  }
});

it("that is away for longer than a call may take fails it, and serves the next one when it is back", {
  timeout: 60_000,
}, async () => {
  const { store, story } = await watched("away", { commandMsMax: 500 }, server.url);
  await enqueue(store, "q", ["a"]);
  await server.kill9();
  for (let n = 0; n < 2; n++)
    await expect(enqueue(store, "q", ["x"])).rejects.toMatchObject({ _tag: "StoreUnavailable" });
  await server.start();
  await enqueue(store, "q", ["b"]);
  expect(await store.stats("q")).toMatchObject({ enqueued: 2 });
  expect(story()).toEqual(["StoreDown", "StoreUp"]);

  // The same server, with a password.
  const admin = await aClient(server.url);
  await admin.query("create role locked login superuser password 'p4ssw0rd-of-mine'");
  const hba = join(server.dir, "data", "pg_hba.conf");
  const rules = await readFile(hba, "utf8");
  const setRules = async (text: string): Promise<void> => {
    await writeFile(hba, text);
    server.reload();
    await sleep(200);
  };
  await setRules(`host all locked 127.0.0.1/32 scram-sha-256\n${rules}`);
  const url = new URL(server.url);
  url.username = "locked";
  url.password = "wrong-p4ssw0rd";
  const locked = await opened("away", { commandMsMax: 500 }, url.href);
  const refused = await enqueue(locked, "q", ["x"]).catch((cause: unknown) => cause);
  expect(refused).toMatchObject({ _tag: "InvalidConfig", option: "client" });
  expect(JSON.stringify(refused) + String(refused)).not.toMatch(/p4ssw0rd/);
  await setRules(rules);
  await enqueue(locked, "q", ["c"]);
  expect(await store.stats("q")).toMatchObject({ enqueued: 3 });
});
