/** Guarantee 10: a list is done whole or not at all, and a resent write is done once. */
import assert from "node:assert/strict";
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import { newMessageId } from "../../../core/MessageId.js";
import { Ack, Block, Reject, Release, Retry } from "../../../core/Outcome.js";
import type { Step } from "../../../core/steps/Step.js";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import { assertLost, exactly, numbered, payloadsOf, resultsOf } from "../queue/Scene.js";

export const atomicWritesCases: ReadonlyArray<ConformanceCase> = casesOf("10. Atomic writes", {
  "a list is done in the order of its steps, and answers each": async (scene) => {
    const ids = numbered(5).map(() => newMessageId());
    const results = await scene.done(ids.map((id, n) => scene.enqueueStep(String(n), { id })));
    assert.deepEqual(
      results,
      ids.map((id) => ({ _tag: "Enqueued", id, duplicate: false })),
    );
    assert.deepEqual(payloadsOf(await scene.lease()), numbered(5));
  },
  "lists are done in their order, and answered each": async (scene) => {
    const answers = await scene.write([[scene.enqueueStep("a")], [], [scene.enqueueStep("b"), scene.enqueueStep("c")]]);
    assert.deepEqual(
      answers.map((answer) => resultsOf(answer).length),
      [1, 0, 2],
    );
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "b", "c"]);
  },
  "a write of no lists answers none": async (scene) => {
    assert.deepEqual(await scene.write([]), []);
  },
  "an ack and what follows from it are one": async (scene) => {
    const next = scene.on(`${scene.queue}:next`);
    await scene.enqueue(["order"]);
    const lease = await scene.leaseOne();
    await scene.done([scene.settleStep(lease, Ack), next.enqueueStep("shipment")]);
    await scene.expectStats({ acked: 1 });
    await next.expectStats({ ready: 1 });
  },
  "a list with a dead token changes nothing, wherever it stands": async (scene) => {
    await scene.enqueue(["dead", "a", "b", "c", "d", "e"]);
    const [dead, a, b, c, d, e] = exactly(6, await scene.lease());
    await scene.settle([dead], Ack);
    const bad = scene.settleStep(dead, Ack);
    const good = [
      scene.settleStep(a, Ack),
      scene.settleStep(b, Retry({ cause: "again", delayMs: 1_000 })),
      scene.settleStep(c, Reject({ cause: "no" })),
      scene.settleStep(d, Block({ cause: "no", scope: "queue" })),
      scene.settleStep(e, Release({ reason: "stop" })),
      scene.enqueueStep("new"),
      scene.enqueueStep("keyed", { key: "k" }),
      scene.enqueueStep("later", { delayMs: 1_000 }),
      scene.enqueueStep("once", { dedupe: { id: "d", windowMs: 60_000 } }),
    ];
    const before = await scene.snapshot();
    for (const at of [0, 4, good.length]) {
      const [answer] = await scene.write([[...good.slice(0, at), bad, ...good.slice(at)]]);
      assertLost(answer, dead.id);
      assert.deepEqual(await scene.snapshot(), before, "a refused list changed something");
    }
    const results = await scene.done(good);
    assert.deepEqual(
      results.map((result) => (result._tag === "Enqueued" ? result.duplicate : result.outcome._tag)),
      ["Ack", "Retry", "Reject", "Block", "Release", false, false, false, false],
    );
  },
  "a refused list takes no other queue with it, and leaves none half done": async (scene) => {
    const other = scene.on(`${scene.queue}:2`);
    await scene.enqueue(["a", "b"]);
    await other.enqueue(["x", "y"], { key: "k" });
    const [a, b] = exactly(2, await scene.lease());
    const x = await other.leaseOne();
    await other.settle([x], Ack);
    const before = [await scene.snapshot(), await other.snapshot()];
    const [answer] = await scene.write([
      [
        scene.settleStep(a, Ack),
        other.enqueueStep("z", { key: "k" }),
        other.settleStep(x, Ack),
        scene.settleStep(b, Ack),
      ],
    ]);
    assertLost(answer, x.id);
    assert.deepEqual([await scene.snapshot(), await other.snapshot()], before);
  },
  "one list may change several queues": async (scene) => {
    const queues = numbered(4).map((n) => scene.on(`${scene.queue}:${n}`));
    await scene.done(queues.map((queue, n) => queue.enqueueStep(String(n))));
    const steps: Array<Step> = [];
    for (const queue of queues) {
      steps.push(queue.settleStep(await queue.leaseOne(), Ack));
      steps.push(queue.enqueueStep("next"));
    }
    await scene.done(steps);
    for (const queue of queues) await queue.expectStats({ enqueued: 2, acked: 1, ready: 1 });
  },
  "a refused list spoils no other list of its write": async (scene) => {
    await scene.enqueue(["dead", "a"]);
    const [dead, a] = exactly(2, await scene.lease());
    await scene.settle([dead], Ack);
    const answers = await scene.write([
      [scene.enqueueStep("b")],
      [scene.settleStep(dead, Ack), scene.enqueueStep("never")],
      [scene.settleStep(a, Ack), scene.enqueueStep("c")],
      [scene.enqueueStep("never"), scene.settleStep(a, Ack)],
    ]);
    assert.deepEqual(answers.map(isRight), [true, false, true, false]);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b", "c"]);
    await scene.expectStats({ acked: 2, enqueued: 4 });
  },
  "a resent enqueue answers the same and adds nothing": async (scene) => {
    const lists = [[scene.enqueueStep("a"), scene.enqueueStep("b", { key: "k" })], [scene.enqueueStep("c")]];
    const first = await scene.write(lists, "write-1");
    await scene.expectStats({ enqueued: 3 });
    assert.deepEqual(await scene.write(lists, "write-1"), first);
    await scene.settle(await scene.lease(), Ack);
    assert.deepEqual(await scene.write(lists, "write-1"), first);
    await scene.expectStats({ enqueued: 3, acked: 3 });
  },
  "a resent settle answers the same and succeeds once": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    const [a, b, c] = exactly(3, await scene.lease());
    const lists = [
      [scene.settleStep(a, Ack)],
      [scene.settleStep(b, Retry({ cause: "no" }), { attemptsMax: 1 })],
      [scene.settleStep(c, Retry({ cause: "again" }))],
    ];
    const first = await scene.write(lists, "write-2");
    assert.deepEqual(
      first.flatMap(resultsOf).map((result) => result._tag === "Settled" && result.outcome._tag),
      ["Ack", "Reject", "Retry"],
    );
    const fresh = await scene.leaseOne();
    assert.deepEqual(await scene.write(lists, "write-2"), first);
    await scene.expectStats({ acked: 1, dead: 1, leased: 1 });
    await scene.settle([fresh], Ack);
  },
  "a resent refusal stays a refusal": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne();
    await scene.settle([lease], Ack);
    const lists = [[scene.settleStep(lease, Ack), scene.enqueueStep("never")], [scene.enqueueStep("b")]];
    for (let run = 0; run < 3; run++)
      assert.deepEqual((await scene.write(lists, "write-3")).map(isLeft), [true, false]);
    await scene.expectStats({ enqueued: 2, ready: 1 });
  },
  "a call that changed something answers as before when it is sent again": async (scene) => {
    const { store, queue } = scene;
    const [settled, blocked] = [Reject({ cause: "no" }), Block({ cause: "no", scope: "key" })];
    await scene.enqueue(["dead", "dead too", "dead as well", "blocked"]);
    await scene.settle(await scene.lease({ max: 3 }), settled);
    await scene.settle(await scene.lease({ max: 1 }), blocked);
    const [letter] = await scene.deadLetters();
    const letters = letter === undefined ? [] : [{ ...letter, payload: undefined }];
    const calls: ReadonlyArray<(writeId: string) => PromiseLike<unknown>> = [
      (writeId) => store.redrive({ queue, letters }, writeId),
      (writeId) => store.redriveFrom({ queue, after: undefined, seenMax: 1, limit: 1, ids: undefined }, writeId),
      (writeId) => store.unblock({ queue, target: "all", decision: "retry", limit: 10 }, writeId),
      (writeId) => store.purge({ queue, limit: 2 }, writeId),
      (writeId) => store.setPaused({ queue, paused: true }, writeId),
    ];
    const answers: Array<unknown> = [];
    for (const [n, call] of calls.entries()) {
      answers.push(await call(`call ${n}`));
      const before = await scene.snapshot();
      assert.deepEqual(await call(`call ${n}`), answers[n], "a call that was sent again answered otherwise");
      assert.deepEqual(await scene.snapshot(), before, "a call that was sent again changed something");
    }
    await scene.setPaused(false);
    for (const [n, call] of calls.entries()) assert.deepEqual(await call(`call ${n}`), answers[n]);
    await scene.expectStats({ paused: false, ready: 1, dead: 1, blocked: 0, purged: 2 });
  },
  "another write id is another write": async (scene) => {
    for (const writeId of ["one", "two", "three"]) await scene.write([[scene.enqueueStep("a")]], writeId);
    await scene.expectStats({ enqueued: 3 });
  },
  "write ids are remembered beside many others": async (scene) => {
    const list = [scene.enqueueStep("first")];
    await scene.write([list], "first");
    for (let n = 0; n < 50; n++) await scene.store.write([[scene.enqueueStep("other")]], `other ${n}`);
    await scene.write([list], "first");
    await scene.expectStats({ enqueued: 51 });
  },
});
