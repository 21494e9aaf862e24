/** What is particular to Redis: types of keys, sizes, memory, texts. */
import { isRight } from "fp-ts/lib/Either.js";
import { afterEach, describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Block, Reject, Release, Retry } from "../../../src/core/Outcome.js";
import type { Lease } from "../../../src/port/Lease.js";
import { FORMAT } from "../../../src/stores/redis/scripts/format.js";
import { putStep } from "../../../src/testing/conformance/records/steps.js";
import { startRedisServer } from "../../support/redisServer.js";
import { Bench, numbered, payloadsOf, until } from "./bench.js";

const url = inject("redisUrl");
const benches: Array<Bench> = [];

const bench = (options = {}, at: string = url): Bench => {
  const made = new Bench(at, options);
  benches.push(made);
  return made;
};

afterEach(async () => {
  for (const made of benches.splice(0)) await made.close();
});

describe("sizes around the slices of a script", () => {
  it.each([999, 1_000, 1_001, 2_001, 9_000])("%i messages are enqueued, leased, extended and acked", async (count) => {
    const at = bench();
    await at.enqueue(numbered(count));
    const leases = await at.lease();
    expect(payloadsOf(leases)).toEqual(numbered(count));
    const extended = await at.store.extend({ queue: at.queue, leases, leaseMs: 60_000 });
    expect(extended.every(isRight)).toBe(true);
    expect((await at.settle(leases)).every(isRight)).toBe(true);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: count, acked: count, leased: 0 });
  });

  it.each([
    ["retried", Retry({ cause: "x" }), { ready: 9_000 }],
    ["retried later", Retry({ cause: "x", delayMs: 60_000 }), { delayed: 9_000 }],
    ["released", Release({ reason: "x" }), { ready: 9_000 }],
    ["rejected", Reject({ cause: "x" }), { dead: 9_000 }],
    ["blocked", Block({ cause: "x", scope: "key" }), { blocked: 9_000 }],
  ])("9,000 messages are %s in one write", async (_, outcome, expected) => {
    const at = bench();
    await at.enqueue(numbered(9_000));
    const answers = await at.settle(await at.lease(), outcome);
    expect(answers.every(isRight)).toBe(true);
    expect(await at.store.stats(at.queue)).toMatchObject({ leased: 0, ...expected });
    if ("ready" in expected) expect(payloadsOf(await at.lease())).toEqual(numbered(9_000));
  });

  it("2,500 messages with a key each, and 2,500 of one key", async () => {
    const at = bench();
    await at.store.write([numbered(2_500).map((n) => at.step(n, { key: n }))], newId());
    await at.enqueue(numbered(2_500), { key: "one" });
    expect(await at.store.stats(at.queue)).toMatchObject({ ready: 2_501, waiting: 2_499 });
    const leases = await at.lease();
    expect(leases).toHaveLength(2_501);
    await at.settle(leases);
    expect(await at.store.stats(at.queue)).toMatchObject({ ready: 1, waiting: 2_498, acked: 2_501 });
    expect(await at.admin.hkeys(`${at.key}:k`)).toEqual(["one"]);
    for (let more = true; more; ) ({ more } = await at.store.purge({ queue: at.queue, limit: 1_000 }, newId()));
    expect(await at.admin.exists(`${at.key}:k`, `${at.key}:f`, `${at.key}:k:one`)).toBe(0);
  });

  it("large payloads are read as far as the bytes allow", async () => {
    const at = bench();
    const large = "x".repeat(1024 * 1024);
    for (let n = 0; n < 12; n++) await at.enqueue([large]);
    expect(await at.lease({ bytesMax: 4 * 1024 * 1024 })).toHaveLength(4);
    expect(await at.lease({ bytesMax: 1 })).toHaveLength(1);
    expect(await at.lease()).toHaveLength(7);
  });
});

