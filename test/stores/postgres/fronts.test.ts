/** A line whose front is crowded with leased messages: it is read from behind them, and what returns among them is seen all the same. */
import { describe, expect, it } from "vitest";
import { Release } from "../../../src/core/Outcome.js";
import type { Lease } from "../../../src/port/Lease.js";
import type { Store } from "../../../src/port/Store.js";
import { leaseRequest } from "../../../src/testing/conformance/queue/steps.js";
import { aClient, aSchema, enqueue, opened, settle } from "./opened.js";

/** More than a lease passes without telling its front. */
const CROWD = 2_100;
/** So long a front is good for (milliseconds). */
const FRONT_MS = 100;

const numbered = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => String(i));

interface Crowded {
  readonly schema: string;
  readonly store: Store;
  readonly another: Store;
  /** Those that are leased, in their order. */
  readonly crowd: ReadonlyArray<Lease>;
  /** Leases so many, and answers their payloads. */
  readonly lease: (max: number) => Promise<ReadonlyArray<string>>;
  readonly moveClock: (ms: number) => void;
}

/** A queue of 2,200 messages, of which all but 100 are leased, and the store knows where the line begins. */
const crowded = async ({ leaseMs = 1_000_000 } = {}): Promise<Crowded> => {
  let clock = Date.now();
  const schema = await aSchema();
  const nowMs = (): number => clock;
  const [store, another] = [await opened(schema, { nowMs }), await opened(schema, { nowMs })];
  await enqueue(store, "q", numbered(1_000));
  await enqueue(store, "q", numbered(CROWD - 1_000));
  const crowd = await store.lease(leaseRequest("q", { max: CROWD, leaseMs }));
  await enqueue(store, "q", numbered(100));
  const lease = async (max: number): Promise<ReadonlyArray<string>> =>
    (await store.lease(leaseRequest("q", { max, leaseMs: 1_000_000 }))).map(({ payload }) => payload);
  expect(await lease(1)).toEqual(["0"]);
  const moveClock = (ms: number): void => {
    clock += ms;
  };
  return { schema, store, another, crowd, lease, moveClock };
};

/** Gives the first of the leased messages back. */
const giveBackFirst = (store: Store, crowd: ReadonlyArray<Lease>) =>
  settle(store, "q", crowd.slice(0, 1), Release({ reason: "another may have it" }));

const first = ["0"];

describe("a line behind many leased messages", () => {
  it("is read from where it begins", async () => {
    const { schema, lease } = await crowded();
    const client = await aClient();
    /** How many entries of the line this session has read, in its latest transactions. */
    const entries = async (): Promise<number> => {
      const { rows } = await client.query<{ read: string }>(
        "select pg_stat_get_xact_tuples_returned($1::regclass) as read",
        [`"${schema}".messages_line`],
      );
      return Number(rows[0]?.read);
    };
    const read = async (front: readonly [number, string] | null): Promise<readonly [reply: string, read: number]> => {
      const facts = {
        queue: "q",
        lettersMax: 10,
        lease: 1,
        again: false,
        max: 10,
        bytesMax: 1_000_000,
        leaseMs: 1_000,
      };
      const limits = { attemptsMax: 20, deliveriesMax: 1_000, hands: 2, owner: null, waits: false };
      await client.query("begin");
      const before = await entries();
      const { rows } = await client.query<{ reply: string }>(`select "${schema}".lease_1($1) as reply`, [
        JSON.stringify({ ...facts, ...limits, front }),
      ]);
      const after = await entries();
      await client.query("rollback");
      return [rows[0]?.reply ?? "", after - before];
    };
    const [whole, all] = await read(null);
    const [head = ""] = whole.split("\u001e");
    const [, , , level, place = ""] = head.split("\u001f");
    expect(all).toBeGreaterThan(CROWD);
    const [behind, few] = await read([Number(level), place]);
    expect(behind.split("\u001e").slice(1)).toEqual(whole.split("\u001e").slice(1));
    expect(few).toBeLessThan(100);
    expect(await lease(3)).toEqual(["1", "2", "3"]);
  }, 30_000);

  it("shows at once what this process gave back", async () => {
    const { store, crowd, lease } = await crowded();
    await giveBackFirst(store, crowd);
    expect(await lease(1)).toEqual(first);
  }, 30_000);

  it("shows at once what this process gave back in the same call", async () => {
    const { store, crowd, lease } = await crowded();
    const [, leased] = await Promise.all([giveBackFirst(store, crowd), lease(2)]);
    expect(leased).toEqual(["0", "1"]);
  }, 30_000);

  it("shows what another process gave back once its front is old", async () => {
    const { another, crowd, lease, moveClock } = await crowded();
    await giveBackFirst(another, crowd);
    expect(await lease(1)).toEqual(["1"]);
    moveClock(FRONT_MS);
    expect(await lease(1)).toEqual(first);
  }, 30_000);

  it("shows what another process gave back where the rest does not fill a request", async () => {
    const { another, crowd, lease } = await crowded();
    await giveBackFirst(another, crowd);
    expect(await lease(100)).toEqual(["0", ...numbered(100).slice(1)]);
  }, 30_000);

  it("shows a higher priority at once", async () => {
    const { another, lease } = await crowded();
    await enqueue(another, "q", ["high"], { priority: 5 });
    expect(await lease(1)).toEqual(["high"]);
  }, 30_000);

  it("shows leases that ended", async () => {
    const { lease, moveClock } = await crowded({ leaseMs: 5_000 });
    moveClock(5_000);
    expect(await lease(1)).toEqual(first);
  }, 30_000);

  it("is exact where the queue has one owner", async () => {
    const { store, another, crowd } = await crowded();
    const owned = leaseRequest("q", { max: 1, exclusive: true, consumer: "owner", leaseMs: 1_000_000 });
    // The takeover ends all leases, which then stand before what was never leased.
    const [taken] = await store.lease(owned);
    expect(taken?.payload).toBe("0");
    expect(crowd).toHaveLength(CROWD);
    await settle(another, "q", taken === undefined ? [] : [taken], Release({ reason: "again" }));
    expect((await store.lease(owned)).map(({ id }) => id)).toEqual([taken?.id]);
  }, 30_000);
});
