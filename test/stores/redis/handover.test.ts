/** A single message goes straight to a consumer that waits; whatever happens on its way, none is lost, counted or late. */
import { isRight } from "fp-ts/lib/Either.js";
import { Redis } from "ioredis";
import { afterEach, describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Block, Release } from "../../../src/core/Outcome.js";
import type { Lease } from "../../../src/port/Lease.js";
import { readHandedOver } from "../../../src/stores/redis/queue/leaseScripts.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { FORMAT } from "../../../src/stores/redis/scripts/format.js";
import { startRedisServer } from "../../support/redisServer.js";
import { Bench, payloadsOf, until } from "./bench.js";

const url = inject("redisUrl");
const benches: Array<Bench> = [];
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const bench = (): Bench => {
  const made = new Bench(url);
  benches.push(made);
  return made;
};

afterEach(async () => {
  for (const made of benches.splice(0)) await made.close();
});

const wasHandedOver = ({ token }: Lease): boolean => token.split(":")[1]?.startsWith("h-") === true;
const waiting = (at: Bench) => until(async () => (await at.admin.get(`${at.key}:h`))?.startsWith("w") === true);
const reads = (at: Bench, count: number) =>
  until(async () => String(await at.admin.client("LIST")).split("cmd=blpop").length - 1 >= count);

/** What was asked before `ready` is answered before, and a read is under way. */
const bothWait = async (at: Bench): Promise<void> => {
  await at.store.ready();
  await reads(at, 1);
};

/** As if a consumer waited. */
const expectOne = async (at: Bench, leaseMs = 30_000): Promise<void> => {
  const seq = Number(await at.admin.hget(at.key, "seq"));
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");
  await at.admin.set(`${at.key}:h`, `w${FORMAT}:${hex(seq + 1, 10)}${hex(leaseMs, 8)}`);
};

/** A message handed over while nobody reads: its consumer died this moment. */
const unread = async (at: Bench, ...payloads: ReadonlyArray<string>): Promise<void> => {
  await expectOne(at);
  for (const payload of payloads) await at.enqueue([payload]);
};

