/** A pgbouncer in transaction mode, which runs the statements of one session in several of the server's: nothing is lost, doubled or left behind. */
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import type { StoreEvent } from "../../../src/port/StoreEvent.js";
import { enqueueStep, leaseRequest, settleStep } from "../../../src/testing/conformance/queue/steps.js";
import { type PgBouncer, pgbouncerMissing, startPgBouncer } from "../../support/pgbouncer.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, atEnd, enqueue, opened } from "./opened.js";

const RUNS_WITHOUT = "These tests are left out";

describe("behind pgbouncer", () => {
  let isMissing = false;
  beforeAll(async () => {
    const probe = await startPgBouncer(await postgresUrl());
    isMissing = probe === undefined;
    await probe?.stop();
    if (isMissing) console.warn(`${pgbouncerMissing} ${RUNS_WITHOUT}.`);
  });

  const bouncerOf = async (mode?: "session"): Promise<PgBouncer> => {
    const bouncer = await startPgBouncer(await postgresUrl(), mode);
    if (bouncer === undefined) throw new Error(pgbouncerMissing);
    atEnd(() => bouncer.stop());
    return bouncer;
  };

  /** How many locks are held by which writers know that somebody waits. */
  const waitLocks = async (schema: string): Promise<number> => {
    const client = await aClient();
    const { rows } = await client.query<{ count: string }>(
      `select count(*) from pg_locks
        where locktype = 'advisory' and classid::bigint = hashtext('sluice waits ' || $1)::bigint & 4294967295`,
      [schema],
    );
    return Number(rows[0]?.count);
  };

  it("waits without locks or hints, says so once, and finds what others wrote within a second or two", {
    timeout: 60_000,
  }, async ({ skip }) => {
    skip(isMissing, pgbouncerMissing);
    const bouncer = await bouncerOf();
    const schema = await aSchema();
    const told: Array<StoreEvent> = [];
    const store = await opened(schema, { logger: { warn: () => undefined } }, bouncer.url);
    store.events$.subscribe((event) => told.push(event));
    await store.ready();
    const writer = await opened(schema);
    for (let n = 0; n < 3; n++) {
      const waits = Promise.resolve(store.lease(leaseRequest("q", { waitMsMax: 10_000 })));
      await sleep(200);
      expect(await waitLocks(schema)).toBe(0);
      const startMs = performance.now();
      await enqueue(writer, "q", [String(n)]);
      const [lease] = await waits;
      expect(lease?.payload).toBe(String(n));
      expect(performance.now() - startMs).toBeLessThan(2_000);
    }
    expect(told.map((event) => (event._tag === "StoreWarning" ? event.sentence.slice(0, 8) : event._tag))).toEqual([
      "A pooler",
    ]);
  });

  it("does every write once, in the order of its keys, with and without statements by name", {
    timeout: 60_000,
  }, async ({ skip }) => {
    skip(isMissing, pgbouncerMissing);
    const bouncer = await bouncerOf();
    for (const prepare of [true, false]) {
      const schema = await aSchema();
      const stores = [0, 1, 2].map(() => opened(schema, { prepare, hints: false }, bouncer.url));
      const [one, ...others] = await Promise.all(stores);
      if (one === undefined) throw new Error("a store was opened");
      const keys = Array.from({ length: 20 }, (_, k) => String(k));
      for (let n = 0; n < 5; n++) {
        const lists = (w: number) => keys.map((key) => [enqueueStep("q", `${n}`, { key: `${w} ${key}` })]);
        await Promise.all([one, ...others].map((store, w) => store.write(lists(w), newId())));
      }
      const seen = new Map<string, Array<string>>();
      const drain = async (store: typeof one): Promise<void> => {
        for (;;) {
          const leases = await store.lease(leaseRequest("q", { max: 30, consumer: newId() }));
          if (leases.length === 0) return;
          for (const { key = "", payload } of leases) seen.set(key, [...(seen.get(key) ?? []), payload]);
          await store.write(
            leases.map((lease) => [settleStep(lease, Ack, { queue: "q" })]),
            newId(),
          );
        }
      };
      await Promise.all([one, ...others].map(drain));
      await drain(one);
      expect(seen.size).toBe(60);
      for (const payloads of seen.values()) expect(payloads).toEqual(["0", "1", "2", "3", "4"]);
      expect(await one.stats("q")).toMatchObject({ enqueued: 300, acked: 300 });
      expect(one.capabilities.hints).toBe(false);
    }
  });

  it("that gives each client a connection of its own hints where it is told so", { timeout: 60_000 }, async ({
    skip,
  }) => {
    skip(isMissing, pgbouncerMissing);
    const bouncer = await bouncerOf("session");
    const schema = await aSchema();
    const store = await opened(schema, { hints: true }, bouncer.url);
    const waits = Promise.resolve(store.lease(leaseRequest("q", { waitMsMax: 10_000 })));
    await expect.poll(() => waitLocks(schema), { timeout: 5_000 }).toBe(16);
    await enqueue(await opened(schema), "q", ["a"]);
    expect((await waits).map(({ payload }) => payload)).toEqual(["a"]);
  });
});
