/** Writes within a transaction of PGlite, which is one session: the store does nothing beside it. */
import { PGlite } from "@electric-sql/pglite";
import * as t from "io-ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Message, type Queue, queue } from "../../../src/entries/index.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import type { PostgresStore } from "../../../src/stores/postgres/within/Within.js";

// To begin takes an instance some seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let pglite: PGlite;
let store: PostgresStore;
let orders: Queue<string>;

beforeAll(async () => {
  pglite = await PGlite.create();
  await pglite.exec("create table mine (id text)");
  store = postgresStore(pglite);
  orders = queue(store, { name: "orders", codec: t.string });
});
afterAll(async () => {
  await store.close();
  await pglite.close();
});

const count = async (): Promise<number> =>
  (await pglite.query<{ n: number }>("select count(*)::integer as n from mine")).rows[0]?.n ?? -1;

const ackOf = (message: Message<string> | undefined): Message<string>["ack"] => {
  if (message === undefined) throw new Error("there is no message");
  return message.ack;
};

describe("a transaction of PGlite", () => {
  it("is refused before the schema is there, since the store could not make it meanwhile", async () => {
    const refused = { _tag: "InvalidConfig", message: /store.ready/ };
    await pglite.transaction(async (tx) => {
      await expect(store.within(tx)(orders.enqueue("o-0"))).rejects.toMatchObject(refused);
    });
    await store.ready();
  });

  it("commits messages with the user's rows, and wakes who waits", async () => {
    const waiting = orders
      .receive({ max: 1, waitMsMax: 30_000 })
      .then(([message]) => [message, performance.now()] as const);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await pglite.transaction(async (tx) => {
      await tx.query("insert into mine values ('a')");
      await store.within(tx)(orders.enqueue("o-1"));
    });
    const committedMs = performance.now();
    const [message, atMs] = await waiting;
    expect([message?.data, await count()]).toEqual(["o-1", 1]);
    // Without a word it would look once a second.
    expect(atMs - committedMs).toBeLessThan(500);
    await pglite.transaction(async (tx) => {
      await store.within(tx)(ackOf(message));
      await tx.rollback();
    });
    expect((await orders.stats()).leased).toBe(1);
    await pglite.transaction(async (tx) => {
      await store.within(tx)(ackOf(message));
    });
    expect(await orders.stats()).toMatchObject({ leased: 0, acked: 1 });
  });

  it("leaves nothing when it is rolled back, by itself or by what its function throws", async () => {
    const before = await orders.stats();
    await pglite.transaction(async (tx) => {
      await tx.query("insert into mine values ('b')");
      await store.within(tx)(orders.enqueue("o-2"));
      await tx.rollback();
    });
    const failing = pglite.transaction(async (tx) => {
      await store.within(tx)(orders.enqueue("o-3"));
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect([await orders.stats(), await count()]).toEqual([before, 1]);
  });

  it("is asked for, and neither the instance nor one that is over will do", async () => {
    expect(() => store.within(pglite)).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option: "client" }));
    const over = await pglite.transaction(async (tx) => Promise.resolve(tx));
    await expect(store.within(over)(orders.enqueue("o-4"))).rejects.toMatchObject({ _tag: "InvalidConfig" });
  });
});