describe("a message that is handed over", () => {
  it("is leased by the call that adds it, for as long as the consumer wants", async () => {
    const at = bench();
    const leasing = at.lease({ waitMsMax: 10_000, leaseMs: 44_000 });
    await waiting(at);
    await at.enqueue(["a"]);
    const [lease] = await leasing;
    if (lease === undefined) throw new Error("one was enqueued");
    expect(wasHandedOver(lease)).toBe(true);
    expect(lease).toMatchObject({ payload: "a", attempt: 1, enqueuedAtMs: lease.leasedAtMs });
    expect(await at.store.stats(at.queue)).toMatchObject({ ready: 0, leased: 1 });
    expect(await at.lease()).toEqual([]);
    expect(Number(await at.admin.zscore(`${at.key}:x`, lease.token))).toBe(lease.leasedAtMs + 44_000);
    expect(await at.store.stats(at.queue)).toMatchObject({ ready: 0, leased: 1 });
    expect((await at.settle([lease])).every(isRight)).toBe(true);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 1, leased: 0, acked: 1 });
  });

  it.each(["h", "h-0.1\nh-", "\n", ".", "\0h", "\uD800", ""])(
    "arrives unchanged, and at the time of its enqueue, whoever gets it: %j",
    async (payload) => {
      const at = bench();
      const leasing = at.lease({ waitMsMax: 10_000 });
      await waiting(at);
      const beforeMs = Date.now();
      await at.enqueue([payload], { key: payload });
      const got = await leasing;
      expect(got.every(wasHandedOver)).toBe(true);
      await at.settle(got);
      await expectOne(at);
      await at.enqueue([payload], { key: payload });
      const [reclaimed] = await at.lease();
      for (const lease of [...got, reclaimed]) {
        expect(lease).toMatchObject({ payload, key: payload, attempt: 1 });
        expect(Number(lease?.enqueuedAtMs)).toBeGreaterThanOrEqual(beforeMs - 1);
        expect(Number(lease?.enqueuedAtMs)).toBeLessThanOrEqual(Date.now() + 1);
      }
      expect(got.length).toBe(1);
      expect(reclaimed && wasHandedOver(reclaimed)).toBe(false);
    },
  );

  it("of a key holds back its followers until it is settled", async () => {
    const at = bench();
    const leasing = at.lease({ waitMsMax: 10_000 });
    await waiting(at);
    await at.enqueue(["a"], { key: "é:1" });
    await at.enqueue(["b"], { key: "é:1" });
    const leases = await leasing;
    expect(leases.map(({ payload, key }) => [payload, key])).toEqual([["a", "é:1"]]);
    expect(leases.every(wasHandedOver)).toBe(true);
    expect(await at.lease()).toEqual([]);
    await at.settle(leases);
    expect(payloadsOf(await at.lease())).toEqual(["b"]);
  });

  it("goes to one of several that wait, and is extended where another wanted a longer lease", async () => {
    const at = bench();
    const got: Array<readonly [number, Lease]> = [];
    for (const leaseMs of [50_000, 20_000])
      at.store
        .lease(at.request({ waitMsMax: 10_000, leaseMs, consumer: `c${leaseMs}` }))
        .subscribe((leases) => got.push(...leases.map((lease) => [leaseMs, lease] as const)));
    await bothWait(at);
    await at.enqueue(["a"]);
    await at.enqueue(["b"]);
    await until(() => got.length === 2);
    expect(got.map(([, { payload }]) => payload).sort()).toEqual(["a", "b"]);
    for (const [leaseMs, { token, leasedAtMs }] of got) {
      const leftMs = Number(await at.admin.zscore(`${at.key}:x`, token)) - leasedAtMs;
      expect(leftMs).toBeGreaterThanOrEqual(leaseMs);
      expect(leftMs).toBeLessThan(leaseMs + 2_000);
    }
  });

  it("is not one that a pause, a halt, a delay or an owner holds back", async () => {
    const at = bench();
    await expectOne(at);
    await at.store.setPaused({ queue: at.queue, paused: true }, newId());
    await at.enqueue(["a"]);
    await at.enqueue(["later"], { delayMs: 60_000 });
    expect(await at.admin.exists(`${at.key}:h`)).toBe(0);
    expect(await at.lease()).toEqual([]);
    await at.store.setPaused({ queue: at.queue, paused: false }, newId());
    expect(payloadsOf(await at.lease())).toEqual(["a"]);
  });
});

