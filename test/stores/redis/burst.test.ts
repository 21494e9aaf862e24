/** Single enqueues of one burst: what leaves together, in which order, and that each stays a write of its own. */
import { type Either, isRight } from "fp-ts/lib/Either.js";
import { afterEach, describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import type { EnqueueStep } from "../../../src/core/steps/Enqueue.js";
import type { WriteAnswer } from "../../../src/core/steps/Step.js";
import { startRedisServer } from "../../support/redisServer.js";
import { Bench, numbered, payloadsOf } from "./bench.js";

const url = inject("redisUrl");
const endings: Array<() => PromiseLike<unknown>> = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const bench = (...args: ConstructorParameters<typeof Bench>): Bench => {
  const made = new Bench(...args);
  endings.push(() => made.close());
  return made;
};

const write = (at: Bench, step: EnqueueStep, writeId: string = newId()): Promise<ReadonlyArray<WriteAnswer>> =>
  at.store.write([[step]], writeId).then((answers) => answers);

const isDone = (answers: ReadonlyArray<Either<unknown, unknown>>): boolean =>
  answers.length === 1 && answers.every(isRight);

/** How many scripts the server has run. */
const scriptCalls = async (at: Bench): Promise<number> => {
  const stats = await at.admin.info("commandstats");
  return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
};

describe("a burst of single enqueues", () => {
  it("leaves as two calls, in order, each with an answer of its own", async () => {
    const server = await startRedisServer();
    endings.push(() => server.stop());
    const at = bench(server.url);
    await at.store.ready();
    const before = await scriptCalls(at);
    const steps = numbered(50).map((n) => at.step(n));
    const answers = await Promise.all(steps.map((step) => write(at, step)));
    expect((await scriptCalls(at)) - before).toBe(2);
    expect(answers.map(([answer]) => answer)).toEqual(
      steps.map(({ id }) => ({ _tag: "Right", right: [{ _tag: "Enqueued", id, duplicate: false }] })),
    );
    expect(payloadsOf(await at.lease())).toEqual(numbered(50));
  });

  it("of many leaves in short calls, so that the server works on one while the client makes the next", async () => {
    const server = await startRedisServer();
    endings.push(() => server.stop());
    const at = bench(server.url);
    await at.store.ready();
    const before = await scriptCalls(at);
    expect((await Promise.all(numbered(300).map((n) => write(at, at.step(n))))).every(isDone)).toBe(true);
    // One alone, then 128, 128 and 43.
    expect((await scriptCalls(at)) - before).toBe(4);
    expect(payloadsOf(await at.lease({ max: 300 }))).toEqual(numbered(300));
  });

  it("of many thousands is followed by a write that is done as ever: it takes along few results of theirs", async () => {
    const at = bench(url);
    const answers = await Promise.all(numbered(12_000).map((n) => write(at, at.step(n))));
    expect(answers.every(isDone)).toBe(true);
    await at.store.setPaused({ queue: at.queue, paused: true }, newId());
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 12_000, paused: true });
    // The results that were kept longer than they must be go along with the writes that follow.
    for (const n of numbered(12)) await write(at, at.step(n));
    expect((await at.admin.keys(`{${at.namespace}}:w:*`)).length).toBeLessThan(1_000);
  }, 30_000);

  it("takes effect before whatever is called behind it, in order also across queues and levels", async () => {
    const at = bench(url);
    const writes = [
      write(at, at.step("a")),
      write(at, at.step("b")),
      write(at, at.step("c", { queue: "other" })),
      write(at, at.step("d", { priority: 5 })),
      write(at, at.step("e")),
    ];
    const stats = at.store.stats(at.queue).then((counts) => counts.enqueued);
    writes.push(write(at, at.step("f")));
    const leased = at.lease();
    expect(await stats).toBe(4);
    expect((await Promise.all(writes)).every(isDone)).toBe(true);
    expect(payloadsOf(await leased)).toEqual(["d", "a", "b", "e", "f"]);
  });

  it("keeps the order of keys, behind a head that is at work", async () => {
    const at = bench(url);
    await at.enqueue(["head"], { key: "k" });
    const [head] = await at.lease();
    if (head === undefined) throw new Error("one was ready");
    await Promise.all(numbered(6).map((n) => write(at, at.step(n, { key: Number(n) % 2 === 0 ? "k" : undefined }))));
    expect(payloadsOf(await at.lease())).toEqual(["1", "3", "5"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ waiting: 3 });
    await at.settle([head], Ack);
    expect(payloadsOf(await at.lease())).toEqual(["0"]);
  });

  it("may be sent again, each by itself or in another burst, and nothing doubles", async () => {
    const at = bench(url);
    const writes = numbered(10).map((n) => [at.step(n), newId()] as const);
    for (const order of [writes, [...writes].reverse(), writes.slice(3, 4), writes.slice(5)])
      expect((await Promise.all(order.map(([step, id]) => write(at, step, id)))).every(isDone)).toBe(true);
    const twice = [at.step("twice"), newId()] as const;
    await Promise.all([writes[0] ?? twice, twice, twice].map(([step, id]) => write(at, step, id)));
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 11 });
  });

  it("knows what was handed over before, though it is not booked yet", async () => {
    const at = bench(url);
    const handed = [at.step("handed"), newId()] as const;
    const waiting = at.lease({ waitMsMax: 10_000, max: 1 });
    await expect.poll(() => at.admin.exists(`${at.key}:h`)).toBe(1);
    await write(at, ...handed);
    expect(payloadsOf(await waiting)).toEqual(["handed"]);
    expect(await at.admin.get(`${at.key}:h`)).toContain(handed[1]);
    await Promise.all([write(at, at.step("first")), write(at, ...handed), write(at, at.step("last"))]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 3, leased: 1, ready: 2 });
  });

  it("goes to consumers that wait", async () => {
    const at = bench(url);
    const waiting = [1, 2].map((n) => at.lease({ waitMsMax: 10_000, max: 1, consumer: String(n) }));
    await expect.poll(() => at.admin.exists(`${at.key}:h`)).toBe(1);
    await Promise.all(["a", "b"].map((payload) => write(at, at.step(payload))));
    expect((await Promise.all(waiting)).flatMap(payloadsOf).sort()).toEqual(["a", "b"]);
  });

  it("is refused whole where there is no memory, or a foreign value, with nothing changed", async () => {
    const server = await startRedisServer();
    endings.push(() => server.stop());
    const at = bench(server.url);
    await at.enqueue(["first"]);
    const digest = await at.digest();
    await at.admin.config("SET", "maxmemory", "1");
    const refused = await Promise.allSettled(numbered(5).map((n) => write(at, at.step(n))));
    expect(refused.map((end) => (end.status === "rejected" ? (end.reason as { _tag: string })._tag : "done"))).toEqual(
      Array.from({ length: 5 }, () => "StoreFull"),
    );
    await at.admin.config("SET", "maxmemory", "0");
    expect(await at.digest()).toEqual(digest);
    await at.admin.set("{x}", "");
    await at.admin.del(`${at.key}:r:0`);
    await at.admin.set(`${at.key}:r:0`, "foreign");
    const foreign = await at.digest();
    const failed = await Promise.allSettled(numbered(5).map((n) => write(at, at.step(n))));
    expect(failed.every(({ status }) => status === "rejected")).toBe(true);
    expect(await at.digest()).toEqual(foreign);
  });
});
