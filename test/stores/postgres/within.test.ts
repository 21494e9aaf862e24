/** Writes within a transaction of the user's: they commit with its rows, or nothing of them remains. */
import { isLeft, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import pg from "pg";
import { concatMap, lastValueFrom, map, Subject, take, tap, toArray } from "rxjs";
import { beforeEach, describe, expect, it } from "vitest";
import { Complete, defineRoutes, hub } from "../../../src/entries/hub.js";
import {
  atomically,
  handle,
  type Queue,
  queue,
  Reject,
  Retry,
  retryBackoff,
  settle,
} from "../../../src/entries/index.js";
import { type EventLog, eventLog, eventType } from "../../../src/entries/log.js";
import { memoryStore } from "../../../src/entries/memory.js";
import { type Records, records } from "../../../src/entries/records.js";
import { aggregate } from "../../../src/entries/sourcing.js";
import type { PostgresStore } from "../../../src/stores/postgres/within/Within.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, atEnd, opened } from "./opened.js";

interface Count {
  readonly count: number;
}
const added = eventType("Added", t.type({ count: t.number }));

let schema: string;
let store: PostgresStore;
let orders: Queue<string>;
let carts: Records<number>;
let log: EventLog<{ readonly Added: Count }>;
/** The user's client, and their rows. */
let client: pg.Client;

const rows = async (): Promise<number> => {
  const other = await aClient();
  const { rows: found } = await other.query<{ count: string }>(`select count(*) from "${schema}".mine`);
  return Number(found[0]?.count);
};
const countsIn = async (stream: string): Promise<ReadonlyArray<number>> =>
  await lastValueFrom(
    log.read(stream).pipe(
      map(({ event }) => event.count),
      toArray(),
    ),
  );
const enqueued = async (): Promise<number> => (await orders.stats()).enqueued;

beforeEach(async () => {
  schema = await aSchema();
  store = await opened(schema);
  orders = queue(store, { name: "orders", codec: t.string, leaseMs: 2_000 });
  carts = records(store, { name: "carts", codec: t.number });
  log = eventLog(store, added);
  await store.ready();
  client = await aClient();
  await client.query(`create table "${schema}".mine (id text)`);
}, 30_000);

const begin = async (): Promise<void> => {
  await client.query("begin");
  await client.query(`insert into "${schema}".mine values ('a')`);
};

describe("a transaction", () => {
  it("commits messages, records and events with the user's rows", async () => {
    await begin();
    const within = store.within(client);
    const { id } = await within(orders.enqueue("o-1", { key: "k" }));
    await within(carts.insert("c-1", 7));
    await within(atomically([orders.enqueue("o-2", { key: "k" }), log.append("cart/1", [{ count: 1 }])]));
    expect([await enqueued(), await carts.get("c-1"), (await countsIn("cart/1")).length, await rows()]).toEqual([
      0,
      undefined,
      0,
      0,
    ]);
    await client.query("commit");
    expect((await orders.peek()).map((message) => message.id)).toEqual([id]);
    expect([
      await enqueued(),
      (await carts.get("c-1"))?.value,
      (await countsIn("cart/1")).length,
      await rows(),
    ]).toEqual([2, 7, 1, 1]);
  });

  it("leaves nothing when it is rolled back, not even the id of a write", async () => {
    await begin();
    const write = orders.enqueue("o-1", { key: "k", dedupe: { id: "d" } });
    await store.within(client)(write);
    await store.within(client)(log.append("cart/1", [{ count: 1 }]));
    await client.query("rollback");
    const { rows: left } = await client.query(
      `select from "${schema}".messages union all select from "${schema}".writes union all select from "${schema}".dedupes
        union all select from "${schema}".counts union all select from "${schema}".log_events`,
    );
    expect([left.length, await rows()]).toEqual([0, 0]);
    expect(await write).toMatchObject({ duplicate: false });
    expect(await enqueued()).toBe(1);
  });

  it("takes back what stands behind a savepoint, and nothing before it", async () => {
    await begin();
    const within = store.within(client);
    await within(orders.enqueue("o-1", { key: "k" }));
    await client.query("savepoint s");
    await within(orders.enqueue("o-2", { key: "k" }));
    await within(log.append("cart/1", [{ count: 1 }]));
    await client.query("rollback to savepoint s");
    await within(orders.enqueue("o-3", { key: "k" }));
    await client.query("commit");
    const messages = await orders.receive({ max: 1 });
    await atomically(messages.map(({ ack }) => ack));
    expect([await enqueued(), messages[0]?.data, (await orders.receive({ max: 1 }))[0]?.data]).toEqual([
      2,
      "o-1",
      "o-3",
    ]);
    expect(await countsIn("cart/1")).toEqual([]);
  });

  it("leaves nothing when its connection is killed", async () => {
    await begin();
    await store.within(client)(orders.enqueue("o-1"));
    const admin = await aClient();
    const { processID } = client as unknown as { readonly processID: number };
    await admin.query("select pg_terminate_backend($1)", [processID]);
    await expect(store.within(client)(orders.enqueue("o-2"))).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    expect([await enqueued(), await rows()]).toEqual([0, 0]);
  });

  it("may be one of two hundred at once", async () => {
    const pool = new pg.Pool({ connectionString: await postgresUrl(), max: 20 });
    atEnd(() => pool.end());
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const mine = await pool.connect();
        try {
          await mine.query("begin");
          await mine.query(`insert into "${schema}".mine values ($1)`, [`${i}`]);
          await store.within(mine)(orders.enqueue(`${i}`, { key: `${i % 7}` }));
          await mine.query(i % 4 === 0 ? "rollback" : "commit");
        } finally {
          mine.release();
        }
      }),
    );
    const { rows: mine } = await client.query<{ id: string }>(`select id from "${schema}".mine`);
    const stored = await client.query<{ payload: string }>(`select payload from "${schema}".messages`);
    expect(stored.rows.map(({ payload }) => JSON.parse(payload.slice(1)) as string).sort()).toEqual(
      mine.map(({ id }) => id).sort(),
    );
    expect(mine.length).toBe(150);
  }, 60_000);
});

