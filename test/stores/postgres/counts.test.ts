/** What is counted as it happens is told without a look at what was counted, and is what there is. */
import type pg from "pg";
import { describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Block, Reject, Retry } from "../../../src/core/Outcome.js";
import { revisionOf } from "../../../src/core/Revision.js";
import type { PutStep } from "../../../src/core/steps/Put.js";
import { leaseRequest } from "../../../src/testing/conformance/queue/steps.js";
import { miscounted } from "./miscounted.js";
import { aClient, aSchema, enqueue, opened, settle } from "./opened.js";

const numbered = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => String(i));

/** How many entries of these indexes one call of a function reads. */
const readBy = async (client: pg.Client, call: string, indexes: ReadonlyArray<string>): Promise<number> => {
  const entries = async (): Promise<number> => {
    const { rows } = await client.query<{ read: string }>(
      "select sum(pg_stat_get_xact_tuples_returned(name::regclass)) as read from unnest($1::text[]) name",
      [indexes],
    );
    return Number(rows[0]?.read);
  };
  await client.query("begin");
  const before = await entries();
  await client.query(call);
  const after = await entries();
  await client.query("rollback");
  return after - before;
};

describe("what is counted", () => {
  it("is told of a queue without a look at its messages", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    await enqueue(store, "q", numbered(500));
    await enqueue(store, "q", numbered(500), { key: "k" });
    await enqueue(store, "q", numbered(100), { delayMs: 1_000_000 });
    await enqueue(store, "q", numbered(10), { priority: 1 });
    const [one, two, three, four] = await store.lease(leaseRequest("q", { max: 7 }));
    await settle(store, "q", one === undefined ? [] : [one], Ack);
    await settle(store, "q", two === undefined ? [] : [two], Block({ cause: "wait", scope: "key" }));
    await settle(store, "q", three === undefined ? [] : [three], Reject({ cause: "wrong" }));
    await settle(store, "q", four === undefined ? [] : [four], Retry({ cause: "later", delayMs: 1_000_000 }));
    expect(await store.stats("q")).toMatchObject({
      ...{ enqueued: 1_110, acked: 1, purged: 0, dead: 1, blocked: 1, leased: 3 },
      ...{ delayed: 101, waiting: 499, ready: 504 },
    });
    const client = await aClient();
    const indexes = ["line", "due", "waiting", "head", "blocked", "dead", "halts", "pkey"].map(
      (name) => `"${schema}".messages_${name}`,
    );
    expect(await readBy(client, `select "${schema}".stats_1('{"queue": "q"}')`, indexes)).toBeLessThan(10);
    expect(await miscounted(client, schema)).toEqual([]);
  }, 30_000);

  it("is told of an index of records without a look at its places", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    const put = (id: string, index: string): PutStep => ({
      _tag: "Put",
      collection: "c",
      id,
      value: "{}",
      revision: revisionOf(newId()),
      expected: { _tag: "Any" },
      keep: { indexes: [{ name: index, sort: "1" }] },
    });
    await store.write([numbered(300).map((id) => put(id, "open"))], newId());
    await store.write([numbered(100).map((id) => put(id, "over"))], newId());
    await store.write(
      [[put("0", "open"), put("0", "over"), { _tag: "Remove", collection: "c", id: "1", expected: { _tag: "Any" } }]],
      newId(),
    );
    expect(await store.countRecords({ collection: "c", indexes: ["open", "over", "none"] })).toEqual([200, 99, 0]);
    const client = await aClient();
    const call = `select "${schema}".count_records_1('["c open"]')`;
    expect(await readBy(client, call, [`"${schema}".record_places_pkey`])).toBe(0);
    expect(await miscounted(client, schema)).toEqual([]);
  }, 30_000);

  it("is added up by whoever asks, where nobody else did", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    await enqueue(store, "q", numbered(10));
    const client = await aClient();
    await client.query(
      `insert into "${schema}".tallies select 1, 0, 0, 0, 0, 0, 0, 0, 0 from generate_series(1, 6000)`,
    );
    expect(await store.stats("q")).toMatchObject({ enqueued: 10, ready: 10 });
    const { rows } = await client.query<{ tallies: string }>(`select count(*) as tallies from "${schema}".tallies`);
    expect(rows).toEqual([{ tallies: "0" }]);
  }, 30_000);

  it("stays the same when tallies are added up", async () => {
    const schema = await aSchema();
    const store = await opened(schema);
    for (let n = 0; n < 5; n++) await enqueue(store, "q", numbered(10), { key: "k" });
    await store.lease(leaseRequest("q"));
    const before = await store.stats("q");
    const client = await aClient();
    await client.query(`select "${schema}".tidy_1('{"keptMs": 1000}')`);
    const { rows } = await client.query<{ tallies: string; counts: string }>(
      `select (select count(*) from "${schema}".tallies) as tallies, (select count(*) from "${schema}".counts) as counts`,
    );
    expect(rows).toEqual([{ tallies: "0", counts: "1" }]);
    expect(await store.stats("q")).toEqual(before);
    await enqueue(store, "q", numbered(10));
    expect((await store.stats("q")).ready).toBe(before.ready + 10);
    expect(await miscounted(client, schema)).toEqual([]);
  }, 30_000);
});
