/** Dedupe ids: a second enqueue within the window adds nothing. */
import assert from "node:assert/strict";
import { newMessageId } from "../../../../core/MessageId.js";
import { Ack, Block, Reject, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { assertLost, exactly, payloadsOf, resultsOf } from "../Scene.js";

const once = (
  id: string,
  windowMs = 60_000,
): { readonly dedupe: { readonly id: string; readonly windowMs: number } } => ({
  dedupe: { id, windowMs },
});

/** A dedupe id that is remembered until its message leaves the queue. */
const endless = (id: string): ReturnType<typeof once> => once(id, Number.POSITIVE_INFINITY);
const untilSettled = endless("d");

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
  "without an end an id is remembered until its message is acked": async (scene) => {
    const [first] = await scene.enqueue(["a"], untilSettled);
    assert.deepEqual(await scene.enqueue(["b"], untilSettled), [first]);
    const lease = await scene.leaseOne();
    assert.deepEqual(await scene.enqueue(["c"], untilSettled), [first]);
    await scene.settle([lease], Ack);
    const [second] = await scene.enqueue(["d"], untilSettled);
    assert.notEqual(second, first);
    await scene.expectStats({ enqueued: 2, acked: 1, ready: 1 });
  },
  "many messages that are acked at once free their ids": async (scene) => {
    const ids = ["", "x", "é:{}", "s"];
    const steps = ids.map((id, n) => scene.enqueueStep(`k${n}`, { key: `k${n % 2}`, ...endless(id) }));
    await scene.done([...steps, scene.enqueueStep("plain")]);
    for (let round = 0; round < 2; round++) await scene.settle(await scene.lease(), Ack);
    await scene.done(ids.map((id) => scene.enqueueStep(id, endless(id))));
    await scene.expectStats({ enqueued: 9, acked: 5, ready: 4 });
  },
  "without an end an id outlasts whatever leaves its message in the queue": async (scene) => {
    const [first] = await scene.enqueue(["a"], { ...untilSettled, key: "k" });
    const outcomes = [
      Retry({ cause: "again" }),
      Retry({ cause: "later", delayMs: 30 }),
      Release({ reason: "stop" }),
      Block({ cause: "no", scope: "key" }),
    ];
    for (const outcome of outcomes) {
      await scene.settle([await scene.leaseOne()], outcome);
      assert.deepEqual(await scene.enqueue(["b"], untilSettled), [first], `${outcome._tag} freed the dedupe id`);
      await scene.advance(40);
      await scene.unblock("all", "retry");
    }
    await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    const again = await scene.leaseOne();
    assert.deepEqual(await scene.enqueue(["b"], untilSettled), [first], "the end of a lease freed the dedupe id");
    await scene.settle([again], Ack);
    await scene.enqueue(["c"], untilSettled);
    await scene.expectStats({ enqueued: 2 });
  },
  "without an end an id is free when its message is dead, and a redrive does not take it again": async (scene) => {
    await scene.enqueue(["a"], untilSettled);
    await scene.settle([await scene.leaseOne()], Reject({ cause: "no" }));
    await scene.enqueue(["b"], untilSettled);
    await scene.redrive(await scene.deadLetters());
    await scene.expectStats({ enqueued: 2, ready: 2, dead: 0 });
    const [b, a] = exactly(2, await scene.lease());
    await scene.settle([a], Ack);
    assert.deepEqual(await scene.enqueue(["c"], untilSettled), [b.id], "another's settlement freed the dedupe id");
    await scene.settle([b], Block({ cause: "no", scope: "queue" }));
    await scene.unblock("queue", "skip");
    await scene.enqueue(["d"], untilSettled);
    await scene.settle([await scene.leaseOne({ leaseMs: 20 })], Retry({ cause: "no" }), { attemptsMax: 1 });
    await scene.enqueue(["e"], untilSettled);
    await scene.leaseOne({ leaseMs: 20 });
    await scene.advance(30);
    await scene.nothing({ attemptsMax: 1 });
    await scene.enqueue(["f"], untilSettled);
    await scene.expectStats({ enqueued: 5, ready: 1 });
  },
  "without an end an id is free when its message is purged": async (scene) => {
    await scene.enqueue(["ready", "waiting"], { key: "k" });
    const drafts = [{ key: "k" }, { delayMs: 60_000 }, { key: "other" }];
    await scene.done(drafts.map((draft, n) => scene.enqueueStep(String(n), { ...draft, ...endless(String(n)) })));
    assert.equal(await scene.purge(), 5);
    await scene.done(drafts.map((_, n) => scene.enqueueStep(String(n), endless(String(n)))));
    await scene.expectStats({ enqueued: 8, ready: 3 });
  },
  "what the first enqueue of an id says of its window stands": async (scene) => {
    const [first] = await scene.enqueue(["a"], once("d", 60_000));
    assert.deepEqual(await scene.enqueue(["b"], endless("d")), [first]);
    await scene.settle([await scene.leaseOne()], Ack);
    assert.deepEqual(await scene.enqueue(["c"], endless("d")), [first], "a later enqueue changed the window");
    const [second] = await scene.enqueue(["d"], endless("e"));
    assert.deepEqual(await scene.enqueue(["e"], once("e", 10)), [second]);
    await scene.advance(20);
    assert.deepEqual(await scene.enqueue(["f"], once("e", 10)), [second], "a later enqueue changed the window");
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
