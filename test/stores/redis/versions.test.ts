/** Two versions of the library on one server: neither reads, changes or gives back what it does not understand. */
import { readFileSync } from "node:fs";
import * as t from "io-ts";
import { afterEach, describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Block, Reject } from "../../../src/core/Outcome.js";
import { handle } from "../../../src/operators/handle.js";
import { settle } from "../../../src/operators/settle.js";
import { queue } from "../../../src/queue/makeQueue.js";
import type { Queue } from "../../../src/queue/Queue.js";
import { readHandedOver } from "../../../src/stores/redis/queue/leaseScripts.js";
import { FORMAT } from "../../../src/stores/redis/scripts/format.js";
import { Bench, payloadsOf, until } from "./bench.js";

const url = inject("redisUrl");
const benches: Array<Bench> = [];
const LATER = String(Number(FORMAT) + 1);
const FORMER = String(Number(FORMAT) - 1);

const bench = (): Bench => {
  const made = new Bench(url);
  benches.push(made);
  return made;
};

afterEach(async () => {
  for (const made of benches.splice(0)) await made.close();
});

const texts = (at: Bench, key?: (text: string) => string): Queue<string> =>
  queue(at.store, { name: at.queue, codec: t.string, attemptsMax: 3, ...(key === undefined ? {} : { key }) });

/** A consumer of the queue: what it handled, and how its stream ended. */
const consume = (texts: Queue<string>) => {
  const seen: { readonly handled: Array<string>; error: unknown } = { handled: [], error: undefined };
  const subscription = texts
    .messages()
    .pipe(
      handle(async (message) => {
        seen.handled.push(message.data);
      }),
      settle(),
    )
    .subscribe({
      error: (error: unknown) => {
        seen.error = error;
      },
    });
  return { seen, subscription };
};

const refusal = { _tag: "InvalidConfig", message: expect.stringContaining("FORMAT") as unknown };

const letter = { id: newId(), position: "1", payload: undefined } as never;
const calls: ReadonlyArray<readonly [string, (at: Bench, lease: never) => PromiseLike<unknown>]> = [
  ["enqueue", (at) => at.enqueue(["x", "y"])],
  ["keyed enqueue", (at) => at.enqueue(["x"], { key: "k" })],
  ["delayed enqueue", (at) => at.enqueue(["x"], { delayMs: 5 })],
  ["lease", (at) => at.lease()],
  ["exclusive lease", (at) => at.lease({ exclusive: true })],
  ["ack", (at, lease) => at.settle([lease], Ack)],
  ["reject", (at, lease) => at.settle([lease], Reject({ cause: "x" }))],
  ["extend", (at, lease) => at.store.extend({ queue: at.queue, leases: [lease], leaseMs: 9_000 })],
  ["leave", (at) => at.store.leave({ queue: at.queue, consumer: "one" })],
  ["stats", (at) => at.store.stats(at.queue)],
  ["heads", (at) => at.store.heads({ queue: at.queue, keys: ["k"] })],
  ["enqueue with a mark", (at) => at.enqueue(["x"], { key: "k", mark: "m" })],
  ["peek", (at) => at.store.peek({ queue: at.queue, limit: 1 })],
  ["pause", (at) => at.store.setPaused({ queue: at.queue, paused: true }, newId())],
  ["blocked", (at) => at.store.blocked({ queue: at.queue, after: undefined, limit: 1 })],
  ["dead letters", (at) => at.store.deadLetters({ queue: at.queue, after: undefined, limit: 1 })],
  ["unblock", (at) => at.store.unblock({ queue: at.queue, target: "all", decision: "skip", limit: 1 }, newId())],
  ["redrive", (at) => at.store.redrive({ queue: at.queue, letters: [letter] }, newId())],
  [
    "walk",
    (at) => at.store.redriveFrom({ queue: at.queue, after: undefined, seenMax: 1, limit: 1, ids: undefined }, newId()),
  ],
  ["purge", (at) => at.store.purge({ queue: at.queue, limit: 1 }, newId())],
  ["purge of followers", (at) => at.store.purge({ queue: at.queue, limit: 1, followersOf: "k" }, newId())],
];

