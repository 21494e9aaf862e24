/** Calls that leave together: in the order in which they were asked for, and each answered as if it had left alone. */
import { setTimeout as sleep } from "node:timers/promises";
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { newMessageId } from "../../../src/core/MessageId.js";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import { revisionOf } from "../../../src/core/Revision.js";
import type { PutStep } from "../../../src/core/steps/Put.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { Lease } from "../../../src/port/Lease.js";
import type { Store } from "../../../src/port/Store.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import { enqueueStep, leaseRequest, settleStep } from "../../../src/testing/conformance/queue/steps.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { miscounted } from "./miscounted.js";
import { aClient, aSchema, atEnd, enqueue, opened, settle } from "./opened.js";

const numbered = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => String(i));

/** How many rounds of what might end in a deadlock. `ROUNDS=10000 npx vitest run …` plays as many. */
const ROUNDS = Number(process.env["ROUNDS"] ?? 60);

/** A store over a pool that notes which functions are called, and loses the reply of the next call of those that are named. */
const watched = async (): Promise<{
  readonly store: Store;
  readonly calls: Array<string>;
  readonly lost: Array<string>;
  readonly schema: string;
}> => {
  const schema = await aSchema();
  const calls: Array<string> = [];
  const lost: Array<string> = [];
  const pool = new pg.Pool({ connectionString: await postgresUrl(), max: 3 });
  atEnd(() => pool.end());
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...args: ReadonlyArray<unknown>) => unknown;
    const noted = (...args: ReadonlyArray<unknown>): unknown => {
      const [config] = args;
      const text = typeof config === "object" && config !== null && "text" in config ? String(config.text) : "";
      const name = /\.(\w+_1)\(/.exec(text)?.[1];
      if (name === undefined) return query(...args);
      calls.push(name);
      if (name !== lost[0]) return query(...args);
      lost.shift();
      return Promise.resolve(query(...args)).then(() => {
        throw new Error("the reply was lost");
      });
    };
    Object.assign(client, { query: noted });
  });
  const store = postgresStore(pool, { schema });
  atEnd(() => store.close());
  await store.ready();
  calls.length = 0;
  return { store, calls, lost, schema };
};

const put = (id: string, expected: PutStep["expected"] = { _tag: "Any" }): PutStep => ({
  _tag: "Put",
  collection: "c",
  id,
  value: "{}",
  revision: revisionOf(newId()),
  expected,
  keep: { indexes: [{ name: "all", sort: "1" }] },
});