describe("a follower that an ack lets go", () => {
  const keyed = async (at: Bench, ...payloads: ReadonlyArray<string>): Promise<ReadonlyArray<Lease>> => {
    await at.enqueue(payloads, { key: "é:1", headers: { h: "v" } });
    return await at.lease();
  };

  it("goes straight to a consumer that waits, as it was enqueued, for as long as the consumer wants", async () => {
    const at = bench();
    const heads = await keyed(at, "a", "b", "c");
    await at.admin.del(`${at.key}:w`); // the wake-up of the enqueue would make the consumer that waits ask once more
    const leasing = at.lease({ waitMsMax: 10_000, leaseMs: 44_000 });
    await waiting(at);
    await sleep(5);
    expect((await at.settle(heads)).every(isRight)).toBe(true);
    const [lease] = await leasing;
    if (lease === undefined) throw new Error("one was let go");
    expect(wasHandedOver(lease)).toBe(true);
    expect(lease).toMatchObject({ payload: "b", key: "é:1", headers: { h: "v" }, attempt: 1 });
    expect(lease.enqueuedAtMs).toBe(heads[0]?.enqueuedAtMs);
    expect(lease.leasedAtMs).toBeGreaterThan(lease.enqueuedAtMs);
    expect(Number(await at.admin.zscore(`${at.key}:x`, lease.token))).toBe(lease.leasedAtMs + 44_000);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 3, waiting: 1, leased: 1, acked: 1 });
    expect((await at.settle([lease])).every(isRight)).toBe(true);
    expect(payloadsOf(await at.lease())).toEqual(["c"]);
  });

  it("goes straight to a consumer that waits without its mark, which its key tells", async () => {
    const at = bench();
    await at.enqueue(["a"], { key: "k", mark: "m1" });
    await at.enqueue(["b"], { key: "k", mark: "m2" });
    const heads = await at.lease();
    await at.admin.del(`${at.key}:w`); // the wake-up of the enqueue would make the consumer that waits ask once more
    const leasing = at.lease({ waitMsMax: 10_000 });
    await waiting(at);
    expect((await at.settle(heads)).every(isRight)).toBe(true);
    const [lease] = await leasing;
    expect(lease && wasHandedOver(lease)).toBe(true);
    expect(lease).toMatchObject({ payload: "b", key: "k" });
    expect(await at.store.heads({ queue: at.queue, keys: ["k"] })).toEqual([{ mark: "m2", blocked: false }]);
  });

  it("that nobody reads counts as ready, and goes to whoever leases next, uncounted", async () => {
    const at = bench();
    const heads = await keyed(at, "a", "b");
    await expectOne(at);
    await at.settle(heads);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 2, ready: 1, leased: 0, acked: 1 });
    const [lease] = await at.lease();
    expect(lease).toMatchObject({ payload: "b", attempt: 1, suspect: false, enqueuedAtMs: heads[0]?.enqueuedAtMs });
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 2, ready: 0, leased: 1, acked: 1 });
  });

  it("is handed over once, however often the ack is sent", async () => {
    const at = bench();
    const heads = await keyed(at, "a", "b");
    await expectOne(at);
    const writeId = newId();
    const ack = heads.map((lease) => [at.settleStep(lease, Ack)]);
    for (let time = 0; time < 3; time++) expect((await at.store.write(ack, writeId)).every(isRight)).toBe(true);
    expect(payloadsOf(await at.lease())).toEqual(["b"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 2, ready: 0, leased: 1, acked: 1 });
  });

  const isUnread = async (at: Bench): Promise<boolean> => ((await at.admin.lindex(`${at.key}:w`, 0)) ?? "").length > 1;

  it("is left to its line where several are let go, or another became ready meanwhile", async () => {
    const at = bench();
    const heads = await keyed(at, "a", "b");
    await at.enqueue(["x", "y"], { key: "other" });
    const others = await at.lease();
    await expectOne(at);
    await at.settle([...heads, ...others]);
    expect(await isUnread(at)).toBe(false);
    expect(payloadsOf(await at.lease())).toEqual(["b", "y"]);
  });

  it("is not handed over where it may be too late for it", async () => {
    const at = bench();
    await at.enqueue(["a"], { key: "k" });
    const heads = await at.lease();
    await at.enqueue(["b"], { key: "k", expiresInMs: 1 });
    await expectOne(at);
    await sleep(5);
    await at.settle(heads);
    expect(await isUnread(at)).toBe(false);
    expect(await at.lease()).toEqual([]);
    expect(await at.store.stats(at.queue)).toMatchObject({ dead: 1, leased: 0 });
  });
});

