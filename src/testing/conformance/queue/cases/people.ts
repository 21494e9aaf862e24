/** What people do with a queue: pause it, look at it, purge it. */
import assert from "node:assert/strict";
import { newId } from "../../../../core/newId.js";
import { Ack, Block, Retry } from "../../../../core/Outcome.js";
import type { Portion } from "../../../../port/Inspect.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { exactly, numbered, payloadsOf } from "../Scene.js";

const alone: ReadonlyArray<ConformanceCase> = casesOf("1. At least once: pause, peek, purge", {
  "a paused queue takes messages and gives none": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.setPaused(true);
    await scene.expectStats({ paused: true });
    await scene.nothing();
    await scene.enqueue(["b"]);
    await scene.nothing();
    await scene.setPaused(true);
    await scene.setPaused(false);
    await scene.expectStats({ paused: false, ready: 2 });
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "b"]);
  },
  "what is leased when a queue is paused may be settled and extended": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    const lease = await scene.leaseOne();
    await scene.setPaused(true);
    await scene.extend([lease], 30_000);
    await scene.settle([lease], Ack);
    await scene.expectStats({ acked: 1, ready: 1 });
    await scene.nothing();
    await scene.setPaused(false);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
  },
  "the end of a pause does not end a halt, nor the other way round": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.settle([await scene.leaseOne()], Block({ cause: "no", scope: "queue" }));
    await scene.setPaused(true);
    await scene.setPaused(false);
    await scene.nothing();
    await scene.setPaused(true);
    await scene.unblock("queue", "skip");
    await scene.nothing();
    await scene.setPaused(false);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
  },
  "peek shows what is next in line, and takes nothing": async (scene) => {
    await scene.enqueue(["a", "behind a"], { key: "k", headers: { h: "v" } });
    await scene.enqueue(["b"]);
    await scene.enqueue(["high"], { priority: 4 });
    await scene.enqueue(["later"], { delayMs: 60_000 });
    const peeked = await scene.peek();
    assert.deepEqual(payloadsOf(peeked), ["high", "a", "b"]);
    const [, a] = exactly(3, peeked);
    const { id, key, failures, history, headers, enqueuedAtMs, firstEnqueuedAtMs } = a;
    assert.deepEqual({ ...headers }, { h: "v" });
    assert.deepEqual([key, failures, history, firstEnqueuedAtMs], ["k", 0, [], enqueuedAtMs]);
    assert.deepEqual(await scene.peek(), peeked);
    assert.deepEqual(payloadsOf(await scene.peek(2)), ["high", "a"]);
    await scene.expectStats({ ready: 3, leased: 0 });
    const leases = await scene.lease();
    assert.deepEqual(payloadsOf(leases), ["high", "a", "b"]);
    assert.equal(leases[1]?.id, id);
  },
  "purge deletes what is ready, waiting or delayed, and nothing else": async (scene) => {
    await scene.enqueue(["leased", "blocked", "dead"]);
    await scene.enqueue(["leased head", "waiting", "waiting"], { key: "k" });
    const [leased, blocked, dead, head] = exactly(4, await scene.lease());
    await scene.settle([blocked], Block({ cause: "no", scope: "key" }));
    await scene.settle([dead], Retry({ cause: "no" }), { attemptsMax: 1 });
    await scene.enqueue(["ready head", "waiting"], { key: "other" });
    await scene.enqueue(["delayed head"], { key: "third", delayMs: 60_000 });
    await scene.enqueue(["waiting"], { key: "third" });
    await scene.enqueue(["delayed"], { delayMs: 60_000 });
    await scene.enqueue(numbered(3), { priority: 2 });
    assert.equal(await scene.purge(), 10);
    await scene.expectStats({ ready: 0, waiting: 0, delayed: 0, leased: 2, blocked: 1, dead: 1, purged: 10 });
    await scene.nothing();
    await scene.settle([leased, head], Ack);
    for (const key of ["k", "other", "third"]) await scene.enqueue([key], { key });
    assert.deepEqual(payloadsOf(await scene.lease()), ["k", "other", "third"]);
  },
  "purge takes along what waits behind a head, as far as the limit goes": async (scene) => {
    await scene.enqueue(["a", "b", "c"], { key: "k" });
    await scene.enqueue(["x"]);
    assert.equal(await scene.purge(2), 2);
    await scene.expectStats({ ready: 2, waiting: 0, purged: 2 });
    assert.deepEqual(payloadsOf(await scene.lease()), ["x", "c"]);
  },
  "unblock and purge say whether more is left": async (scene) => {
    const { store, queue } = scene;
    await scene.enqueue(["a", "b", "c", "d", "e", "f"]);
    await scene.settle(await scene.lease({ max: 3 }), Block({ cause: "no", scope: "key" }));
    const unblock = async (limit: number): Promise<Portion> =>
      await store.unblock({ queue, target: "all", decision: "skip", limit }, newId());
    const purge = async (limit: number): Promise<Portion> => await store.purge({ queue, limit }, newId());
    for (const call of [unblock, purge]) {
      let left = 3;
      for (const limit of [1, 1, 5]) {
        const { count, more } = await call(limit);
        left -= count;
        assert.equal(more, left > 0, "a call does not say what is left");
      }
      assert.deepEqual(await call(5), { count: left, more: false });
    }
    await scene.expectStats({ purged: 6 });
  },
  "purge deletes at most so many, and answers how many": async (scene) => {
    await scene.enqueue(numbered(10));
    await scene.enqueue(numbered(10), { key: "k" });
    await scene.enqueue(numbered(10), { delayMs: 60_000 });
    const counts = [await scene.purge(12), await scene.purge(12), await scene.purge(12), await scene.purge(12)];
    assert.deepEqual(counts, [12, 12, 6, 0]);
    await scene.expectStats({ enqueued: 30, purged: 30 });
  },
});

const together: ReadonlyArray<ConformanceCase> = casesOf(
  "1. At least once: pause, peek, purge",
  {
    "a pause holds for every process": async (scene) => {
      const there = await scene.elsewhere();
      await scene.setPaused(true);
      await scene.enqueue(["a"]);
      await there.nothing();
      await there.expectStats({ paused: true });
      await there.setPaused(false);
      assert.deepEqual(payloadsOf(await scene.lease()), ["a"]);
    },
  },
  { shared: true },
);

export const peopleCases: ReadonlyArray<ConformanceCase> = [...alone, ...together];
