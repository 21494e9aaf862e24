/** Dedupe ids: a second enqueue within the window adds nothing. */
import assert from "node:assert/strict";
import { newMessageId } from "../../../core/MessageId.js";
import { Ack } from "../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import { assertLost, payloadsOf, resultsOf } from "../Scene.js";

const once = (
  id: string,
  windowMs = 60_000,
): { readonly dedupe: { readonly id: string; readonly windowMs: number } } => ({
  dedupe: { id, windowMs },
});

export const dedupeCases: ReadonlyArray<ConformanceCase> = casesOf("10. Atomic writes: dedupe ids", {
  "a duplicate within its window answers with the first id and adds nothing": async (scene) => {
    const [first] = await scene.enqueue(["a"], once("d"));
    const [result] = await scene.done([scene.enqueueStep("b", once("d"))]);
    assert.deepEqual(result, { _tag: "Enqueued", id: first, duplicate: true });
    await scene.expectStats({ enqueued: 1, ready: 1 });
    assert.deepEqual(payloadsOf(await scene.lease()), ["a"]);
  },
  "the window outlasts the message": async (scene) => {
    const [first] = await scene.enqueue(["a"], once("d"));
    await scene.settle([await scene.leaseOne()], Ack);
    assert.deepEqual(await scene.enqueue(["b"], once("d")), [first]);
    await scene.expectStats({ enqueued: 1, acked: 1, ready: 0 });
  },
  "after the window the same id is new": async (scene) => {
    const [first] = await scene.enqueue(["a"], once("d", 60));
    await scene.advance(70);
    const [second] = await scene.enqueue(["b"], once("d", 60_000));
    assert.notEqual(second, first);
    assert.deepEqual(await scene.enqueue(["c"], once("d")), [second]);
    await scene.expectStats({ enqueued: 2 });
  },
  "a duplicate does not lengthen the window": async (scene) => {
    await scene.enqueue(["a"], once("d", 80));
    await scene.enqueue(["b"], once("d", 60_000));
    await scene.advance(90);
    await scene.enqueue(["c"], once("d"));
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "c"]);
  },
  "a window of zero remembers nothing": async (scene) => {
    await scene.enqueue(["a"], once("d", 0));
    await scene.enqueue(["b"], once("d", 0));
    await scene.expectStats({ enqueued: 2 });
  },
  "duplicates within one list and within one write are found": async (scene) => {
    const id = newMessageId();
    const answers = await scene.write([
      [scene.enqueueStep("a", { ...once("d"), id }), scene.enqueueStep("b", once("d")), scene.enqueueStep("c")],
      [scene.enqueueStep("d", once("d"))],
    ]);
    assert.deepEqual(
      answers.flatMap(resultsOf).map((result) => result._tag === "Enqueued" && [result.id === id, result.duplicate]),
      [
        [true, false],
        [true, true],
        [false, false],
        [true, true],
      ],
    );
    await scene.expectStats({ enqueued: 2 });
  },
  "a refused list remembers no dedupe id": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne();
    await scene.settle([lease], Ack);
    const [answer] = await scene.write([[scene.enqueueStep("b", once("d")), scene.settleStep(lease, Ack)]]);
    assertLost(answer, lease.id);
    await scene.enqueue(["c"], once("d"));
    assert.deepEqual(payloadsOf(await scene.lease()), ["c"]);
  },
  "every queue has dedupe ids of its own": async (scene) => {
    await scene.enqueue(["a"], once("d"));
    const other = scene.on(`${scene.queue}:2`);
    await other.enqueue(["b"], once("d"));
    await other.expectStats({ enqueued: 1 });
  },
  "a duplicate is found by its whole text": async (scene) => {
    const texts = ["", "d", "D", "d ", "é", "e\u0301", "🦊", "a\u0000", "a", "{d}", "d:1", "%", "\ud800", "\ud801"];
    for (const text of [...texts, ...texts]) await scene.enqueue([text], once(text));
    await scene.expectStats({ enqueued: texts.length });
  },
  "a step without a dedupe id is never a duplicate, whatever its message id": async (scene) => {
    const id = newMessageId();
    await scene.enqueue(["a"], { id });
    await scene.enqueue(["b"], { id });
    const leases = await scene.lease();
    assert.deepEqual(payloadsOf(leases), ["a", "b"]);
    await scene.settle(leases, Ack);
    await scene.enqueue(["c", "c"], { id, delayMs: 20 });
    await scene.expectStats({ acked: 2, delayed: 2 });
    await scene.advance(30);
    assert.deepEqual(payloadsOf(await scene.lease()), ["c", "c"]);
  },
});