describe("the write of a message that is handed over", () => {
  it("asked once more answers the same and adds nothing, whoever has looked since", async () => {
    const at = bench();
    for (const look of [
      () => Promise.resolve(),
      () => at.store.stats(at.queue),
      () => at.lease(),
      () => at.enqueue(["other"]),
      () => at.store.peek({ queue: at.queue, limit: 1 }),
      async () => at.settle(await at.lease()),
    ]) {
      await at.store.purge({ queue: at.queue, limit: 100 }, newId());
      await expectOne(at);
      const { enqueued } = await at.store.stats(at.queue);
      const [lists, writeId] = [[[at.step("a")]], newId()];
      const first = await at.store.write(lists, writeId);
      expect((await at.store.stats(at.queue)).enqueued).toBe(enqueued + 1);
      await look();
      const before = await at.store.stats(at.queue);
      expect(await at.store.write(lists, writeId)).toEqual(first);
      expect(await at.store.stats(at.queue)).toEqual(before);
    }
  });

  it("that another write follows keeps its place before it, and the count of leases", async () => {
    const at = bench();
    await expectOne(at);
    await at.enqueue(["a"]);
    await at.enqueue(["b", "c"]);
    const leases = await at.lease({ max: 2 });
    await at.settle([...leases].reverse(), Release({ reason: "x" }));
    expect(payloadsOf(await at.lease())).toEqual(["a", "b", "c"]);
  });

  it("that fails at somebody else's value is not confirmed later, when it is asked once more", async () => {
    const at = bench();
    for (const suffix of [":l", ":x"]) {
      await expectOne(at);
      await at.enqueue(["a"]);
      await at.admin.set(at.key + suffix, "x");
      const [lists, writeId] = [[[at.step("b")]], newId()];
      await expect(at.store.write(lists, writeId)).rejects.toMatchObject({ _tag: "InvalidConfig" });
      await at.admin.del(at.key + suffix);
      const { enqueued } = await at.store.stats(at.queue);
      await at.store.write(lists, writeId);
      expect((await at.store.stats(at.queue)).enqueued).toBe(enqueued + 1);
      await at.settle(await at.lease());
    }
  });

  it("is refused under full memory, and what was handed over before is acked all the same", async () => {
    const server = await startRedisServer();
    const at = new Bench(server.url);
    try {
      await expectOne(at);
      const [lists, writeId] = [[[at.step("a")]], newId()];
      const first = await at.store.write(lists, writeId);
      const lease = readHandedOver(String(await at.admin.lpop(`${at.key}:w`)))?.lease;
      if (lease === undefined) throw new Error("a message was handed over");
      await at.admin.config("SET", "maxmemory", "1mb");
      expect((await at.settle([lease])).every(isRight)).toBe(true);
      await at.admin.config("SET", "maxmemory", "0");
      await expectOne(at);
      await at.admin.config("SET", "maxmemory", "1mb");
      await expect(at.store.write(lists, writeId)).resolves.toEqual(first);
      const before = await at.digest();
      await expect(at.enqueue(["b"])).rejects.toMatchObject({ _tag: "StoreFull" });
      expect(await at.digest()).toEqual(before);
      expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 1, acked: 1, ready: 0, leased: 0 });
    } finally {
      await at.close();
      await server.stop();
    }
  });
});

describe("a ticket", () => {
  it("ends before anything is due, so that nothing overtakes that", async () => {
    const at = bench();
    const subscription = at.store.lease(at.request({ waitMsMax: 10_000 })).subscribe();
    await waiting(at);
    await at.enqueue(["far"], { delayMs: 60_000 });
    await waiting(at);
    expect(await at.admin.pttl(`${at.key}:h`)).toBeGreaterThan(2_000);
    await at.enqueue(["near"], { delayMs: 300 });
    await waiting(at);
    expect(await at.admin.pttl(`${at.key}:h`)).toBeLessThanOrEqual(300);
    subscription.unsubscribe();
  });

  it("is not left where something is due already", async () => {
    let nowMs = 1_000_000_000_000;
    const at = new Bench(url, { store: { nowMs: () => nowMs } });
    benches.push(at);
    await at.enqueue(["delayed"], { delayMs: 100 });
    at.store.lease(at.request({ waitMsMax: 10_000 })).subscribe();
    await waiting(at);
    nowMs += 200;
    await until(async () => (await at.admin.exists(`${at.key}:h`)) === 0);
  });
});

describe("a message that arrives late after it was handed over", () => {
  it("is leased anew for the whole time", async () => {
    const at = bench();
    await expectOne(at, 1_000);
    await at.enqueue(["a"]);
    const text = await at.admin.lpop(`${at.key}:w`);
    const leasing = at.lease({ waitMsMax: 5_000, leaseMs: 1_000 });
    await reads(at, 1);
    await sleep(300);
    await at.admin.rpush(`${at.key}:w`, String(text));
    const [lease] = await leasing;
    if (lease === undefined) throw new Error("one was handed over");
    expect(lease).toMatchObject({ payload: "a", attempt: 1 });
    expect(lease.leasedAtMs - lease.enqueuedAtMs).toBeGreaterThan(250);
    expect(Number(await at.admin.zscore(`${at.key}:x`, lease.token))).toBeGreaterThanOrEqual(lease.leasedAtMs + 990);
  });
});