describe("a refusal within a transaction", () => {
  it("leaves it as it was", async () => {
    await carts.insert("c-1", 1);
    await begin();
    const within = store.within(client);
    await expect(within(carts.insert("c-1", 2))).rejects.toMatchObject({ _tag: "RecordConflict" });
    await within(orders.enqueue("o-1"));
    await client.query("commit");
    expect([await enqueued(), await rows(), (await carts.get("c-1"))?.value]).toEqual([1, 1, 1]);
  });

  it("is told of a transaction that has failed, is read only, or is of another isolation", async () => {
    const attempt = () => store.within(client)(orders.enqueue("o-1"));
    await begin();
    await client.query("select 1 / 0").catch(() => undefined);
    await expect(attempt()).rejects.toMatchObject({ _tag: "InvalidConfig", message: /roll it back/ });
    await client.query("rollback; begin read only");
    await expect(attempt()).rejects.toMatchObject({ _tag: "InvalidConfig", message: /read only/ });
    for (const isolation of ["repeatable read", "serializable"]) {
      await client.query(`rollback; begin isolation level ${isolation}`);
      await expect(attempt()).rejects.toMatchObject({ _tag: "InvalidConfig", message: new RegExp(isolation) });
    }
    await client.query("commit");
    expect(await enqueued()).toBe(0);
  });

  it("is told of a client that is in none", async () => {
    const within = store.within(client);
    const refused = { _tag: "InvalidConfig", message: /in no transaction .* nothing was written/ };
    await expect(within(orders.enqueue("o-1"))).rejects.toMatchObject(refused);
    await expect(within(orders.enqueue("o-1"))).rejects.toMatchObject(refused);
    await client.query("begin");
    await within(orders.enqueue("o-1"));
    await client.query("rollback");
    await expect(within(orders.enqueue("o-1"))).rejects.toMatchObject(refused);
    expect(await enqueued()).toBe(0);
  });

  it("is told of what is no client, and of a write that is not the store's", async () => {
    const pool = new pg.Pool({ connectionString: await postgresUrl() });
    atEnd(() => pool.end());
    for (const wrong of [undefined, null, 1, {}, pool])
      expect(() => store.within(wrong as never)).toThrow(expect.objectContaining({ _tag: "InvalidConfig" }));
    const elsewhere = queue(memoryStore(), { name: "orders", codec: t.string });
    for (const wrong of [elsewhere.enqueue("a"), undefined, {}])
      expect(() => store.within(client)(wrong as never)).toThrow(
        expect.objectContaining({ _tag: "InvalidConfig", option: "write" }),
      );
  });

  it("is told where a deadlock ended it, and where the store is closed", async () => {
    const other = await aClient();
    await begin();
    await other.query("begin");
    await store.within(client)(orders.enqueue("o-1", { key: "a" }));
    await store.within(other)(orders.enqueue("o-2", { key: "b" }));
    const answers = await Promise.allSettled([
      store.within(client)(orders.enqueue("o-3", { key: "b" })),
      store
        .within(other)(orders.enqueue("o-4", { key: "a" }))
        .finally(() => other.query("rollback")),
    ]);
    const failed = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as object] : []));
    expect(failed).toMatchObject([
      { _tag: "StoreUnavailable", cause: { code: "40P01" }, message: /repeat it as a whole/ },
    ]);
    await client.query("rollback");
    await store.close();
    await client.query("begin");
    await expect(store.within(client)(orders.enqueue("o-1"))).rejects.toMatchObject({ _tag: "StoreClosed" });
  }, 20_000);
});