describe("texts", () => {
  const texts = [
    "",
    " ",
    "é",
    "🦊",
    "}",
    "{x}",
    "a\u0000b",
    "\n\t\r",
    ":,%",
    "%0041",
    "\ud83e",
    "\udd8a",
    "é".repeat(256),
    "-%d+(.)",
  ];

  it("keys of any text stay apart and come back as they were", async () => {
    const at = bench();
    await at.store.write([[...texts, ...texts].map((key, n) => at.step(String(n), { key }))], newId());
    const leases = await at.lease();
    expect(leases.map(({ key }) => key)).toEqual(texts);
    await at.settle(leases);
    const followers = await at.lease();
    expect(followers.map(({ key }) => key)).toEqual(texts);
    await at.settle(followers, Block({ cause: "x", scope: "key" }));
    for (const key of texts)
      expect(
        await at.store.unblock({ queue: at.queue, target: { key }, decision: "skip", limit: 10 }, newId()),
      ).toMatchObject({ count: 1 });
    expect(await at.admin.exists(`${at.key}:k`)).toBe(0);
  });

  it("payloads, headers and causes of any text come back as they were", async () => {
    const at = bench();
    for (const text of texts) await at.enqueue([text], { headers: { [text]: text, plain: "1" } });
    const leases = await at.lease();
    expect(payloadsOf(leases)).toEqual(texts);
    expect(leases.map(({ headers }) => headers)).toEqual(texts.map((text) => ({ [text]: text, plain: "1" })));
    for (const lease of leases)
      await at.store.write(
        [[{ ...at.settleStep(lease, Reject({ cause: "x" })), cause: lease.payload } as never]],
        newId(),
      );
    const { items } = await at.store.deadLetters({ queue: at.queue, after: undefined, limit: 100 });
    expect(items.map(({ cause, payload, history }) => [cause, payload, history[0]?.cause])).toEqual(
      texts.map((text) => [text, text, text]),
    );
  });

  it("names of queues do not run into keys of other queues", async () => {
    const at = bench();
    const names = ["a", "a:r:0", "a:l", "a:k:x", "é/ü", "a:dead"];
    for (const queue of names) await at.store.write([[at.step(queue, { queue, key: "x" })]], newId());
    for (const queue of names) expect(payloadsOf(await at.lease({ queue }))).toEqual([queue]);
  });
});

