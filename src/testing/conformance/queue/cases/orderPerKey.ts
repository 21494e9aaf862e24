/** Guarantee 4: messages of one key one at a time, in the order of their enqueueing. */
import assert from "node:assert/strict";
import { Ack, Block, Reject, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered, payloadsOf, type Scene } from "../Scene.js";

/** Leases and acks until nothing comes, and answers what came, in order. */
const drain = async (scene: Scene): Promise<ReadonlyArray<string>> => {
  const seen: Array<string> = [];
  for (let round = 0; round < 100; round++) {
    const leases = await scene.lease();
    if (leases.length === 0) return seen;
    seen.push(...payloadsOf(leases));
    await scene.settle(leases, Ack);
  }
  throw new assert.AssertionError({ message: "a queue gave messages without end" });
};

export const orderPerKeyCases: ReadonlyArray<ConformanceCase> = casesOf("4. Order per key", {
  "unkeyed messages come first in, first out": async (scene) => {
    await scene.enqueue(numbered(20));
    await scene.enqueue(["last"]);
    assert.deepEqual(await drain(scene), [...numbered(20), "last"]);
  },
  "of one key only the head is delivered, whoever asks": async (scene) => {
    await scene.enqueue(["a", "b", "c"], { key: "k" });
    await scene.expectStats({ ready: 1, waiting: 2 });
    assert.deepEqual(payloadsOf(await scene.lease()), ["a"]);
    await scene.nothing({ consumer: "two" });
    await scene.enqueue(["d"], { key: "k" });
    await scene.nothing();
    await scene.expectStats({ leased: 1, waiting: 3 });
  },
  "the next of a key follows when its head is acked": async (scene) => {
    await scene.enqueue(["a", "b", "c"], { key: "k" });
    assert.deepEqual(await drain(scene), ["a", "b", "c"]);
    await scene.enqueue(["d"], { key: "k" });
    assert.deepEqual(payloadsOf(await scene.lease()), ["d"]);
  },
  "keys flow beside each other": async (scene) => {
    await scene.done([
      scene.enqueueStep("a1", { key: "a" }),
      scene.enqueueStep("a2", { key: "a" }),
      scene.enqueueStep("b1", { key: "b" }),
      scene.enqueueStep("none"),
      scene.enqueueStep("b2", { key: "b" }),
    ]);
    const [a1] = await scene.lease();
    assert.equal(a1?.payload, "a1");
    await scene.settle([a1], Ack);
    assert.deepEqual(payloadsOf(await scene.lease()), ["a2"]);
    await scene.expectStats({ leased: 3, waiting: 1 });
  },
  "a promoted follower joins the end": async (scene) => {
    await scene.enqueue(["a1", "a2"], { key: "a" });
    await scene.enqueue(["x", "y"]);
    await scene.settle([await scene.leaseOne()], Ack);
    assert.deepEqual(payloadsOf(await scene.lease()), ["x", "y", "a2"]);
  },
  "a retried head keeps its place": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    for (let round = 1; round <= 3; round++) {
      const lease = await scene.leaseOne();
      assert.deepEqual([lease.payload, lease.attempt], ["a", round]);
      await scene.settle([lease], Retry({ cause: "again" }));
      await scene.expectStats({ ready: 1, waiting: 1 });
    }
    assert.deepEqual(await drain(scene), ["a", "b"]);
  },
  "a head that is retried later holds back its followers and nobody else": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], Retry({ cause: "again", delayMs: 100 }));
    await scene.expectStats({ delayed: 1, waiting: 1 });
    await scene.enqueue(["c"], { key: "other" });
    assert.deepEqual(await drain(scene), ["c"]);
    await scene.advance(110);
    assert.deepEqual(await drain(scene), ["a", "b"]);
  },
  "a released head keeps its place": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], Release({ reason: "stop" }));
    assert.deepEqual(await drain(scene), ["a", "b"]);
  },
  "a head whose lease ended keeps its place": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    assert.deepEqual(await drain(scene), ["a", "b"]);
  },
  "a rejected head lets its follower go": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], Reject({ cause: "no" }));
    assert.deepEqual(await drain(scene), ["b"]);
  },
  "a head that ran out of attempts lets its follower go": async (scene) => {
    await scene.enqueue(["a", "b", "c"], { key: "k" });
    await scene.settle([await scene.leaseOne()], Retry({ cause: "no" }), { attemptsMax: 1 });
    await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    assert.deepEqual(payloadsOf(await scene.lease({ attemptsMax: 1 })), ["c"]);
  },
  "a blocked head holds back its followers and nobody else": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], Block({ cause: "no", scope: "key" }));
    await scene.enqueue(["c"], { key: "k" });
    await scene.enqueue(["x"], { key: "other" });
    await scene.enqueue(["y"]);
    assert.deepEqual(await drain(scene), ["x", "y"]);
    await scene.expectStats({ blocked: 1, waiting: 2, halted: false });
    assert.equal(await scene.unblock({ key: "k" }, "retry"), 1);
    assert.deepEqual(await drain(scene), ["a", "b", "c"]);
  },
  "a message that is delayed when it is enqueued joins its key's line when it is due": async (scene) => {
    await scene.enqueue(["later"], { key: "k", delayMs: 100 });
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.expectStats({ ready: 1, delayed: 1, waiting: 1 });
    const a = await scene.leaseOne();
    assert.equal(a.payload, "a", "a message that is due later held back its key");
    await scene.advance(110);
    await scene.expectStats({ leased: 1, delayed: 0, waiting: 2 });
    await scene.enqueue(["c"], { key: "k" });
    await scene.settle([a], Ack);
    assert.deepEqual(await drain(scene), ["b", "later", "c"]);
  },
  "what is due joins its key's line in the order of due times, before what is enqueued later": async (scene) => {
    await scene.enqueue(["second"], { key: "k", delayMs: 120 });
    await scene.enqueue(["first"], { key: "k", delayMs: 40 });
    await scene.advance(60);
    await scene.enqueue(["between"], { key: "k" });
    await scene.advance(70);
    await scene.enqueue(["last"], { key: "k" });
    assert.deepEqual(await drain(scene), ["first", "between", "second", "last"]);
  },
  "a delayed message that is purged leaves its key to its head": async (scene) => {
    await scene.enqueue(["a"], { key: "k" });
    const a = await scene.leaseOne();
    await scene.enqueue(["later"], { key: "k", delayMs: 60_000 });
    await scene.enqueue(["b"], { key: "k" });
    assert.equal(await scene.purge(), 2);
    await scene.enqueue(["c"], { key: "k" });
    await scene.nothing();
    await scene.settle([a], Ack);
    assert.deepEqual(await drain(scene), ["c"]);
  },
  "a message that is due later does not follow before": async (scene) => {
    await scene.enqueue(["a"], { key: "k" });
    await scene.enqueue(["b"], { key: "k", delayMs: 120 });
    await scene.settle([await scene.leaseOne()], Ack);
    await scene.nothing();
    await scene.expectStats({ delayed: 1, waiting: 0 });
    await scene.advance(130);
    assert.deepEqual(await drain(scene), ["b"]);
  },
  "a message that became due behind the head of its key follows it at once": async (scene) => {
    await scene.enqueue(["a"], { key: "k" });
    await scene.enqueue(["b"], { key: "k", delayMs: 30 });
    const a = await scene.leaseOne();
    await scene.advance(40);
    await scene.nothing();
    await scene.settle([a], Ack);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
  },
  "a higher priority does not pass the head of its key": async (scene) => {
    await scene.enqueue(["low"], { key: "k", priority: 0 });
    await scene.enqueue(["high"], { key: "k", priority: 9 });
    assert.deepEqual(await drain(scene), ["low", "high"]);
  },
  "the empty text is a key": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "" });
    const lease = await scene.leaseOne();
    assert.deepEqual([lease.payload, lease.key], ["a", ""]);
    await scene.nothing();
    await scene.settle([lease], Block({ cause: "no", scope: "key" }));
    assert.equal(await scene.unblock({ key: "" }, "skip"), 1);
    assert.deepEqual(await drain(scene), ["b"]);
  },
  "settle and enqueue of one key in one list keep the order of the steps": async (scene) => {
    await scene.enqueue(["a"], { key: "k" });
    const a = await scene.leaseOne();
    await scene.done([
      scene.enqueueStep("b", { key: "k" }),
      scene.settleStep(a, Ack),
      scene.enqueueStep("c", { key: "k" }),
    ]);
    assert.deepEqual(await drain(scene), ["b", "c"]);
  },
  "many keys with two consumers keep the order of each, one at a time": async (scene) => {
    const keys = numbered(10);
    for (let n = 0; n < 5; n++) await scene.done(keys.map((key) => scene.enqueueStep(`${key}:${n}`, { key })));
    const seen: Array<string> = [];
    for (let round = 0; round < 60 && seen.length < 50; round++) {
      const leases = [...(await scene.lease({ max: 4 })), ...(await scene.lease({ max: 7, consumer: "two" }))];
      assert.equal(new Set(leases.map(({ key }) => key)).size, leases.length, "two messages of one key were leased");
      const released = round % 2 === 0 ? leases.slice(0, 1) : [];
      const acked = leases.slice(released.length);
      seen.push(...payloadsOf(acked));
      await scene.settle(acked, Ack);
      await scene.settle(released, Release({ reason: "stop" }));
    }
    for (const key of keys)
      assert.deepEqual(
        seen.filter((payload) => payload.startsWith(`${key}:`)),
        numbered(5).map((n) => `${key}:${n}`),
      );
  },
});