describe("the format", () => {
  it("is the same number on both sides, and stands in one place on each", () => {
    const lua = readFileSync("src/stores/redis/lua/include/format.lua", "utf8");
    expect(lua).toContain(`local FORMAT = "${FORMAT}"`);
    const generated = readFileSync("src/stores/redis/scripts/scripts.generated.ts", "utf8");
    expect(generated).not.toMatch(/"format", ?"?\d/);
  });

  // Builds of format 3 before 0.1.0 added half a millisecond where this one takes it off: both may serve one queue.
  it.each([0.5, -0.5])(
    "knows a lease that was extended as not begun by a part of a millisecond, here %d",
    async (part) => {
      const at = bench();
      await at.enqueue(["a"]);
      const [lease] = await at.lease();
      await at.admin.zadd(`${at.key}:x`, String(Date.now() - 1_000 + part), lease?.token ?? "none");
      expect(await at.lease()).toMatchObject([{ payload: "a", attempt: 1, suspect: true }]);
      const [again] = await at.admin.zrange(`${at.key}:x`, "0", "-1");
      await at.admin.zadd(`${at.key}:x`, String(Date.now() - 1_000), again ?? "none");
      expect(await at.lease()).toMatchObject([{ payload: "a", attempt: 2, suspect: true }]);
    },
  );

  it.each([
    ["later", LATER],
    ["former", FORMER],
    ["later", `${LATER}m`],
    ["former", `${FORMER}m`],
  ])("of a %s version is refused by every call, which changes nothing and says what to do", async (_, format) => {
    for (const [name, call] of calls) {
      const at = bench();
      await at.enqueue(["a", "b"]);
      const [lease] = await at.lease({ max: 1 });
      await at.admin.hset(at.key, "format", format);
      // A ticket, and a message that was handed over and read by nobody: of this version, as one may find them.
      for (const waits of [
        `w${FORMAT}:000000000900007530`,
        `${FORMAT}:0000000009000075301700000000000h-x\n${"0".repeat(40)}`,
      ]) {
        await at.admin.set(`${at.key}:h`, waits);
        const before = await at.digest();
        const error: unknown = await Promise.resolve(call(at, lease as never)).then(
          () => undefined,
          (cause: unknown) => cause,
        );
        expect(error, name).toMatchObject(refusal);
        expect((error as Error).message, name).toMatch(/another version of Sluice.*work it off.*another namespace/s);
        expect(await at.digest(), name).toEqual(before);
      }
    }
  });

  it("is written by the first message, also where it is handed over to one that waits", async () => {
    const at = bench();
    const leasing = at.lease({ waitMsMax: 5_000 });
    await until(async () => (await at.admin.exists(`${at.key}:h`)) === 1);
    await at.enqueue(["a"]);
    expect(await at.admin.hget(at.key, "format")).toBe(FORMAT);
    expect(payloadsOf(await leasing)).toEqual(["a"]);
  });
});

describe("marks", () => {
  const formatOf = (at: Bench) => at.admin.hget(at.key, "format");

  it("are told by the format of their queue, so that a version that knows none refuses it, and by no other queue's", async () => {
    const at = bench();
    await at.enqueue(["a", "b"], { key: "k" });
    expect(await at.store.heads({ queue: at.queue, keys: ["k"] })).toEqual([{ mark: undefined, blocked: false }]);
    expect(await formatOf(at)).toBe(FORMAT);
    await at.enqueue(["c"], { key: "k", mark: "m" });
    expect(await formatOf(at)).toBe(`${FORMAT}m`);
    await at.enqueue(["d"], { key: "k", queue: "other" });
    expect(await at.admin.hget(`{${at.namespace}}:q:other`, "format")).toBe(FORMAT);
  });

  it("stay told whatever is called, also where messages are handed over and booked", async () => {
    const at = bench();
    await at.enqueue(["a"], { key: "k", mark: "m" });
    expect(await at.lease()).toHaveLength(1);
    for (const draft of [{}, { key: "new" }, { delayMs: 1 }]) {
      const leasing = at.lease({ waitMsMax: 5_000 });
      await until(async () => (await at.admin.exists(`${at.key}:h`)) === 1);
      await at.enqueue(["next"], draft);
      expect(payloadsOf(await leasing)).toEqual(["next"]);
      expect(await at.store.stats(at.queue)).toMatchObject({ ready: 0, delayed: 0 });
      expect(await formatOf(at)).toBe(`${FORMAT}m`);
    }
    for (const [name, call] of calls) {
      await at.enqueue(["leased"]);
      const [lease] = await at.lease();
      await call(at, lease as never);
      await at.store.setPaused({ queue: at.queue, paused: false }, newId());
      expect(await formatOf(at), name).toBe(`${FORMAT}m`);
    }
  });

  it("end the ticket of a consumer that waits, which may know none", async () => {
    const at = bench();
    await at.enqueue(["a"], { key: "k" });
    const leases = await at.lease();
    await at.admin.set(`${at.key}:h`, `w${FORMAT}:000000000900007530`);
    await at.enqueue(["b"], { key: "k", mark: "m" });
    expect(await at.admin.exists(`${at.key}:h`)).toBe(0);
    expect(leases).toHaveLength(1);
  });

  it("cost nothing where they are not: a head is kept as 1, and a follower as its parcel", async () => {
    const at = bench();
    await at.store.write(
      ["first", "second", "third"].map((payload) => [at.step(payload, { key: "k" })]),
      newId(),
    );
    const lists = async () => [await at.admin.hgetall(`${at.key}:k`), await at.admin.lrange(`${at.key}:k:k`, 0, -1)];
    const parcel = (payload: string) =>
      expect.stringMatching(new RegExp(`^[0-9a-f]{11}1.*${payload}$`, "s")) as unknown;
    expect(await lists()).toEqual([{ k: "1" }, [parcel("second"), parcel("third")]]);
    await at.settle(await at.lease());
    expect(await lists()).toEqual([{ k: "1" }, [parcel("third")]]);
    await at.enqueue(["fourth"], { key: "k", mark: "5b" });
    expect(await lists()).toEqual([{ k: "1" }, [parcel("third"), expect.stringMatching(/^m5b\n[0-9a-f]{11}1/)]]);
    for (const [mark, left] of [
      ["1", 1],
      ["m5b", 0],
    ] as const) {
      await at.settle(await at.lease());
      const [heads, followers] = await lists();
      expect([heads, followers?.length]).toEqual([{ k: mark }, left]);
    }
    await at.settle(await at.lease(), Block({ cause: "no", scope: "key" }));
    expect(await at.admin.hget(`${at.key}:k`, "k")).toBe("b1m5b");
  });
});

describe("a later version that takes a queue over", () => {
  it("ends the consumers of this one, whose producers are refused, and finds its format as it left it", async () => {
    const at = bench();
    const { seen, subscription } = consume(texts(at));
    await until(async () => (await at.admin.exists(`${at.key}:h`)) === 1);
    await at.admin.hset(at.key, "format", LATER);
    await at.admin.rpush(`${at.key}:r2:0`, "a parcel as the later version keeps it");
    await expect(texts(at).enqueue("single")).rejects.toMatchObject(refusal);
    await until(() => seen.error !== undefined);
    expect(seen.error).toMatchObject(refusal);
    await expect(texts(at).enqueueAll(["x", "y"])).rejects.toMatchObject(refusal);
    expect([await at.admin.hget(at.key, "format"), seen.handled]).toEqual([LATER, []]);
    subscription.unsubscribe();
  });

  it("leaves a ticket that this one does not take, and its texts are passed over", async () => {
    const at = bench();
    const ticket = `w${LATER}:000000000100007530 and more`;
    await at.admin.set(`${at.key}:h`, ticket);
    await at.enqueue(["a"]);
    expect(payloadsOf(await at.lease())).toEqual(["a"]);
    const leasing = at.lease({ waitMsMax: 10_000 });
    for (const text of [`${LATER}:as the later version has it`, "damaged", `${FORMAT}:00h\n`, "{}"])
      await at.admin.lpush(`${at.key}:w`, text);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await at.admin.lpush(`${at.key}:w`, `${LATER}:left over`);
    await at.enqueue(["b"]);
    expect(payloadsOf(await leasing)).toEqual(["b"]);
    await at.enqueue(["c"]);
    expect(payloadsOf(await at.lease())).toEqual(["c"]);
    expect(readHandedOver(`${LATER}:0000000001000075301700000000000h-x\n${"0".repeat(40)}`)).toBeUndefined();
  });
});

describe("a record that cannot be read", () => {
  it.each(["5", "9"])(
    "of kind %s is dead-lettered whole and lets its key go; the later version redrives it",
    async (kind) => {
      const at = bench();
      const customers = texts(at, () => "customer");
      await customers.enqueueAll(["first", "second", "third"]);
      const [head = ""] = await at.admin.lrange(`${at.key}:r:0`, 0, 0);
      await at.admin.lset(`${at.key}:r:0`, 0, `${head.slice(0, 11)}${kind}${head.slice(12)}`);
      const { seen, subscription } = consume(customers);
      await until(() => seen.handled.length === 2);
      expect(seen).toEqual({ handled: ["second", "third"], error: undefined });
      const [letter] = (await customers.deadLetters()).items;
      expect(letter).toMatchObject({ key: "customer", cause: expect.stringContaining("another version") as unknown });
      expect(letter?.unreadable).toContain("another version");
      expect(letter?.data).toMatchObject({ left: [letter?.unreadable] });
      expect(await customers.redrive({ upcast: () => "none" })).toBe(0);
      expect(await customers.redrive()).toBe(1);
      await until(async () => (await customers.stats()).dead === 1);
      expect(await at.admin.hgetall(`${at.key}:k`)).toEqual({});
      await customers.enqueue("fourth");
      await until(() => seen.handled.length === 3);
      subscription.unsubscribe();
    },
  );

  it.each([
    ["headers that are no JSON", (record: string) => record.replace('{"h":"v"}', '{"h":"v"')],
    ["a meta without its lines", (record: string) => record.replaceAll("\n", " ")],
    ["an escaped payload that is none", (record: string) => `${record.slice(0, 11)}3${record.slice(12)}`],
    ["failures that are no number", (record: string) => `${record.slice(0, 13)}zzz${record.slice(16)}`],
    ["a level that is none", (record: string) => `${record.slice(0, 12)}x${record.slice(13, -3)}`],
  ])("for %s is raw poison by itself, and ends no consumer and no page", async (_, damage) => {
    const at = bench();
    const words = texts(at);
    await words.enqueueAll(["g0", "bad", "g1", "g2"], () => ({ headers: { h: "v" } }));
    const records = await at.admin.lrange(`${at.key}:r:0`, 0, -1);
    await at.admin.lset(`${at.key}:r:0`, 1, damage(records[1] ?? ""));
    expect(await words.peek()).toHaveLength(4);
    const { seen, subscription } = consume(words);
    await until(async () => {
      const { acked, dead } = await words.stats();
      return acked + dead === 4;
    });
    expect(seen.error).toBeUndefined();
    expect(seen.handled.filter((word) => word.startsWith("g"))).toEqual(["g0", "g1", "g2"]);
    for (const { data, unreadable } of (await words.deadLetters()).items)
      if (unreadable !== undefined) expect(data).toEqual({ _tag: "Left", left: [unreadable] });
    subscription.unsubscribe();
  });

  it("does not end a page, whatever its entry on the shelf looks like", async () => {
    const at = bench();
    const words = texts(at);
    await words.enqueueAll(["a", "b"]);
    await at.settle(await at.lease(), Reject({ cause: "x" }));
    for (const [n, entry] of ["", "0000000003", `0000000004${"0".repeat(11)}no JSON\nparcel`].entries())
      await at.admin.zadd(`${at.key}:dead`, 3 + n, entry);
    expect((await words.deadLetters()).items).toHaveLength(5);
    expect(await words.redrive()).toBeGreaterThanOrEqual(2);
    expect((await words.peek()).map(({ data }) => data)).toContainEqual({ _tag: "Right", right: "a" });
  });
});