describe("a foreign value at a key of ours", () => {
  const suffixes = [
    "",
    ":r:0",
    ":r:4",
    ":a",
    ":l",
    ":x",
    ":d",
    ":k",
    ":k:key",
    ":f",
    ":b",
    ":bi",
    ":dead",
    ":w",
    ":h",
    ":u:dd",
  ];
  /** Nothing is ready, and a consumer waits. */
  const expectOne = async (at: Bench): Promise<void> => {
    await at.admin.del(`${at.key}:r:0`, `${at.key}:r:9`, `${at.key}:w`);
    await at.admin.hdel(at.key, "levels");
    await at.admin.set(`${at.key}:h`, `w${FORMAT}:000000000900007530`);
  };
  /** A marked message follows, and one is delayed. */
  const beginMarks = async (at: Bench): Promise<void> => {
    await at.enqueue(["marked"], { key: "key", mark: "m5" });
    await at.enqueue(["marked"], { key: "key", mark: "m6", delayMs: 1 });
  };
  const conclude = (at: Bench, leases: ReadonlyArray<Lease>): PromiseLike<unknown> =>
    at.store.write(
      leases.map((lease, n) => [
        at.settleStep(lease, Ack),
        putStep(String(n), { indexes: [{ name: "all", sort: "1" }] }),
      ]),
      newId(),
    );
  const calls: ReadonlyArray<
    readonly [
      name: string,
      call: (at: Bench, leases: Awaited<ReturnType<Bench["lease"]>>) => PromiseLike<unknown>,
      prepare?: (at: Bench) => PromiseLike<unknown>,
    ]
  > = [
    ["enqueue", (at) => at.enqueue(["a", "b"], { priority: 4 })],
    ["enqueue for one that waits", (at) => at.enqueue(["a"]), (at) => expectOne(at)],
    ["keyed enqueue", (at) => at.enqueue(["a", "b"], { key: "key" })],
    [
      "enqueue of any kind",
      (at) => at.enqueue(["a", "b"], { key: "key", delayMs: 5, dedupe: { id: "d", windowMs: 9_000 } }),
    ],
    ["enqueue with a mark", (at) => at.enqueue(["a", "b"], { key: "key", mark: "m" })],
    ["delayed enqueue with a mark", (at) => at.enqueue(["a"], { key: "new", mark: "m", delayMs: 5 })],
    ["ack", (at, leases) => at.settle(leases)],
    ["ack where marks are", (at, leases) => at.settle(leases), beginMarks],
    ["ack with a put", (at, leases) => conclude(at, leases)],
    ["ack with a put where marks are", (at, leases) => conclude(at, leases), beginMarks],
    ["block where marks are", (at, leases) => at.settle(leases, Block({ cause: "x", scope: "key" })), beginMarks],
    ["heads", (at) => at.store.heads({ queue: at.queue, keys: ["key", "other"] })],
    ["heads where marks are", (at) => at.store.heads({ queue: at.queue, keys: ["key"] }), beginMarks],
    ["purge where marks are", (at) => at.store.purge({ queue: at.queue, limit: 10 }, newId()), beginMarks],
    ["settle", (at, leases) => at.settle(leases, Retry({ cause: "x", delayMs: 10 }))],
    ["reject", (at, leases) => at.settle(leases, Reject({ cause: "x" }))],
    ["block", (at, leases) => at.settle(leases, Block({ cause: "x", scope: "queue" }))],
    ["lease", (at) => at.lease({ max: 1 })],
    ["lease for one", (at) => at.lease({ max: 1, exclusive: true })],
    ["extend", (at, leases) => at.store.extend({ queue: at.queue, leases, leaseMs: 9_000 })],
    ["stats", (at) => at.store.stats(at.queue)],
    ["peek", (at) => at.store.peek({ queue: at.queue, limit: 10 })],
    ["pause", (at) => at.store.setPaused({ queue: at.queue, paused: true }, newId())],
    ["resume", (at) => at.store.setPaused({ queue: at.queue, paused: false }, newId())],
    ["blocked", (at) => at.store.blocked({ queue: at.queue, after: undefined, limit: 10 })],
    ["unblock", (at) => at.store.unblock({ queue: at.queue, target: "all", decision: "reject", limit: 10 }, newId())],
    ["dead letters", (at) => at.store.deadLetters({ queue: at.queue, after: undefined, limit: 10 })],
    ["purge", (at) => at.store.purge({ queue: at.queue, limit: 10 }, newId())],
    ["purge of followers", (at) => at.store.purge({ queue: at.queue, limit: 10, followersOf: "key" }, newId())],
    [
      "purge of followers where marks are",
      (at) => at.store.purge({ queue: at.queue, limit: 10, followersOf: "key" }, newId()),
      beginMarks,
    ],
    ["leave", (at) => at.store.leave({ queue: at.queue, consumer: "one" })],
  ];

  it.each(suffixes)("at %j every call passes whole, or fails clean and changes nothing", async (suffix) => {
    for (const [name, call, prepare] of calls) {
      const at = new Bench(url);
      try {
        await at.enqueue(["leased"], { key: "key" });
        await at.enqueue(["plain", "plain"]);
        const leases = await at.lease({ max: 2 });
        await at.settle(await at.lease({ max: 1 }), Release({ reason: "x" }));
        await at.enqueue(["follows"], { key: "key" });
        await at.enqueue(["later"], { delayMs: 1 });
        await at.enqueue(["blocked", "dead"], { priority: 9 });
        const [blocked, dead] = await at.lease({ max: 2 });
        if (blocked === undefined || dead === undefined) throw new Error("two were ready");
        await at.settle([blocked], Block({ cause: "x", scope: "key" }));
        await at.settle([dead], Reject({ cause: "x" }));
        await prepare?.(at);
        await at.admin.del(at.key + suffix);
        await (["", ":h", ":u:dd"].includes(suffix)
          ? at.admin.sadd(at.key + suffix, "x")
          : at.admin.set(at.key + suffix, "x"));
        const before = await at.digest();
        const failure = await Promise.resolve(call(at, leases)).then(
          () => undefined,
          (cause: unknown) => cause,
        );
        if (failure !== undefined) {
          expect(failure, `${name} at ${suffix}`).toMatchObject({ _tag: "InvalidConfig", retryable: false });
          expect(await at.digest(), `${name} at ${suffix}`).toEqual(before);
        }
        await at.admin.del(at.key + suffix);
      } finally {
        await at.close();
      }
    }
  });
});

