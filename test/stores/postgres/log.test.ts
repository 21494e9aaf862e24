/** What the log in Postgres promises amid transactions of others, and over what happens to a server. */
import { isRight } from "fp-ts/lib/Either.js";
import pg from "pg";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import type { Position } from "../../../src/core/Position.js";
import type { FeedPage, StoredEvent } from "../../../src/port/LogPort.js";
import type { Store } from "../../../src/port/Store.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import { appendStep } from "../../../src/testing/conformance/log/steps.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { dropSchema, newSchema } from "./schema.js";

let url: string;
let schema: string;
let store: Store;
const ends: Array<() => PromiseLike<unknown>> = [];

const open = (): Store => {
  const opened = postgresStore(url, { schema });
  ends.push(() => opened.close());
  return opened;
};

/** A session of somebody else. */
const session = async (): Promise<pg.Client> => {
  const client = new pg.Client(url);
  await client.connect();
  client.on("error", () => undefined);
  ends.push(() => client.end());
  await client.query(`set search_path = "${schema}"`);
  return client;
};

beforeAll(async () => {
  url = await postgresUrl();
}, 60_000);
beforeEach(async () => {
  schema = newSchema();
  ends.push(() => dropSchema(url, schema));
  store = open();
  await store.ready();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const append = async (stream: string, data: string, by: Store = store): Promise<Position> => {
  const [answer] = await by.write([[appendStep(stream, [data])]], newId());
  const result = answer !== undefined && isRight(answer) ? answer.right[0] : undefined;
  if (result?._tag !== "Appended" || result.position === undefined) throw new Error("an append was refused");
  return result.position;
};

const page = async (after?: Position, waitMsMax = 0): Promise<FeedPage> =>
  await store.readFeed({ after, types: undefined, categories: undefined, limit: 1_000, waitMsMax });

const events = async (after?: Position): Promise<Extract<FeedPage, { readonly _tag: "Events" }>> => {
  const found = await page(after);
  if (found._tag !== "Events") throw new Error(`the feed answered ${found._tag}`);
  return found;
};

const dataOf = (found: ReadonlyArray<StoredEvent>): ReadonlyArray<string> => found.map(({ data }) => data);

/** An append within a transaction of its own making, as a writer has it that is slow to commit. */
const appendIn = async (client: pg.Client, stream: string, ...data: ReadonlyArray<string>): Promise<void> => {
  const steps = data.map((each) => ["p", stream, "*", false, [[newId(), "happened", each, ""]]]);
  const writes = [[newId(), [[data.length > 1 ? 1 : 0, ...steps]]]];
  const call = {
    now: null,
    lettersMax: 1,
    locks: [],
    queues: [],
    due: [],
    woken: [],
    seqs: [],
    appends: true,
    ends: false,
    writes,
  };
  await client.query("select write_1($1)", [JSON.stringify(call)]);
};

/** Follows the log until so many events came. */
const follow = async (count: number, by: Store): Promise<ReadonlyArray<StoredEvent>> => {
  const seen: Array<StoredEvent> = [];
  let after: Position | undefined;
  while (seen.length < count) {
    const found = await by.readFeed({ after, types: undefined, categories: undefined, limit: 50, waitMsMax: 5_000 });
    if (found._tag !== "Events") throw new Error(`the feed answered ${found._tag}`);
    seen.push(...found.events);
    after = found.next;
  }
  return seen;
};

describe("the feed", () => {
  it("goes on while a transaction of somebody else stays open", async () => {
    const foreign = await session();
    await foreign.query("begin; create table theirs (id integer); insert into theirs values (1)");
    const first = await append("s", "1");
    expect(dataOf((await events()).events)).toEqual(["1"]);
    await append("t", "2");
    const found = await events(first);
    expect([dataOf(found.events), found.caughtUp]).toEqual([["2"], true]);
    await foreign.query("rollback");
  });

  it("gives nothing that stands behind an append which is not committed, and then all in order", async () => {
    const slow = await session();
    const first = await append("s", "1");
    await slow.query("begin");
    await appendIn(slow, "slow", "2");
    await append("s", "3");
    expect(await events(first)).toEqual({ _tag: "Events", events: [], next: first, caughtUp: false });
    const waiting = page(first, 10_000);
    await slow.query("commit");
    const found = await waiting;
    expect(found._tag === "Events" && dataOf(found.events)).toEqual(["2", "3"]);
  });

  it("gives what stands behind an append that was taken back", async () => {
    const slow = await session();
    await slow.query("begin");
    await appendIn(slow, "slow", "never");
    await append("s", "1");
    const waiting = page(undefined, 10_000);
    await slow.query("rollback");
    const found = await waiting;
    expect(found._tag === "Events" && dataOf(found.events)).toEqual(["1"]);
  });

  it("tells of a position that the log never had only where it ends for sure", async () => {
    const slow = await session();
    const first = await append("s", "1");
    await slow.query("begin");
    await appendIn(slow, "slow", "2");
    await append("s", "3");
    const lost = `${first.slice(0, -6)}${first.endsWith("000000") ? "000001" : "000000"}` as Position;
    const waiting = page(lost);
    await slow.query("commit");
    const { next } = await events(first);
    expect(await waiting).toEqual({ _tag: "WentBack", head: next });
  });

  it("passes over no event while many write, are slow, and take back", async () => {
    const writers = await Promise.all(Array.from({ length: 6 }, session));
    const others = [store, open()];
    let stop = false;
    const expected: Array<string> = [];
    const slow = writers.map(async (client, w) => {
      for (let n = 0; !stop && n < 40; n++) {
        await client.query("begin");
        const data = [`${w} ${n} a`, `${w} ${n} b`];
        await appendIn(client, `w/${w}`, ...data);
        await new Promise((resolve) => setTimeout(resolve, (n * 7 + w * 3) % 12));
        const kept = n % 3 !== 0;
        await client.query(kept ? "commit" : "rollback");
        if (kept) expected.push(...data);
      }
    });
    const quick = others.map(async (by, w) => {
      for (let n = 0; n < 150; n++) {
        await append(`q/${w}`, `q${w} ${n}`, by);
        expected.push(`q${w} ${n}`);
      }
    });
    // 26 of 40 rounds are kept, with two events each.
    const following = follow(6 * 26 * 2 + 2 * 150, open());
    await Promise.all([...slow, ...quick]);
    stop = true;
    const seen = await following;
    expect([...dataOf(seen)].sort()).toEqual([...expected].sort());
    expect(dataOf((await events()).events)).toEqual(dataOf(seen));
    for (const stream of new Set(seen.map((event) => event.stream))) {
      const versions = seen.filter((event) => event.stream === stream).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_, n) => n + 1));
    }
  }, 30_000);

  it("finds an append by itself where its session of hints was lost", async () => {
    const waiting = page(undefined, 10_000);
    const killer = await session();
    const listening =
      "select pid from pg_stat_activity where query like '%wait_for_log_1%' and pid <> pg_backend_pid()";
    await expect.poll(async () => (await killer.query(listening)).rowCount, { timeout: 5_000 }).toBe(1);
    await killer.query(`select pg_terminate_backend(pid) from (${listening}) it`);
    await appendIn(killer, "s", "1");
    const found = await waiting;
    expect(found._tag === "Events" && dataOf(found.events)).toEqual(["1"]);
  });

  it("is hinted only while it waits", async () => {
    const listener = await session();
    const hints: Array<string> = [];
    listener.on("notification", ({ payload }) => hints.push(payload ?? ""));
    const { rows } = await listener.query<{ channel: string }>("select hint_channel() as channel");
    await listener.query(`listen "${rows[0]?.channel}"`);
    await append("s", "1");
    expect(hints).toEqual([]);
    const { next } = await events();
    const waiting = page(next, 10_000);
    await expect
      .poll(async () => (await listener.query("select from pg_locks where locktype = 'advisory'")).rowCount)
      .toBe(16);
    await append("s", "2", open());
    await waiting;
    await listener.query("select 1");
    expect(hints).toEqual(["0"]);
  });
});