describe("the emit of a hub within a transaction", () => {
  it("commits with the rows, and after a rollback all of it is written anew", async () => {
    const shop = hub(store, {
      name: "shop",
      codec: t.UnknownRecord,
      routes: defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "A" }] }),
      destinations: { A: () => Promise.resolve(Complete) },
    });
    for (const end of ["rollback", "commit"]) {
      await begin();
      await store.within(client)(shop.emit([{ n: 1 }]));
      await client.query(end);
    }
    expect([(await shop.listEvents()).items.length, Object.keys(await shop.counts()), await rows()]).toEqual([
      1,
      ["A"],
      1,
    ]);
    const { rows: kept } = await client.query(
      `select from "${schema}".records where collection = 'sluice.hub/hub/shop'`,
    );
    expect(kept).toHaveLength(1);
  });
});

describe("a consumer", () => {
  it("gets a message once it is committed, and others meanwhile, also one that begins to wait", async () => {
    const other = queue(store, { name: "others", codec: t.string });
    await begin();
    await store.within(client)(orders.enqueue("o-1"));
    await store.within(client)(other.enqueue("x-1"));
    const got: Array<string> = [];
    const all = Promise.all(
      [orders, other].map((each) =>
        lastValueFrom(
          each.messages().pipe(
            tap(({ data }) => got.push(data)),
            take(2),
            toArray(),
          ),
        ),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const producer = queue(await opened(schema), { name: "orders", codec: t.string });
    await producer.enqueue("o-2");
    await expect.poll(() => got, { timeout: 3_000, interval: 10 }).toEqual(["o-2"]);
    await client.query("commit");
    await other.enqueue("x-2");
    await all;
    expect(got.slice(1).sort()).toEqual(["o-1", "x-1", "x-2"]);
  }, 20_000);

  it("of another process is told by the commit", async () => {
    const waiting = queue(await opened(schema), { name: "orders", codec: t.string });
    const first = waiting
      .receive({ max: 1, waitMsMax: 10_000 })
      .then(([message]) => [message?.data, performance.now()]);
    // So long until it listens.
    await expect
      .poll(async () => (await client.query("select from pg_locks where locktype = 'advisory'")).rows.length)
      .toBeGreaterThanOrEqual(16);
    const waits: Array<number> = [];
    await begin();
    await store.within(client)(orders.enqueue("o-1"));
    await client.query("commit");
    const committedMs = performance.now();
    const [data, atMs] = await first;
    waits.push(Number(atMs) - committedMs);
    expect(data).toBe("o-1");
    expect(Math.min(...waits)).toBeLessThan(500);
  }, 20_000);
});

describe("an ack within a transaction", () => {
  it("commits with the rows, and the consumer takes it for done", async () => {
    await orders.enqueue("o-1");
    const told: Array<string> = [];
    orders.events$.subscribe((event) => told.push(event._tag));
    const stop$ = new Subject<void>();
    await lastValueFrom(
      orders.messages({ stop$ }).pipe(
        handle(async (message) => {
          await begin();
          await store.within(client)(message.ack);
          await client.query("commit");
          stop$.next();
        }),
        settle(),
      ),
    );
    expect(await orders.stats()).toMatchObject({ acked: 1, leased: 0, ready: 0 });
    expect([told.filter((tag) => tag === "Lost" || tag === "StoreFailed"), await rows()]).toEqual([[], 1]);
  });

  it("is retried at once where the transaction failed, and acked anew by the next one", async () => {
    await orders.enqueue("o-1");
    let attempts = 0;
    const stop$ = new Subject<void>();
    await lastValueFrom(
      orders.messages({ stop$ }).pipe(
        handle(async (message) => {
          attempts += 1;
          await begin();
          await store.within(client)(message.ack);
          await client.query(attempts === 1 ? "rollback" : "commit");
          if (attempts === 1) throw new Error("it failed");
          stop$.next();
        }),
        retryBackoff({ initialMs: 1, attemptsMax: 3 }),
        settle(),
      ),
    );
    expect([attempts, await rows()]).toEqual([2, 1]);
    expect(await orders.stats()).toMatchObject({ acked: 1, leased: 0, ready: 0, dead: 0 });
  });

  it("is done anew by a transaction that is repeated, for the same message", async () => {
    await orders.enqueue("o-1");
    const [message] = await orders.receive({ max: 1 });
    for (const end of ["rollback", "commit"]) {
      await begin();
      await store.within(client)(atomically([message!.ack, carts.put("c", 1)]));
      await client.query(end);
    }
    expect(await orders.stats()).toMatchObject({ acked: 1, leased: 0 });
    expect([await message!.ack, await rows()]).toMatchObject([{ _tag: "Ack" }, 1]);
    // What was done already does not keep back what goes along.
    await atomically([message!.ack, carts.put("c", 2)]);
    expect((await carts.get("c"))?.value).toBe(2);
    await expect(message!.settle(Reject({ cause: "no" }))).rejects.toMatchObject({ _tag: "LeaseLost" });
  });

  it("is refused where the lease is lost, so that the rows can be rolled back", async () => {
    await orders.enqueue("o-1");
    const [message] = await orders.receive({ max: 1, leaseMs: 50 });
    await expect.poll(async () => (await orders.receive({ max: 1 })).length, { timeout: 5_000 }).toBe(1);
    await begin();
    await expect(store.within(client)(message!.ack)).rejects.toMatchObject({ _tag: "LeaseLost" });
    await client.query("rollback");
    expect([await rows(), (await orders.stats()).leased]).toEqual([0, 1]);
  });

  it("may be another outcome", async () => {
    await orders.enqueue("o-1");
    const [message] = await orders.receive({ max: 1 });
    await begin();
    await store.within(client)(message!.settle(Retry({ cause: "later" })));
    expect((await orders.stats()).leased).toBe(1);
    await client.query("commit");
    expect(await orders.stats()).toMatchObject({ leased: 0, ready: 1 });
  });
});

describe("an append within a transaction", () => {
  it("is given by feeds in its place after the commit, and holds back what comes behind it", async () => {
    await begin();
    await store.within(client)(log.append("cart/1", [{ count: 1 }]));
    await log.append("cart/2", [{ count: 2 }]);
    const got: Array<number> = [];
    const read = lastValueFrom(
      log.feed().pipe(
        concatMap((item) => (item._tag === "Event" ? [item.event.count] : [])),
        tap((count) => got.push(count)),
        take(3),
      ),
    );
    await store.within(client)(log.append("cart/1", [{ count: 3 }]));
    expect(got).toEqual([]);
    await client.query("commit");
    await expect.poll(() => got, { timeout: 5_000, interval: 10 }).toEqual([1, 2, 3]);
    await read;
  }, 20_000);

  it("teaches an aggregate nothing that may be rolled back", async () => {
    const counters = aggregate(store, {
      category: "counter",
      decider: {
        initial: 0,
        decide: (count: number) => (state: number) => (state + count > 3 ? left("full") : right([{ count }])),
        evolve: (state: number, event: Count) => state + event.count,
      },
      codec: added,
    });
    await counters.handle("1", 1);
    for (const end of ["rollback", "commit"]) {
      await begin();
      const decided = await counters.decide("1", 2);
      if (isLeft(decided)) throw new Error(decided.left);
      expect((await store.within(client)(decided.right)).state).toBe(3);
      await client.query(end);
      expect((await counters.state("1")).state).toBe(end === "rollback" ? 1 : 3);
    }
    expect(await counters.handle("1", 1)).toEqual(left("full"));
  });
});