describe("full memory", () => {
  it("refuses new messages with nothing changed, and lets settle, lease, extend, release and retry pass", async () => {
    const server = await startRedisServer({ args: ["--maxmemory", "24mb", "--maxmemory-policy", "noeviction"] });
    const at = new Bench(server.url);
    try {
      await at.enqueue(["keyed", "follows"], { key: "k" });
      const chunk = numbered(20).map(() => "x".repeat(10_000));
      await expect(
        (async () => {
          for (;;) await at.enqueue(chunk);
        })(),
      ).rejects.toMatchObject({ _tag: "StoreFull", retryable: true });
      await at.admin.config("SET", "maxmemory", "1mb");
      const before = await at.digest();
      for (const draft of [{}, { key: "new" }, { delayMs: 5 }, { dedupe: { id: "d", windowMs: 1_000 } }])
        await expect(at.enqueue(["a"], draft)).rejects.toMatchObject({ _tag: "StoreFull" });
      expect(await at.digest()).toEqual(before);
      const leases = await at.lease({ max: 10 });
      expect(leases).toHaveLength(10);
      const [keyed, acked, retried, later, released, rejected, blocked] = leases;
      if (!keyed || !acked || !retried || !later || !released || !rejected || !blocked)
        throw new Error("ten were leased");
      const extended = await at.store.extend({ queue: at.queue, leases, leaseMs: 40_000 });
      expect(extended.every(isRight)).toBe(true);
      expect((await at.settle([keyed, acked])).every(isRight)).toBe(true);
      const answers = await at.store.write(
        [
          [at.settleStep(retried, Retry({ cause: "x" }))],
          [at.settleStep(later, Retry({ cause: "x", delayMs: 10 })), at.step("follows the settle")],
          [at.settleStep(released, Release({ reason: "x" }))],
          [at.settleStep(rejected, Reject({ cause: "x" }))],
          [at.settleStep(blocked, Block({ cause: "x", scope: "queue" }))],
        ],
        newId(),
      );
      expect(answers.every(isRight)).toBe(true);
      await at.store.unblock({ queue: at.queue, target: "all", decision: "retry", limit: 10 }, newId());
      await at.store.leave({ queue: at.queue, consumer: "one" });
      expect(await at.store.stats(at.queue)).toMatchObject({ acked: 2, dead: 1, halted: false });
      for (let more = true; more; ) ({ more } = await at.store.purge({ queue: at.queue, limit: 100 }, newId()));
      await at.admin.config("SET", "maxmemory", "64mb");
      await at.enqueue(["room again"]);
    } finally {
      await at.close();
      await server.stop();
    }
  });
});

describe("a record that this version cannot read", () => {
  it("is dead-lettered whole, spoils no other, and goes back as it was", async () => {
    const at = bench();
    await at.enqueue(["a", "b"]);
    const alien = `00000000000${"?".repeat(70)}`;
    await at.admin.lpush(`${at.key}:r:0`, alien, "short");
    await at.admin.hincrby(at.key, "enqueued", 2);
    expect(payloadsOf(await at.lease())).toEqual(["a", "b"]);
    const { items } = await at.store.deadLetters({ queue: at.queue, after: undefined, limit: 10 });
    expect(items.map(({ payload, cause }) => [payload, cause])).toEqual([
      ["short", "unreadable: of another version, or damaged"],
      [alien, "unreadable: of another version, or damaged"],
    ]);
    const letters = items.map((letter) => ({ ...letter, payload: undefined }));
    expect(await at.store.redrive({ queue: at.queue, letters }, newId())).toMatchObject({ count: 2 });
    expect(await at.admin.lrange(`${at.key}:r:0`, 0, -1)).toEqual(["short", alien]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 4, ready: 2, leased: 2, dead: 0 });
  });

  it("may stand anywhere", async () => {
    const at = bench();
    await at.enqueue(["a"]);
    await at.admin.zadd(`${at.key}:d`, 1, "0000000001---00000000000Z later");
    expect(await at.store.peek({ queue: at.queue, limit: 10 })).toHaveLength(2);
    expect(payloadsOf(await at.lease())).toEqual(["a"]);
    expect(await at.store.purge({ queue: at.queue, limit: 10 }, newId())).toMatchObject({ count: 0 });
  });

  it("a queue of another format is left alone", async () => {
    const at = bench();
    await at.enqueue(["a"]);
    await at.admin.hset(at.key, "format", "99");
    const before = await at.digest();
    for (const call of [() => at.enqueue(["b"]), () => at.lease(), () => at.enqueue(["b"], { key: "k" })])
      await expect(call()).rejects.toMatchObject({ _tag: "InvalidConfig" });
    expect(await at.digest()).toEqual(before);
  });
});