describe("a message that was handed over and read by nobody", () => {
  it("counts as ready, is shown, and goes to the next consumer at once, first and uncounted", async () => {
    const at = bench();
    await unread(at, "a", "b", "c");
    expect(await at.admin.hlen(`${at.key}:l`)).toBe(1);
    expect(await at.store.stats(at.queue)).toMatchObject({ ready: 3, leased: 0 });
    const leases = await at.lease();
    expect(payloadsOf(leases)).toEqual(["a", "b", "c"]);
    expect(leases.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    await at.settle(leases);
    expect(await at.store.stats(at.queue)).toMatchObject({ ready: 0, leased: 0, acked: 3 });
    expect(await at.admin.zcard(`${at.key}:x`)).toBe(0);
  });

  it("comes behind what returns to the front, and wakes whoever reads", async () => {
    const at = bench();
    await at.enqueue(["old"]);
    const held = await at.lease();
    await unread(at, "new");
    await at.settle(held, Release({ reason: "x" }));
    expect(payloadsOf(await at.lease({ waitMsMax: 1_000 }))).toEqual(["old", "new"]);
  });

  it("is peeked, purged and held back by a pause like any that is ready", async () => {
    const at = bench();
    await unread(at, "a", "b");
    expect(payloadsOf(await at.store.peek({ queue: at.queue, limit: 10 }))).toEqual(["a", "b"]);
    await at.lease();
    await unread(at, "c");
    await at.store.setPaused({ queue: at.queue, paused: true }, newId());
    expect(await at.lease({ waitMsMax: 50 })).toEqual([]);
    await at.store.setPaused({ queue: at.queue, paused: false }, newId());
    expect(payloadsOf(await at.lease())).toEqual(["c"]);
    await unread(at, "d", "e");
    expect(await at.store.purge({ queue: at.queue, limit: 10 }, newId())).toMatchObject({ count: 2 });
    expect(await at.store.stats(at.queue)).toMatchObject({ ready: 0, leased: 3, purged: 2 });
  });

  it("is not lost where somebody else's value stands in the place of its level", async () => {
    const at = bench();
    await unread(at, "a");
    await at.admin.set(`${at.key}:r:0`, "x");
    await expect(at.lease()).rejects.toMatchObject({ _tag: "InvalidConfig" });
    await at.admin.del(`${at.key}:r:0`);
    expect((await at.lease()).map(({ payload, attempt }) => [payload, attempt])).toEqual([["a", 1]]);
  });

  it("was a wake-up too, which a look at the queue passes on", async () => {
    const at = bench();
    for (const look of [
      () => at.store.peek({ queue: at.queue, limit: 10 }),
      () => at.store.purge({ queue: at.queue, limit: 1 }, newId()),
    ]) {
      await unread(at, "a");
      await at.enqueue(["b"]);
      await at.admin.lrem(`${at.key}:w`, 0, "1");
      await look();
      expect(await at.admin.lrange(`${at.key}:w`, 0, -1)).toEqual(["1"]);
      await at.settle(await at.lease());
    }
  });

  it("is held back by a halt that comes before its reader", async () => {
    const at = bench();
    await at.enqueue(["halts"]);
    const held = await at.lease();
    await unread(at, "a");
    await at.settle(held, Block({ cause: "x", scope: "queue" }));
    expect(await at.lease({ waitMsMax: 50 })).toEqual([]);
    expect(await at.store.stats(at.queue)).toMatchObject({ halted: true, ready: 1, leased: 0, blocked: 1 });
  });

  it("leaves nothing behind of a wait on a queue that was never used", async () => {
    const at = bench();
    expect(await at.lease({ waitMsMax: 50 })).toEqual([]);
    await until(async () => (await at.admin.exists(at.key)) === 0);
  });

  it("is expected by nobody any more once the last consumer gave up", async () => {
    const at = bench();
    const subscription = at.store.lease(at.request({ waitMsMax: 10_000 })).subscribe();
    await waiting(at);
    subscription.unsubscribe();
    await until(async () => (await at.admin.get(`${at.key}:h`)) === null);
    await at.enqueue(["a"]);
    expect(await at.admin.exists(`${at.key}:h`)).toBe(0);
  });
});

describe("a consumer that gives up while something is handed over to it", () => {
  it("at any moment loses, counts and keeps nothing", async () => {
    const at = bench();
    const other = redisStore(new Redis(url, { lazyConnect: true }), { namespace: at.namespace });
    const rounds = 60;
    let seen = 0;
    for (let round = 0; round < rounds; round++) {
      const subscription = other.lease(at.request({ waitMsMax: 5_000 })).subscribe((leases) => {
        seen += leases.length;
        for (const { payload, attempt } of leases) expect([payload, attempt]).toEqual([String(seen - 1), 1]);
        at.settle(leases).catch(() => undefined);
      });
      await waiting(at);
      await sleep(1);
      const enqueued = at.enqueue([String(round)]);
      if (round % 3 === 1) await Promise.resolve();
      if (round % 3 === 2) await sleep(round / 60);
      subscription.unsubscribe();
      await enqueued;
      // What was on its way to the one that gave up is with the next at once.
      const rest = await at.lease({ waitMsMax: seen > round ? 0 : 1_000 });
      for (const { payload, attempt } of rest) expect([payload, attempt]).toEqual([String(round), 1]);
      seen += rest.length;
      await at.settle(rest);
      expect(seen).toBe(round + 1);
    }
    await until(async () => (await at.store.stats(at.queue)).acked === rounds);
    await other.close();
  });

  it("and is leased anew for another time, keeps nothing", async () => {
    const at = bench();
    const rounds = 24;
    let seen = 0;
    for (let round = 0; round < rounds; round++) {
      const subscriptions = [50_000, 20_000].map((leaseMs) =>
        at.store.lease(at.request({ waitMsMax: 5_000, leaseMs, consumer: `c${leaseMs}` })).subscribe((leases) => {
          seen += leases.length;
          at.settle(leases).catch(() => undefined);
        }),
      );
      await bothWait(at);
      const enqueued = at.enqueue([String(round)]);
      for (let turn = 0; turn < round % 8; turn++) await new Promise((resolve) => setImmediate(resolve));
      for (const subscription of subscriptions) subscription.unsubscribe();
      await enqueued;
      const rest = await at.lease({ waitMsMax: seen > round ? 0 : 1_000 });
      for (const { attempt } of rest) expect(attempt).toBe(1);
      seen += rest.length;
      await at.settle(rest);
      expect(seen).toBe(round + 1);
    }
    await until(async () => (await at.store.stats(at.queue)).acked === rounds);
  });

  it("by closing its store gives everything back before the store is closed", async () => {
    const at = bench();
    for (let round = 0; round < 20; round++) {
      const other = redisStore(new Redis(url, { lazyConnect: true }), { namespace: at.namespace });
      const leasing = other.lease(at.request({ waitMsMax: 5_000 })).then((leases) => leases);
      await waiting(at);
      await sleep(1);
      const enqueued = at.enqueue([String(round)]);
      if (round % 2 === 1) await sleep(round / 40);
      await other.close();
      await enqueued;
      const leases = await leasing;
      const rest = leases.length > 0 ? leases : await at.lease({ waitMsMax: 1_000 });
      expect(rest.map(({ payload, attempt }) => [payload, attempt])).toEqual([[String(round), 1]]);
      await at.settle(rest);
    }
    expect(await at.store.stats(at.queue)).toMatchObject({ ready: 0, leased: 0, acked: 20 });
  });
});
