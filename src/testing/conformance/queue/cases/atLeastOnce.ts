/** Guarantee 1: what was confirmed is delivered until it is settled, and nothing is lost or made on the way. */
import assert from "node:assert/strict";
import { newMessageId } from "../../../../core/MessageId.js";
import { Ack, Block, Reject, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { exactly, numbered, payloadsOf } from "../Scene.js";

const alone: ReadonlyArray<ConformanceCase> = casesOf("1. At least once", {
  "a message arrives as it was enqueued, on its first attempt": async (scene) => {
    const id = newMessageId();
    const headers = { trace: "abc", empty: "" };
    assert.deepEqual(await scene.enqueue(["payload"], { id, key: "k", headers }), [id]);
    const lease = await scene.leaseOne();
    const { token, enqueuedAtMs, leasedAtMs, askedMs: _, headers: arrived, ...rest } = lease;
    assert.deepEqual(rest, {
      id,
      payload: "payload",
      key: "k",
      attempt: 1,
      suspect: false,
      firstEnqueuedAtMs: enqueuedAtMs,
    });
    assert.deepEqual({ ...arrived }, headers);
    assert.ok(token.length > 0, "a lease has a token");
    assert.ok(leasedAtMs >= enqueuedAtMs, "a lease is not older than its message");
  },
  "a message without key and headers arrives without": async (scene) => {
    await scene.enqueue([""]);
    const lease = await scene.leaseOne();
    assert.equal(lease.payload, "");
    assert.equal(lease.key, undefined);
    assert.deepEqual({ ...lease.headers }, {});
  },
  "times are of the store's one clock": async (scene) => {
    await scene.enqueue(["early"]);
    await scene.advance(40);
    await scene.enqueue(["late"]);
    const [early, late] = exactly(2, await scene.lease());
    const passedMs = late.enqueuedAtMs - early.enqueuedAtMs;
    assert.ok(passedMs >= 38 && passedMs < 5_000, `40 ms passed, the store says ${passedMs}`);
    assert.equal(early.leasedAtMs, late.leasedAtMs);
  },
  "every message is in one lease at a time, until it is settled": async (scene) => {
    await scene.enqueue(numbered(30));
    const first = await scene.lease({ max: 12 });
    const second = await scene.lease({ max: 100, consumer: "two" });
    await scene.nothing();
    assert.deepEqual(payloadsOf([...first, ...second]), numbered(30));
    await scene.expectStats({ ready: 0, leased: 30 });
  },
  "an acked message is gone, also when its lease would have ended": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.settle(await scene.lease({ leaseMs: 40 }), Ack);
    await scene.expectStats({ enqueued: 2, acked: 2, leased: 0 });
    await scene.advance(50);
    await scene.nothing();
  },
  "what is not acked comes again as the same message": async (scene) => {
    const [id] = await scene.enqueue(["a"], { key: "k", headers: { h: "v" } });
    for (const outcome of [Release({ reason: "stop" }), Retry({ cause: "no" })]) {
      await scene.settle([await scene.leaseOne({ leaseMs: 30 })], outcome);
    }
    await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    const again = await scene.leaseOne();
    assert.deepEqual([again.id, again.payload, again.key], [id, "a", "k"]);
    assert.deepEqual({ ...again.headers }, { h: "v" });
    assert.equal(again.enqueuedAtMs, again.firstEnqueuedAtMs);
  },
  "stats count a message in each of the eight places": async (scene) => {
    await scene.enqueue(["acked", "dead", "blocked", "skipped", "leased"]);
    await scene.enqueue(["leased head", "waiting", "waiting"], { key: "k" });
    const [acked, dead, blocked, skipped] = exactly(6, await scene.lease({ max: 6 }));
    await scene.settle([acked], Ack);
    await scene.settle([dead], Reject({ cause: "no" }));
    await scene.settle([blocked, skipped], Block({ cause: "no", scope: "key" }));
    assert.equal(await scene.unblock({ id: skipped.id }, "skip"), 1);
    await scene.enqueue(["delayed", "delayed", "delayed"], { delayMs: 60_000 });
    await scene.enqueue(numbered(4));
    assert.deepEqual(await scene.stats(), {
      enqueued: 15,
      ready: 4,
      waiting: 2,
      delayed: 3,
      leased: 2,
      blocked: 1,
      acked: 1,
      dead: 1,
      purged: 1,
      paused: false,
      halted: false,
    });
  },
  "a queue that nobody used is empty": async (scene) => {
    await scene.nothing();
    assert.equal((await scene.stats()).enqueued, 0);
    assert.deepEqual(await scene.peek(), []);
    assert.deepEqual(await scene.blocked(), []);
    assert.deepEqual(await scene.deadLetters(), []);
    assert.equal(await scene.purge(), 0);
    assert.equal(await scene.unblock("all", "retry"), 0);
    assert.equal(await scene.redrive([{ id: newMessageId(), position: "1" }]), 0);
  },
  "queues do not see each other's messages, keys or pauses": async (scene) => {
    const other = scene.on(`${scene.queue}:2`);
    await scene.enqueue(["here"], { key: "k" });
    await other.enqueue(["there"], { key: "k" });
    await scene.setPaused(true);
    assert.deepEqual(payloadsOf(await other.lease()), ["there"]);
    await scene.nothing();
    await scene.setPaused(false);
    assert.deepEqual(payloadsOf(await scene.lease()), ["here"]);
    await other.expectStats({ enqueued: 1, leased: 1 });
  },
});

const together: ReadonlyArray<ConformanceCase> = casesOf(
  "1. At least once",
  {
    "another process sees, leases and settles what this one enqueued": async (scene) => {
      const there = await scene.elsewhere();
      await scene.enqueue(["a", "b"], { key: "k" });
      await there.expectStats({ ready: 1, waiting: 1 });
      const lease = await there.leaseOne();
      await scene.nothing();
      await scene.settle([lease], Ack);
      assert.deepEqual(payloadsOf(await there.lease()), ["b"]);
    },
    "what a closed process held is delivered to another one after the lease": async (scene) => {
      const there = await scene.elsewhere();
      await scene.enqueue(["a", "b"]);
      assert.equal((await there.lease({ leaseMs: 100 })).length, 2);
      await there.store.close();
      await scene.nothing();
      await scene.advance(110);
      const leases = await scene.gather(2);
      assert.deepEqual(payloadsOf(leases), ["a", "b"]);
      assert.equal(leases[0]?.attempt, 2);
    },
  },
  { shared: true },
);

export const atLeastOnceCases: ReadonlyArray<ConformanceCase> = [...alone, ...together];