describe("what is kept", () => {
  it("a message of 117 bytes takes at most 57 more, 48 of them to a block", async () => {
    const server = await startRedisServer();
    const at = new Bench(server.url);
    const used = async () => Number(/used_memory:(\d+)/.exec(await at.admin.info("memory"))?.[1]);
    try {
      await at.enqueue(["the scripts are loaded"]);
      const before = await used();
      for (let n = 0; n < 30; n++) await at.enqueue(numbered(1_000).map(() => "x".repeat(118)));
      await at.store.close(); // its buffers are not what is measured
      await until(async () => (await at.admin.info("clients")).includes("connected_clients:1\r"));
      expect(((await used()) - before) / 30_000).toBeLessThan(174); // with 47 to a block it would be 175
    } finally {
      await at.close();
      await server.stop();
    }
  });

  it("results of writes are kept for a resend, the latest 500 and for an hour at most", async () => {
    const at = bench();
    for (let n = 0; n < 620; n++) await at.enqueue(["a"]);
    const results = (await at.digest()).filter(([key]) => key.includes(":w:"));
    expect(results.length).toBeGreaterThanOrEqual(500);
    expect(results.length).toBeLessThanOrEqual(520);
    for (const [key] of results.slice(0, 3)) expect(await at.admin.pttl(key)).toBeGreaterThan(3_500_000);
  });

  it("a drained queue keeps its counts and nothing of its messages", async () => {
    const at = bench();
    await at.enqueue(["a", "b"], { key: "k", priority: 3 });
    await at.enqueue(["c"], { delayMs: 1, dedupe: { id: "d", windowMs: 5 } });
    await until(async () => {
      await at.settle(await at.lease());
      return (await at.store.stats(at.queue)).acked === 3;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    const own = (await at.digest()).map(([key]) => key.replace(at.key, "Q")).filter((key) => !key.includes(":w:"));
    expect(own.filter((key) => !key.startsWith("Q:c:"))).toEqual(expect.arrayContaining(["Q"]));
    expect(own.every((key) => key === "Q" || key === "Q:w" || key.startsWith("Q:c:"))).toBe(true);
  });
});

describe("long calls", () => {
  it("leave the server to others: none of 1,000 messages takes 50 ms of its time", async () => {
    const server = await startRedisServer();
    const at = new Bench(server.url);
    const usedMs = async () => {
      const cpu = await at.admin.info("cpu");
      const of = (name: string): number => Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(cpu)?.[1]) * 1_000;
      return of("user") + of("sys");
    };
    const taken: Record<string, number> = {};
    const timed = async <A>(name: string, call: () => PromiseLike<A>): Promise<A> => {
      const before = await usedMs();
      const answer = await call();
      taken[name] = (await usedMs()) - before;
      return answer;
    };
    try {
      await timed("enqueue", () => at.enqueue(numbered(1_000)));
      const first = await timed("lease", () => at.lease());
      await timed("retry", () => at.settle(first, Retry({ cause: "x" })));
      const second = await at.lease();
      await timed("reject", () => at.settle(second, Reject({ cause: "x" })));
      const { items } = await at.store.deadLetters({ queue: at.queue, after: undefined, limit: 1_000 });
      const letters = items.map((letter) => ({ ...letter, payload: undefined }));
      await timed("redrive", () => at.store.redrive({ queue: at.queue, letters }, newId()));
      const third = await at.lease();
      await timed("block", () => at.settle(third, Block({ cause: "x", scope: "key" })));
      const all = { queue: at.queue, target: "all", decision: "retry", limit: 1_000 } as const;
      await timed("unblock", () => at.store.unblock(all, newId()));
      const fourth = await at.lease({ leaseMs: 1 });
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await timed("reap", () => at.lease({ max: 1 }))).toHaveLength(1);
      expect(await at.admin.zcard(`${at.key}:a`)).toBe(999);
      await timed("ack", () => at.settle(fourth));
      for (const [name, ms] of Object.entries(taken)) expect(ms, name).toBeLessThan(50);
    } finally {
      await at.close();
      await server.stop();
    }
  });

  it("reap 2 MiB of large messages at a time, in order, whoever leases in between", async () => {
    const at = bench();
    const large = "x".repeat(1024 * 1024);
    for (let n = 0; n < 12; n++) await at.enqueue([`${n} ${large}`]);
    const leases: Array<Lease> = [];
    while (leases.length < 12) leases.push(...(await at.lease({ bytesMax: 4 * 1024 * 1024 })));
    await at.store.extend({ queue: at.queue, leases, leaseMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const seen: Array<string> = [];
    for (let n = 0; n < 12; n++) {
      const [lease] = await at.lease({ max: 1 });
      seen.push(lease?.payload.split(" ")[0] ?? "none");
      if (n === 0) expect(await at.store.stats(at.queue)).toMatchObject({ ready: 1, leased: 11 });
    }
    expect(seen).toEqual(numbered(12));
  });

  it("make 2 MiB of large messages ready at a time, in order, and 1,000 small ones", async () => {
    const at = bench();
    const large = "x".repeat(1024 * 1024);
    await at.enqueue(numbered(16), { delayMs: 1 });
    for (let n = 16; n < 24; n++) await at.enqueue([`${n} ${large}`], { delayMs: 1 });
    await at.enqueue(numbered(2_000), { delayMs: 2 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const seen: Array<string> = [];
    const left: Array<number> = [];
    for (let n = 0; n < 24; n++) {
      const [lease] = await at.lease({ max: 1 });
      seen.push(lease?.payload.split(" ")[0] ?? "none");
      left.push(await at.admin.zcard(`${at.key}:d`));
    }
    expect(seen).toEqual(numbered(24));
    expect(left.slice(0, 7)).toEqual([2_006, 2_004, 2_002, 2_000, 1_000, 0, 0]);
    expect(payloadsOf(await at.lease({ max: 3_000 }))).toEqual(numbered(2_000));
  });

  it("take over in portions, while nobody gets anything, and what the former owner settles meanwhile counts", async () => {
    const at = bench();
    await at.enqueue(numbered(3_000));
    const old = await at.lease({ exclusive: true });
    await at.store.leave({ queue: at.queue, consumer: "one" });
    const taking = at.lease({ exclusive: true, consumer: "two" });
    // On the way beside it: the former owner acks what is not taken back yet, or is told that it lost it.
    const answers = await at.settle(old.slice(2_900));
    const acked = answers.filter(isRight).length;
    // One after the other: each may be what ended its former consumer.
    expect(payloadsOf(await taking)).toEqual(["0"]);
    expect(await at.lease({ exclusive: true })).toEqual([]);
    expect(await at.store.stats(at.queue)).toMatchObject({ leased: 1, ready: 2_999 - acked, acked });
    const returned = await at.admin.zrange(`${at.key}:a`, "0", "-1");
    expect(returned.map((entry) => entry.slice(entry.lastIndexOf("\n") + 1))).toEqual(numbered(3_000 - acked).slice(1));
    expect(await at.admin.hget(at.key, "takeover")).toBeNull();
  });

  it("go on with a takeover whose owner is gone in the middle of it", async () => {
    const at = bench();
    await at.enqueue(numbered(2_500));
    await at.lease({ exclusive: true });
    await at.admin.hset(at.key, "takeover", "1");
    await at.store.leave({ queue: at.queue, consumer: "one" });
    expect(payloadsOf(await at.lease({ exclusive: true, consumer: "three" }))).toEqual(["0"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ leased: 1, ready: 2_499 });
  });

  it("dead-letter 1,000 ended leases at most in one call, and go on at once", async () => {
    const at = bench();
    await at.enqueue(numbered(5_500));
    expect(await at.lease({ leaseMs: 1 })).toHaveLength(5_500);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const asked = Number((await at.admin.info("commandstats")).match(/cmdstat_evalsha:calls=(\d+)/)?.[1] ?? 0);
    expect(await at.lease({ attemptsMax: 1 })).toEqual([]);
    const asks = Number((await at.admin.info("commandstats")).match(/cmdstat_evalsha:calls=(\d+)/)?.[1] ?? 0) - asked;
    expect(asks).toBeGreaterThanOrEqual(6);
    expect(await at.store.stats(at.queue)).toMatchObject({ dead: 5_500, leased: 0 });
  });
});
