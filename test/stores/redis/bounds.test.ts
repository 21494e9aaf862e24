/**
 * No call is long, whatever the sizes and counts: each script is driven to its bound. What counts is the time that the server
 * itself worked on it (its main thread serves nobody else meanwhile), so that a busy machine does not fail the test.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Block, type Outcome, Reject, Release, Retry } from "../../../src/core/Outcome.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { Lease } from "../../../src/port/Lease.js";
import { checkStep, putStep, removeStep } from "../../../src/testing/conformance/records/steps.js";
import { type RedisServer, startRedisServer } from "../../support/redisServer.js";
import { Bench, numbered, until } from "./bench.js";

const CALL_MS_MAX = 50;
/** An atomic list of 8 MiB cannot be cut: most of its time goes into fresh pages of memory. */
const LONGER: Readonly<Record<string, number>> = { "enqueue of 7 MiB": 250 };
/** What the work of `reference` costs on a quiet machine; on a busy one all else costs as much more. */
const REFERENCE_MS = 16;
const MIB = 1024 * 1024;
const small = (count: number): ReadonlyArray<string> => numbered(count).map((n) => n.padEnd(118, "x"));
const large = "x".repeat(MIB);

let server: RedisServer;
let at: Bench;

beforeAll(async () => {
  server = await startRedisServer();
});
beforeEach(async () => {
  await at?.close();
  at = new Bench(server.url);
  await at.store.ready();
});
afterAll(async () => {
  await at.close();
  await server.stop();
});

/** How long the server has worked, and in how many calls. */
const worked = async (): Promise<{ readonly ms: number; readonly calls: number }> => {
  const cpu = await at.admin.info("cpu");
  const stats = await at.admin.info("commandstats");
  const seconds = (kind: string): number => Number(new RegExp(`used_cpu_${kind}_main_thread:([\\d.]+)`).exec(cpu)?.[1]);
  const count = (name: string): number => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return { ms: 1_000 * (seconds("user") + seconds("sys")), calls: count("eval") + count("evalsha") };
};

/** How much slower than on a quiet machine the server works now. */
const slowness = async (): Promise<number> => {
  const before = await worked();
  const work = `for i = 1, 20000 do redis.call("RPUSH", KEYS[1], "${"0123456789".repeat(4)}" .. i) end redis.call("DEL", KEYS[1])`;
  await at.admin.eval(work, 1, `${at.key}:reference`);
  return Math.max(1, ((await worked()).ms - before.ms) / REFERENCE_MS);
};

/** The time of a call, of each of them where it takes several. */
const cost = async (call: () => PromiseLike<unknown>): Promise<number> => {
  const before = await worked();
  await call();
  const after = await worked();
  expect(after.calls).toBeGreaterThan(before.calls);
  return (after.ms - before.ms) / (after.calls - before.calls);
};

const fill = async (count: number, draft: Partial<Step> = {}): Promise<void> => {
  for (let from = 0; from < count; from += 5_000)
    await at.enqueue(small(Math.min(5_000, count - from)), draft as object);
};
const fillLarge = async (count: number, draft: Partial<Step> = {}): Promise<void> => {
  for (let n = 0; n < count; n++) await at.enqueue([large], draft as object);
};
/** One message for each of so many keys. */
const fillKeys = async (count: number): Promise<void> => {
  await at.store.write([small(count).map((payload, n) => at.step(payload, { key: `k${n}` }))], newId());
};
const leaseAll = async (): Promise<ReadonlyArray<Lease>> => {
  const leases: Array<Lease> = [];
  for (;;) {
    const some = await at.lease({ bytesMax: 4 * MIB });
    if (some.length === 0) return leases;
    leases.push(...some);
  }
};
/** Ends all that is ready so, a few at a time. */
const endAll = async (outcome: Outcome): Promise<void> => {
  const leases = await leaseAll();
  for (let from = 0; from < leases.length; from += 500) await at.settle(leases.slice(from, from + 500), outcome);
};
const no = Reject({ cause: "no" });
const blockKey = Block({ cause: "no", scope: "key" });
const blockQueue = Block({ cause: "no", scope: "queue" });