describe("a lease behind writes", () => {
  it("leaves with them as one call, and sees what they did", async () => {
    const { store, calls } = await watched();
    // An Effect is run once somebody asks for its value.
    const write = (payload: string) => store.write([[enqueueStep("q", payload)]], newId()).then((answers) => answers);
    const lease = () => store.lease(leaseRequest("q")).then((leases) => leases.map(({ payload }) => payload));
    const [, , first, , second] = await Promise.all([write("a"), write("b"), lease(), write("c"), lease()]);
    expect(first).toEqual(["a", "b"]);
    expect(second).toEqual(["c"]);
    expect(calls).toEqual(["both_1", "both_1"]);
  }, 30_000);

  it("leaves with the settlements of its turn", async () => {
    const { store, calls } = await watched();
    await enqueue(store, "q", numbered(30));
    let leases = await store.lease(leaseRequest("q", { max: 10 }));
    calls.length = 0;
    const seen: Array<string> = [];
    while (leases.length > 0) {
      seen.push(...leases.map(({ payload }) => payload));
      const [, next] = await Promise.all([
        settle(store, "q", leases, Ack),
        store.lease(leaseRequest("q", { max: 10 })),
      ]);
      leases = next;
    }
    expect(seen).toEqual(numbered(30));
    expect(calls).toEqual(["both_1", "both_1", "both_1"]);
    expect(await store.stats("q")).toMatchObject({ acked: 30, leased: 0, ready: 0 });
  }, 30_000);

  it("gives back what it leased where its reply is lost and the write is then found to be done", async () => {
    const { store, calls, lost } = await watched();
    await enqueue(store, "q", numbered(30));
    const leases = await store.lease(leaseRequest("q", { max: 10 }));
    calls.length = 0;
    lost.push("both_1");
    const [, next] = await Promise.all([settle(store, "q", leases, Ack), store.lease(leaseRequest("q", { max: 10 }))]);
    expect(calls).toEqual(["both_1", "both_1", "both_1"]);
    expect(next.map(({ payload }) => payload)).toEqual(numbered(20).slice(10));
    expect(await store.stats("q")).toMatchObject({ acked: 10, leased: 10, ready: 10 });
  }, 30_000);

  it("asks again with pauses where somebody's transaction holds what is due", async () => {
    const { store, calls, schema } = await watched();
    await enqueue(store, "q", ["a"]);
    await store.lease(leaseRequest("q", { leaseMs: 1 }));
    await sleep(10);
    const client = await aClient();
    await client.query(`begin; select from "${schema}".messages for update`);
    calls.length = 0;
    const leased = store.lease(leaseRequest("q", { waitMsMax: 20_000 })).then((leases) => leases);
    await sleep(500);
    const asked = calls.length;
    await client.query("commit");
    expect((await leased).map(({ payload }) => payload)).toEqual(["a"]);
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThanOrEqual(20);
  }, 30_000);

  it("is answered where a settlement before it lost its lease", async () => {
    const store = await opened(await aSchema());
    await enqueue(store, "q", ["a", "b", "c"]);
    const [one, two] = await store.lease(leaseRequest("q", { max: 2 }));
    const leases = [one, one, two].filter((lease): lease is Lease => lease !== undefined);
    const [answers, next] = await Promise.all([settle(store, "q", leases, Ack), store.lease(leaseRequest("q"))]);
    expect(answers.map(isRight)).toEqual([true, false, true]);
    expect(next.map(({ payload }) => payload)).toEqual(["c"]);
  }, 30_000);

  it("is answered where the server does not take the write before it", async () => {
    const store = await opened(await aSchema());
    await enqueue(store, "q", ["a"]);
    const event = { id: "no id at all", type: "t", data: "{}", meta: "{}" } as never;
    const append: Step = { _tag: "Append", stream: "s/1", expected: { _tag: "Any" }, events: [event], closes: false };
    const [written, leased] = await Promise.allSettled([
      store.write([[append]], newId()),
      store.lease(leaseRequest("q")),
    ]);
    expect(written).toMatchObject({ status: "rejected", reason: { _tag: "Defect" } });
    expect(leased).toMatchObject({ status: "fulfilled", value: [{ payload: "a" }] });
  }, 30_000);

  it("is nobody's where who asked for it has left before it was sent", async () => {
    const store = await opened(await aSchema());
    const written = enqueue(store, "q", ["a"]);
    store.lease(leaseRequest("q")).subscribe().unsubscribe();
    await written;
    expect(await store.stats("q")).toMatchObject({ ready: 1, leased: 0 });
  }, 30_000);

  it("is done once with the settlements before it, however often their connection is cut", async () => {
    const schema = await aSchema();
    const url = new URL(await postgresUrl());
    url.searchParams.set("application_name", schema);
    const store = await opened(schema, {}, url.href);
    await enqueue(store, "q", numbered(400));
    const client = await aClient();
    const seen: Array<string> = [];
    let leases = await store.lease(leaseRequest("q", { max: 5 }));
    for (let turn = 0; leases.length > 0; turn++) {
      seen.push(...leases.map(({ payload }) => payload));
      const turned = Promise.all([settle(store, "q", leases, Ack), store.lease(leaseRequest("q", { max: 5 }))]);
      if (turn % 8 === 0)
        await client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and state <> 'idle'",
          [schema],
        );
      const [answers, next] = await turned;
      expect(answers.every(isRight)).toBe(true);
      leases = next;
    }
    expect(seen).toEqual(numbered(400));
    expect(await store.stats("q")).toMatchObject({ acked: 400, ready: 0, leased: 0 });
    expect(await miscounted(client, schema)).toEqual([]);
  }, 60_000);

  it(
    "waits for no deadlock where it dead-letters keyed messages beside writes to their keys",
    async () => {
      const schema = await aSchema();
      const stores = [await opened(schema), await opened(schema)];
      const client = await aClient();
      const deadlocks = async (): Promise<number> => {
        const { rows } = await client.query<{ deadlocks: string }>(
          "select deadlocks from pg_stat_database where datname = current_database()",
        );
        return Number(rows[0]?.deadlocks);
      };
      const before = await deadlocks();
      // More keys than there are stripes, so that they collide.
      const keys = numbered(200);
      await Promise.all(
        stores.map(async (store, s) => {
          for (let round = 0; round < ROUNDS; round++) {
            const written = store.write(
              keys
                .filter((_, i) => i % 7 === (round + s) % 7)
                .map((key) => [enqueueStep("q", key, { key, expiresInMs: round % 2 === 0 ? 0 : undefined })]),
              newId(),
            );
            const leased = store.lease(leaseRequest("q", { max: 50, attemptsMax: 2 }));
            const [, leases] = await Promise.all([written, leased]);
            await settle(store, "q", leases, Ack);
          }
        }),
      );
      expect(await deadlocks()).toBe(before);
      expect(await miscounted(client, schema)).toEqual([]);
    },
    60_000 + 100 * ROUNDS,
  );
});