describe("a stream", () => {
  it("takes appends of sixteen writers that expect any version, without a conflict", async () => {
    const writers = await Promise.all(Array.from({ length: 16 }, session));
    await Promise.all(
      writers.map(async (client, w) => {
        for (let n = 0; n < 25; n++) {
          const request = {
            now: null,
            lettersMax: 1,
            locks: [300],
            queues: [],
            due: [],
            woken: [],
            seqs: [],
            appends: true,
            ends: false,
            writes: [[newId(), [[0, ["p", "s", "*", false, [[newId(), "happened", `${w} ${n}`, ""]]]]]]],
          };
          const call = ["append_1", "write_1", "append_one_1"][n % 3];
          const { rows } = await client.query<{ answer: string }>(`select ${call}($1) as answer`, [
            JSON.stringify(request),
          ]);
          expect(rows[0]?.answer).toMatch(/^\[\[\["\d+:[0-9a-f]+"\]\]\]$/);
        }
      }),
    );
    const found = await store.readStream({ stream: "s", after: 0, upTo: undefined, limit: 1_000, backwards: false });
    expect(found.events.map(({ version }) => version)).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
    expect((await events()).events).toEqual(found.events);
  }, 30_000);
});

describe("the log", () => {
  it("is trimmed no further than to an append that is not committed", async () => {
    const slow = await session();
    const first = await append("s", "1");
    await slow.query("begin");
    await appendIn(slow, "slow", "2");
    const last = await append("s", "3");
    expect(await store.trimLog({ upTo: last, limit: 100 }, newId())).toEqual({ trimmedTo: first });
    await slow.query("commit");
    expect(dataOf((await events(first)).events)).toEqual(["2", "3"]);
    expect(await store.trimLog({ upTo: last, limit: 100 }, newId())).toEqual({ trimmedTo: last });
  });

  it("tells that it went back, also where other events came to the places of lost ones", async () => {
    const first = await append("s", "1");
    const lost = await append("s", "2");
    const server = await session();
    // As a server that was restored, or a standby that had not got the last events when it was promoted.
    await server.query("delete from log_events where version = 2; select setval('log_calls', 1)");
    expect(await page(lost)).toEqual({ _tag: "WentBack", head: first });
    const other = await append("s", "other 2");
    expect(other.slice(0, -6)).toBe(lost.slice(0, -6));
    expect(await page(lost)).toEqual({ _tag: "WentBack", head: other });
    expect(dataOf((await events(first)).events)).toEqual(["other 2"]);
  });

  it("goes on beyond what the locks of those who append can tell, and beyond what a number can", async () => {
    const server = await session();
    const slow = await session();
    let after = await append("s", "0");
    for (const number of [2 ** 31 - 2, 2 ** 32 - 2, 2 ** 40]) {
      await server.query("select setval('log_calls', $1::bigint)", [number]);
      await slow.query("begin");
      await appendIn(slow, "slow", `${number} slow`);
      for (const data of ["1", "2"]) await append("s", `${number} ${data}`);
      expect((await events(after)).events).toEqual([]);
      await slow.query("commit");
      const found = await events(after);
      expect(dataOf(found.events)).toEqual([`${number} slow`, `${number} 1`, `${number} 2`]);
      expect(found.events.map(({ position }) => position)).toEqual(found.events.map(({ position }) => position).sort());
      after = found.next ?? after;
    }
  }, 20_000);
});

describe("records that have ended", () => {
  it("are deleted by who puts others that end", async () => {
    let nowMs = Date.now();
    const clocked = postgresStore(url, { schema, nowMs: () => nowMs });
    ends.push(() => clocked.close());
    const put = (id: string) => ({
      _tag: "Put" as const,
      collection: "c",
      id,
      revision: newId() as never,
      value: id,
      expected: { _tag: "Any" as const },
      keep: { ttlMs: 100 },
    });
    await clocked.write([[put("a"), put("b")]], newId());
    nowMs += 200;
    await clocked.write([[put("c")]], newId());
    const server = await session();
    const { rows } = await server.query("select id from records");
    expect(rows).toEqual([{ id: "c" }]);
  });
});