const page = { after: undefined, limit: 1_000 };
const walk = { after: undefined, seenMax: 1_000, limit: 1_000, ids: undefined };

/** So many names of indexes, in each of which a record of this id stands behind what others have too. */
const places = (count: number, id: string, before = "s".repeat(100)) =>
  numbered(count).map((n) => ({ name: `index ${n}`, sort: `${before}${id}` }));
const put1000 = async (steps: (id: string) => Step): Promise<void> => {
  await at.store.write([numbered(1_000).map(steps)], newId());
};
const fillLargeRecords = async (count: number): Promise<ReadonlyArray<string>> => {
  const ids = numbered(count);
  for (const id of ids) await at.store.write([[putStep(id, { value: large })]], newId());
  return ids;
};

type Call = () => PromiseLike<unknown>;
/** What is done beforehand, which answers the call that is measured. */
const cases: Readonly<Record<string, () => Promise<Call>>> = {
  "enqueue of 1,000 messages": async () => () => at.enqueue(small(1_000)),
  "enqueue of 1,000 keys": async () => () => fillKeys(1_000),
  "enqueue of 7 MiB": async () => () => at.enqueue(Array.from({ length: 7 }, () => large)),
  "lease of 10,000": async () => {
    await fill(10_000);
    return () => at.lease();
  },
  "lease of 4 MiB": async () => {
    await fillLarge(20);
    return () => at.lease({ bytesMax: 4 * MIB });
  },
  "lease of small ones before large ones": async () => {
    await fill(8);
    await fillLarge(60);
    return () => at.lease({ bytesMax: 4 * MIB });
  },
  "lease where 10,000 leases have ended": async () => {
    await fill(10_000);
    await at.store.extend({ queue: at.queue, leases: await leaseAll(), leaseMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    return () => at.lease({ max: 1 });
  },
  "lease where leases of 20 MiB have ended": async () => {
    await fillLarge(20);
    await at.store.extend({ queue: at.queue, leases: await leaseAll(), leaseMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    return () => at.lease({ max: 1 });
  },
  "lease where 10,000 ended out of attempts": async () => {
    await fill(10_000);
    await at.store.extend({ queue: at.queue, leases: await leaseAll(), leaseMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    return () => at.lease({ attemptsMax: 1 });
  },
  "lease where 10,000 are due": async () => {
    await fill(10_000, { delayMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    return () => at.lease();
  },
  "lease where 20 MiB are due": async () => {
    await fillLarge(20, { delayMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    return () => at.lease({ bytesMax: 4 * MIB });
  },
  "takeover of 20,000 leases": async () => {
    await fill(20_000);
    await at.lease({ exclusive: true });
    await at.lease({ exclusive: true });
    await at.store.leave({ queue: at.queue, consumer: "one" });
    return () => at.lease({ exclusive: true, consumer: "two" });
  },
  "ack of 10,000": async () => {
    await fill(10_000);
    const leases = await at.lease();
    return () => at.settle(leases);
  },
  "ack of 5,000 heads with a follower each": async () => {
    await fillKeys(5_000);
    await fillKeys(5_000);
    const leases = await at.lease();
    return () => at.settle(leases);
  },
  ...Object.fromEntries(
    (
      [
        ["retry", Retry({ cause: "x" })],
        ["retry later", Retry({ cause: "x", delayMs: 60_000 })],
        ["release", Release({ reason: "x" })],
        ["reject", no],
        ["block", blockKey],
      ] as const
    ).map(([name, outcome]) => [
      `${name} of 10,000`,
      async () => {
        await fill(10_000);
        const leases = await at.lease();
        return () => at.settle(leases, outcome);
      },
    ]),
  ),
  "10,000 acks with follow-ups to 10,000 queues": async () => {
    await fill(10_000);
    const leases = await at.lease();
    return () =>
      at.store.write(
        leases.map((lease, n) => [at.settleStep(lease, Ack), at.step("next", { queue: `next${n}` })]),
        newId(),
      );
  },
  "extend of 10,000": async () => {
    await fill(10_000);
    const leases = await at.lease();
    return () => at.store.extend({ queue: at.queue, leases, leaseMs: 60_000 });
  },
  "cancel of a lease of 10,000": async () => {
    await fill(10_000);
    return async () => {
      at.store.lease(at.request()).subscribe().unsubscribe();
      await until(async () => (await at.store.stats(at.queue)).ready === 10_000);
    };
  },
  "peek of 1,000": async () => {
    await fill(1_000);
    return () => at.store.peek({ queue: at.queue, limit: 1_000 });
  },
  "peek of 20 MiB": async () => {
    await fillLarge(20);
    return () => at.store.peek({ queue: at.queue, limit: 1_000 });
  },
  "page of 1,000 dead letters": async () => {
    await fill(1_000);
    await endAll(no);
    return () => at.store.deadLetters({ queue: at.queue, ...page });
  },
  "page of 20 MiB of blocked messages": async () => {
    await fillLarge(20);
    await endAll(blockKey);
    return () => at.store.blocked({ queue: at.queue, ...page });
  },
  "purge of 1,000 keys": async () => {
    await fillKeys(1_000);
    return () => at.store.purge({ queue: at.queue, limit: 1_000 }, newId());
  },
  "purge of 100 MiB": async () => {
    await fillLarge(100);
    return () => at.store.purge({ queue: at.queue, limit: 1_000 }, newId());
  },
  "purge of 20 MiB with keys": async () => {
    await fillLarge(10, { key: "one" });
    for (let n = 0; n < 10; n++) await at.enqueue([large], { key: `k${n}` });
    return () => at.store.purge({ queue: at.queue, limit: 1_000 }, newId());
  },
  "purge of 20 MiB that are delayed": async () => {
    await fillLarge(20, { delayMs: 60_000 });
    return () => at.store.purge({ queue: at.queue, limit: 1_000 }, newId());
  },
  "purge of 1,000 followers": async () => {
    await at.enqueue(small(1_001), { key: "k" });
    return () => at.store.purge({ queue: at.queue, limit: 1_000, followersOf: "k" }, newId());
  },
  "purge of 1,000 followers with dedupe ids": async () => {
    const dedupe = (id: string) => ({ id, windowMs: Number.POSITIVE_INFINITY });
    await at.store.write([small(1_001).map((text) => at.step(text, { key: "k", dedupe: dedupe(text) }))], newId());
    return () => at.store.purge({ queue: at.queue, limit: 1_000, followersOf: "k" }, newId());
  },
  "purge of 100 MiB of followers": async () => {
    await fillLarge(101, { key: "k" });
    return () => at.store.purge({ queue: at.queue, limit: 1_000, followersOf: "k" }, newId());
  },
  "purge of 20 MiB of followers with dedupe ids": async () => {
    for (let n = 0; n < 21; n++)
      await at.enqueue([large], { key: "k", dedupe: { id: `d${n}`, windowMs: Number.POSITIVE_INFINITY } });
    return () => at.store.purge({ queue: at.queue, limit: 1_000, followersOf: "k" }, newId());
  },
  "purge of followers where 1,000 are due": async () => {
    await fill(1_000, { key: "k", delayMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    return () => at.store.purge({ queue: at.queue, limit: 1_000, followersOf: "k" }, newId());
  },
  "unblock of 1,000": async () => {
    await fill(1_000);
    await endAll(blockKey);
    return () => at.store.unblock({ queue: at.queue, target: "all", decision: "retry", limit: 1_000 }, newId());
  },
  "unblock of 20 MiB": async () => {
    await fillLarge(20);
    await endAll(blockKey);
    return () => at.store.unblock({ queue: at.queue, target: "all", decision: "retry", limit: 1_000 }, newId());
  },
  "unblock of the queue among 10,000 that are blocked": async () => {
    await fill(10_001);
    const leases = [...(await at.lease()), ...(await at.lease())];
    await at.settle(leases.slice(0, 5_000), blockKey);
    await at.settle(leases.slice(5_000, 10_000), blockKey);
    await at.settle(leases.slice(10_000), blockQueue);
    return () => at.store.unblock({ queue: at.queue, target: "queue", decision: "retry", limit: 1_000 }, newId());
  },
  "redrive of 1,000": async () => {
    await fill(1_000);
    await endAll(no);
    return () => at.store.redriveFrom({ queue: at.queue, ...walk }, newId());
  },
  "redrive of 20 MiB": async () => {
    await fillLarge(20);
    await endAll(no);
    return () => at.store.redriveFrom({ queue: at.queue, ...walk }, newId());
  },
  "redrive of 500 with new data": async () => {
    await fill(500);
    await endAll(no);
    const { items } = await at.store.deadLetters({ queue: at.queue, ...page });
    const letters = items.map((letter) => ({ ...letter, payload: "new ".repeat(2_000) }));
    return () => at.store.redrive({ queue: at.queue, letters }, newId());
  },
  "stats of 10,000": async () => {
    await fill(10_000);
    return () => at.store.stats(at.queue);
  },
  "pause of 10,000": async () => {
    await fill(10_000);
    return () => at.store.setPaused({ queue: at.queue, paused: true }, newId());
  },
  "put of 1,000 records with a place, which leave 5": async () => {
    await put1000((id) => putStep(id, { indexes: places(5, id) }));
    return () => put1000((id) => putStep(id, { indexes: places(1, id, "other") }));
  },
  "lists of 20,000 places in all": async () => () =>
    at.store.write(
      numbered(1_000).map((id) => [putStep(id, { indexes: places(20, id) })]),
      newId(),
    ),
  "remove of 1,000 records with 5 places": async () => {
    await put1000((id) => putStep(id, { indexes: places(5, id) }));
    return () => put1000((id) => removeStep(id));
  },
  "check of 300 records of 1 MiB": async () => {
    const ids = await fillLargeRecords(300);
    return () => at.store.write([ids.map((id) => checkStep(id))], newId());
  },
  "get of 20 MiB": async () => {
    const ids = await fillLargeRecords(20);
    return () => at.store.getRecords(ids.map((id) => ({ collection: "things", id })));
  },
  ...Object.fromEntries(
    [
      ["a record each", 1],
      ["the same records", 20],
    ].map(([name, each]) => [
      `page of 1,000 over 20 indexes with ${name}`,
      async () => {
        const indexes = places(20, "").map((place) => place.name);
        for (const [n, index] of indexes.entries())
          await put1000((id) =>
            putStep(each === 1 ? `${id} ${n}` : id, {
              indexes: each === 1 ? [{ name: index, sort: `${"s".repeat(100)}${id}` }] : places(n + 1, id),
            }),
          );
        const request = { collection: "things", indexes, from: undefined, upTo: undefined, backwards: false };
        return () => at.store.pageRecords({ ...request, ...page });
      },
    ]),
  ),
};

describe("no call is long", () => {
  it.each(Object.keys(cases))(
    "%s",
    async (name) => {
      const call = await cases[name]?.();
      if (call === undefined) throw new Error("the case has a call");
      const slower = await slowness();
      const ms = (await cost(call)) / slower;
      if (process.env["SHOW_COSTS"] !== undefined) console.log(`${name}: ${ms.toFixed(1)} ms`);
      expect(ms).toBeLessThan(LONGER[name] ?? CALL_MS_MAX);
    },
    60_000,
  );
});
