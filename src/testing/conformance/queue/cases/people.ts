/** What people do with a queue: pause it, look at it, purge it. */
import assert from "node:assert/strict";
import { newId } from "../../../../core/newId.js";
import { Ack, Block, Release, Retry } from "../../../../core/Outcome.js";
import type { Portion } from "../../../../port/Inspect.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { exactly, numbered, payloadsOf, type Scene } from "../Scene.js";

/** One call, which purges followers of a key. */
const purgeFollowers = async (scene: Scene, followersOf: string, limit: number): Promise<Portion> =>
  await scene.store.purge({ queue: scene.queue, limit, followersOf }, newId());

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
  "purge of followers leaves their head where it is, and all that is not of the key": async (scene) => {
    const keys = ["blocked", "halting", "later", "back", "leased", "ready"];
    await scene.enqueue(["alone"]);
    for (const key of keys) await scene.enqueue([key, "follows", "follows"], { key });
    const [alone, blocked, halting, later, back, leased] = exactly(6, await scene.lease({ max: 6 }));
    await scene.settle([back], Release({ reason: "not now" }));
    await scene.settle([later], Retry({ cause: "again", delayMs: 60_000 }));
    await scene.settle([blocked], Block({ cause: "no", scope: "key" }));
    await scene.settle([halting], Block({ cause: "no", scope: "queue" }));
    const places = { ready: 2, delayed: 1, leased: 2, blocked: 2 };
    await scene.expectStats({ ...places, waiting: 12, purged: 0 });
    for (const [i, key] of keys.entries()) {
      assert.equal(await scene.purge(1_000, key), 2, `the head of the key is ${key}`);
      await scene.expectStats({ ...places, waiting: 10 - 2 * i, purged: 2 + 2 * i });
    }
    assert.equal(await scene.unblock("all", "retry"), 2);
    await scene.settle([alone, leased], Ack);
    assert.deepEqual(new Set(payloadsOf(await scene.lease())), new Set(["blocked", "halting", "back", "ready"]));
    await scene.enqueue(["follows"], { key: "later" });
    await scene.expectStats({ ready: 0, waiting: 1, delayed: 1 });
  },
  "purge of followers takes the nearest to the head first, at most so many, and says whether more are left": async (
    scene,
  ) => {
    await scene.enqueue(["head", "a", "b", "c", "d"], { key: "k" });
    await scene.enqueue(["other", "follows"], { key: "other" });
    assert.deepEqual(await purgeFollowers(scene, "k", 1), { count: 1, more: true });
    assert.deepEqual(await purgeFollowers(scene, "k", 2), { count: 2, more: true });
    await scene.expectStats({ ready: 2, waiting: 2, purged: 3 });
    await scene.settle([await scene.leaseOne()], Ack);
    await scene.enqueue(["e", "f"], { key: "k" });
    assert.deepEqual(await purgeFollowers(scene, "k", 2), { count: 2, more: false });
    await scene.enqueue(["g"], { key: "k" });
    await scene.settle(await scene.lease(), Ack);
    assert.deepEqual(payloadsOf(await scene.lease()), ["follows", "g"]);
    await scene.expectStats({ acked: 3, purged: 5 });
  },
  "purge of followers deletes none of a key that is free, or whose head is alone": async (scene) => {
    const none = { count: 0, more: false };
    assert.deepEqual(await purgeFollowers(scene, "k", 10), none, "the queue was never used");
    await scene.enqueue(["head"], { key: "k" });
    await scene.enqueue(["head", "follows"], { key: "" });
    for (const key of ["k", "free"]) assert.deepEqual(await purgeFollowers(scene, key, 10), none);
    await scene.settle(await scene.lease({ max: 1 }), Ack);
    assert.deepEqual(await purgeFollowers(scene, "k", 10), none, "the key was busy before");
    await scene.expectStats({ ready: 1, waiting: 1, purged: 0 });
    assert.deepEqual(await purgeFollowers(scene, "", 10), { count: 1, more: false });
    await scene.expectStats({ ready: 1, waiting: 0, purged: 1 });
  },
  "purge of followers leaves what is delayed until it is due, and takes it from then on": async (scene) => {
    await scene.enqueue(["delayed"], { key: "k", delayMs: 60 });
    assert.deepEqual(await purgeFollowers(scene, "k", 10), { count: 0, more: false });
    await scene.enqueue(["head", "follows"], { key: "k" });
    assert.deepEqual(await purgeFollowers(scene, "k", 10), { count: 1, more: false });
    await scene.expectStats({ ready: 1, waiting: 0, delayed: 1 });
    await scene.advance(80);
    assert.deepEqual(await purgeFollowers(scene, "k", 10), { count: 1, more: false });
    await scene.expectStats({ ready: 1, waiting: 0, delayed: 0, purged: 2 });
    assert.deepEqual(payloadsOf(await scene.lease()), ["head"]);
  },
  "purge of followers frees their dedupe ids, and not that of the head": async (scene) => {
    const dedupe = (id: string) => ({ id, windowMs: Number.POSITIVE_INFINITY });
    const again = async (): Promise<ReadonlyArray<boolean>> => {
      const results = await scene.done(
        ["head", "a", "b"].map((id) => scene.enqueueStep(id, { key: "k", dedupe: dedupe(id) })),
      );
      return results.map((result) => result._tag === "Enqueued" && result.duplicate);
    };
    assert.deepEqual(await again(), [false, false, false]);
    assert.equal(await scene.purge(1, "k"), 1);
    assert.deepEqual(await again(), [true, false, true]);
    assert.equal(await scene.purge(1_000, "k"), 2);
    assert.deepEqual(await again(), [true, false, false]);
    await scene.expectStats({ enqueued: 6, ready: 1, waiting: 2, purged: 3 });
  },
  "purge of followers that is sent again answers as before and deletes nothing": async (scene) => {
    const { store, queue } = scene;
    await scene.enqueue(["head", "a", "b", "c"], { key: "k" });
    const call = { queue, limit: 2, followersOf: "k" };
    assert.deepEqual(await store.purge(call, "once"), { count: 2, more: true });
    await scene.enqueue(["d"], { key: "k" });
    assert.deepEqual(await store.purge(call, "once"), { count: 2, more: true });
    await scene.expectStats({ ready: 1, waiting: 2, purged: 2 });
    assert.deepEqual(await store.purge(call, "another"), { count: 2, more: false });
    await scene.expectStats({ ready: 1, waiting: 0, purged: 4 });
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
