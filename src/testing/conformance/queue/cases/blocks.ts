/** Blocked messages: kept in their place until somebody decides. */
import assert from "node:assert/strict";
import { newMessageId } from "../../../../core/MessageId.js";
import { Ack, Block } from "../../../../core/Outcome.js";
import type { Lease } from "../../../../port/Lease.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { attemptsOf, exactly, numbered, payloadsOf, type Scene } from "../Scene.js";

const byKey = Block({ cause: "no", scope: "key" });
const byQueue = Block({ cause: "no", scope: "queue" });

/** Enqueues, leases and blocks these unkeyed messages one after the other. */
const blockEach = async (scene: Scene, payloads: ReadonlyArray<string>): Promise<ReadonlyArray<Lease>> => {
  await scene.enqueue(payloads);
  const leases = await scene.lease();
  for (const lease of leases) {
    await scene.settle([lease], byKey, { cause: `cause of ${lease.payload}` });
    await scene.advance(2);
  }
  return leases;
};

export const blocksCases: ReadonlyArray<ConformanceCase> = casesOf("4. Order per key: blocks", {
  "a block is listed with its cause, its scope and its message": async (scene) => {
    const [id] = await scene.enqueue(["a"], { key: "k", headers: { h: "v" } });
    await scene.settle([await scene.leaseOne()], byKey, { cause: "card expired" });
    const [block] = exactly(1, await scene.blocked());
    const { sinceMs, enqueuedAtMs, firstEnqueuedAtMs, history, headers, ...rest } = block;
    assert.deepEqual(rest, { id, payload: "a", key: "k", failures: 1, cause: "card expired", scope: "key" });
    assert.deepEqual({ ...headers }, { h: "v" });
    assert.deepEqual(history, [{ atMs: sinceMs, cause: "card expired" }]);
    assert.ok(sinceMs >= enqueuedAtMs && enqueuedAtMs === firstEnqueuedAtMs, "its times contradict each other");
  },
  "blocks are listed oldest first, page by page": async (scene) => {
    await blockEach(scene, ["c", "a", "e", "b", "d"]);
    for (const limit of [1, 2, 5, 100])
      assert.deepEqual(payloadsOf(await scene.blocked(limit)), ["c", "a", "e", "b", "d"]);
    assert.equal((await scene.blocked())[3]?.cause, "cause of b");
  },
  "an unkeyed message is blocked alone": async (scene) => {
    await scene.enqueue(["a", "b"]);
    const a = await scene.leaseOne();
    await scene.settle([a], byKey);
    await scene.settle([await scene.leaseOne()], Ack);
    await scene.expectStats({ blocked: 1, halted: false });
    assert.equal(await scene.unblock({ id: a.id }, "retry"), 1);
    assert.deepEqual(payloadsOf(await scene.lease()), ["a"]);
  },
  "a block of the queue halts it, and lets what is leased be settled": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    const [a, b] = exactly(2, await scene.lease({ max: 2 }));
    await scene.settle([a], byQueue);
    await scene.expectStats({ halted: true, blocked: 1, ready: 1, leased: 1 });
    await scene.nothing();
    await scene.enqueue(["d"]);
    await scene.nothing();
    await scene.settle([b], Ack);
    assert.equal((await scene.blocked())[0]?.scope, "queue");
    assert.equal(await scene.unblock("queue", "retry"), 1);
    await scene.expectStats({ halted: false, blocked: 0 });
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "c", "d"]);
  },
  "a queue that several messages halt is free when the last is": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    const [a, b] = exactly(2, await scene.lease({ max: 2 }));
    await scene.settle([a, b], byQueue);
    await scene.expectStats({ halted: true, blocked: 2 });
    assert.equal(await scene.unblock({ id: b.id }, "skip"), 1);
    await scene.expectStats({ halted: true, blocked: 1 });
    await scene.nothing();
    assert.equal(await scene.unblock({ id: a.id }, "skip"), 1);
    assert.deepEqual(payloadsOf(await scene.lease()), ["c"]);
  },
  "a keyed message that halts the queue also holds back its key": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], byQueue);
    await scene.expectStats({ blocked: 1, waiting: 1, halted: true });
    assert.equal(await scene.unblock({ key: "k" }, "skip"), 0, "a key's block is one of scope key");
    assert.equal(await scene.unblock("queue", "skip"), 1);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
  },
  "unblock retry runs the message again first, from attempt 1, with its history": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.enqueue(["x"]);
    await scene.settle([await scene.leaseOne()], byKey, { cause: "once" });
    assert.equal(await scene.unblock({ key: "k" }, "retry"), 1);
    assert.deepEqual(
      (await scene.peek())[0]?.history.map(({ cause }) => cause),
      ["once"],
    );
    const leases = await scene.lease();
    assert.deepEqual(payloadsOf(leases), ["a", "x"]);
    assert.deepEqual(attemptsOf(leases), [1, 1]);
    await scene.expectStats({ blocked: 0, waiting: 1 });
  },
  "unblock skip goes past the message, counted as purged": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], byKey);
    assert.equal(await scene.unblock({ key: "k" }, "skip"), 1);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
    await scene.expectStats({ blocked: 0, purged: 1, dead: 0 });
  },
  "unblock reject dead-letters the message with the block's cause": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], byKey, { cause: "card expired" });
    assert.equal(await scene.unblock({ key: "k" }, "reject"), 1);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
    const [letter] = await scene.deadLetters();
    assert.deepEqual([letter?.payload, letter?.cause, letter?.failures], ["a", "card expired", 1]);
    await scene.expectStats({ blocked: 0, dead: 1, purged: 0 });
  },
  "several messages unblocked at once keep their former order": async (scene) => {
    await blockEach(scene, ["a", "b", "c"]);
    await scene.enqueue(["d"]);
    assert.equal(await scene.unblock("all", "retry"), 3);
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "b", "c", "d"]);
  },
  "messages unblocked in several calls keep their former order, whoever leases in between": async (scene) => {
    await scene.enqueue(numbered(9));
    await scene.settle(await scene.lease(), byKey);
    await scene.enqueue(["new"]);
    const seen: Array<string> = [];
    const next = async (max: number): Promise<void> => {
      seen.push(...payloadsOf(await scene.lease({ max })));
    };
    assert.equal(await scene.unblock("all", "retry", 4), 4);
    await next(2);
    assert.equal(await scene.unblock("all", "retry", 4), 4);
    await next(3);
    assert.equal(await scene.unblock("all", "retry", 4), 1);
    await next(9);
    assert.deepEqual(seen, [...numbered(9), "new"]);
  },
  "messages blocked in one write keep their order": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    await scene.settle(await scene.lease(), byKey);
    assert.deepEqual(payloadsOf(await scene.blocked(2)), ["a", "b", "c"]);
    assert.equal(await scene.unblock("all", "retry"), 3);
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "b", "c"]);
  },
  "unblock frees at most so many, the oldest first, and answers how many": async (scene) => {
    await blockEach(scene, ["a", "b", "c"]);
    assert.equal(await scene.unblock("all", "skip", 2), 2);
    assert.deepEqual(payloadsOf(await scene.blocked()), ["c"]);
    assert.equal(await scene.unblock("all", "skip", 2), 1);
    assert.equal(await scene.unblock("all", "skip", 2), 0);
  },
  "unblock all frees keys, unkeyed messages and the queue": async (scene) => {
    await scene.enqueue(["keyed"], { key: "k" });
    await scene.enqueue(["unkeyed", "halts"]);
    const [keyed, unkeyed, halts] = exactly(3, await scene.lease());
    await scene.settle([keyed, unkeyed], byKey);
    await scene.settle([halts], byQueue);
    assert.equal(await scene.unblock("all", "retry"), 3);
    await scene.expectStats({ blocked: 0, halted: false, ready: 3 });
  },
  "unblock of the queue leaves keys and messages blocked": async (scene) => {
    await scene.enqueue(["keyed"], { key: "k" });
    await scene.enqueue(["halts"]);
    const [keyed, halts] = exactly(2, await scene.lease());
    await scene.settle([keyed], byKey);
    await scene.settle([halts], byQueue);
    assert.equal(await scene.unblock("queue", "retry"), 1);
    assert.deepEqual(payloadsOf(await scene.blocked()), ["keyed"]);
  },
  "unblock of one key or message leaves all others blocked": async (scene) => {
    await scene.done([
      scene.enqueueStep("a", { key: "a" }),
      scene.enqueueStep("b", { key: "b" }),
      scene.enqueueStep("c"),
    ]);
    const leases = await scene.lease();
    await scene.settle(leases, byKey);
    assert.equal(await scene.unblock({ key: "a" }, "retry"), 1);
    assert.deepEqual(payloadsOf(await scene.lease()), ["a"]);
    assert.equal(await scene.unblock({ id: leases[2]?.id ?? newMessageId() }, "retry"), 1);
    assert.deepEqual(payloadsOf(await scene.blocked()), ["b"]);
  },
  "a keyed message may be unblocked by its id": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    const a = await scene.leaseOne();
    await scene.settle([a], byKey);
    assert.equal(await scene.unblock({ id: a.id }, "skip"), 1);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
    assert.equal(await scene.unblock({ key: "k" }, "skip"), 0);
  },
  "unblock of what is not blocked answers 0 and changes nothing": async (scene) => {
    await scene.enqueue(["a"], { key: "k" });
    const lease = await scene.leaseOne();
    const before = await scene.snapshot();
    for (const target of [
      { key: "k" },
      { key: "other" },
      { id: lease.id },
      { id: newMessageId() },
      "queue",
      "all",
    ] as const)
      for (const decision of ["retry", "skip", "reject"] as const)
        assert.equal(await scene.unblock(target, decision), 0);
    assert.deepEqual(await scene.snapshot(), before);
  },
  "a message may be blocked again and again": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    for (let round = 0; round < 3; round++) {
      const lease = await scene.leaseOne();
      assert.deepEqual([lease.payload, lease.attempt], ["a", 1]);
      await scene.settle([lease], byKey);
      assert.equal(await scene.unblock({ key: "k" }, "retry"), 1);
    }
    assert.deepEqual(payloadsOf(await scene.lease()), ["a"]);
  },
});