describe("reads of records", () => {
  it("leave as one call, and each gets its own, also where not all fit into one answer", async () => {
    const { store, calls } = await watched();
    const large = "x".repeat(1024 * 1024);
    for (const id of ["a", "b", "c", "d", "e", "f"])
      await store.write([[{ ...put(id), value: `${id}${large}` }]], newId());
    calls.length = 0;
    const read = async (...ids: ReadonlyArray<string>): Promise<ReadonlyArray<string | undefined>> => {
      const found = await store.getRecords(ids.map((id) => ({ collection: "c", id })));
      return found.map((record) => record?.value.charAt(0));
    };
    const small = await Promise.all([read("a"), read("none", "b"), read("c")]);
    expect(small).toEqual([["a"], [undefined, "b"], ["c"]]);
    expect(calls).toEqual(["get_records_1"]);
    const all = await Promise.all([read("a", "b"), read("c", "d", "e"), read("f", "none")]);
    // 4 MiB end within the second read, which gets those that fit. The third one is read anew.
    expect(all).toEqual([["a", "b"], ["c"], ["f", undefined]]);
    expect(calls.length).toBe(3);
  }, 30_000);
});

describe("a call of several kinds of steps", () => {
  it("is done a kind at a time, and answered list by list", async () => {
    const { store, calls, schema } = await watched();
    await enqueue(store, "q", numbered(20));
    const leases = await store.lease(leaseRequest("q", { max: 20 }));
    calls.length = 0;
    const lists = leases.map(
      (lease, i): ReadonlyArray<Step> => [
        settleStep(lease, Ack, { queue: "q" }),
        put(`r${i}`, { _tag: "Absent" }),
        enqueueStep("next", `n${i}`, { key: `k${i % 5}`, id: newMessageId() }),
      ],
    );
    const writeId = newId();
    const answers = await store.write(lists, writeId);
    expect(answers.every(isRight)).toBe(true);
    expect(calls).toEqual(["mixed_1"]);
    expect(await store.write(lists, writeId)).toEqual(answers);
    expect(await store.stats("q")).toMatchObject({ acked: 20, leased: 0 });
    expect(await store.stats("next")).toMatchObject({ enqueued: 20, ready: 5, waiting: 15 });
    expect(await store.countRecords({ collection: "c", indexes: ["all"] })).toEqual([20]);
    const next = await store.lease(leaseRequest("next"));
    expect(next.map(({ payload }) => payload)).toEqual(["n0", "n1", "n2", "n3", "n4"]);
    expect(await miscounted(await aClient(), schema)).toEqual([]);
  }, 30_000);

  it("refuses only the list that may not be done", async () => {
    const store = await opened(await aSchema());
    await store.write([[put("r3")]], newId());
    const lists = numbered(6).map(
      (n): ReadonlyArray<Step> => [put(`r${n}`, { _tag: "Absent" }), enqueueStep("q", n, { id: newMessageId() })],
    );
    const answers = await store.write(lists, newId());
    expect(answers.map(isLeft)).toEqual([false, false, false, true, false, false]);
    expect((await store.lease(leaseRequest("q"))).map(({ payload }) => payload)).toEqual(["0", "1", "2", "4", "5"]);
    expect(await store.countRecords({ collection: "c", indexes: ["all"] })).toEqual([6]);
  }, 30_000);
});
