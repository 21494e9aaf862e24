/** Dead letters: kept, listed, and redriven to the end of their key. */
import assert from "node:assert/strict";
import { newMessageId } from "../../../core/MessageId.js";
import { Ack, Reject, Retry } from "../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import { attemptsOf, exactly, payloadsOf, type Scene } from "../Scene.js";

const no = Reject({ cause: "no" });

/** Enqueues these messages and rejects them one after the other; their ids. */
const bury = async (
  scene: Scene,
  payloads: ReadonlyArray<string>,
  key?: string,
): Promise<ReturnType<Scene["enqueue"]>> => {
  const ids = await scene.enqueue(payloads, { key });
  for (const payload of payloads) await scene.settle([await scene.leaseOne()], no, { cause: `cause of ${payload}` });
  return ids;
};

export const deadLettersCases: ReadonlyArray<ConformanceCase> = casesOf("1. At least once: dead letters", {
  "a dead letter keeps the message, its cause, its attempts and its history": async (scene) => {
    const [id] = await scene.enqueue(["a"], { key: "k", headers: { h: "v" } });
    await scene.settle([await scene.leaseOne()], Retry({ cause: "first" }), { cause: "first" });
    await scene.settle([await scene.leaseOne()], no, { cause: "second" });
    const [letter] = exactly(1, await scene.deadLetters());
    const { position, deadAtMs, enqueuedAtMs, firstEnqueuedAtMs, history, headers, ...rest } = letter;
    assert.deepEqual(rest, { id, payload: "a", key: "k", attempts: 2, cause: "second" });
    assert.deepEqual({ ...headers }, { h: "v" });
    assert.equal(typeof position, "string");
    assert.deepEqual(
      history.map(({ cause }) => cause),
      ["first", "second"],
    );
    assert.equal(history[1]?.atMs, deadAtMs);
    assert.ok(deadAtMs >= enqueuedAtMs && enqueuedAtMs === firstEnqueuedAtMs, "its times contradict each other");
  },
  "dead letters are listed oldest first, page by page": async (scene) => {
    const payloads = ["c", "a", "e", "b", "d"];
    await bury(scene, payloads);
    for (const limit of [1, 2, 5, 100]) assert.deepEqual(payloadsOf(await scene.deadLetters(limit)), payloads);
    assert.equal((await scene.deadLetters())[3]?.cause, "cause of b");
  },
  "a page goes on where the last one ended, whatever was redriven in between": async (scene) => {
    const ids = await bury(scene, ["a", "b", "c", "d", "e"]);
    const first = await scene.store.deadLetters({ queue: scene.queue, after: undefined, limit: 2 });
    assert.ok(first.next !== undefined, "a page that is not the last names no next");
    assert.equal(await scene.redrive(ids.slice(0, 3)), 3);
    const second = await scene.store.deadLetters({ queue: scene.queue, after: first.next, limit: 2 });
    assert.deepEqual(payloadsOf(second.items), ["d", "e"]);
    assert.equal(second.next, undefined);
  },
  "messages rejected in one write are listed in its order": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    await scene.settle(await scene.lease(), no);
    assert.deepEqual(payloadsOf(await scene.deadLetters(2)), ["a", "b", "c"]);
  },
  "a redriven message begins again at attempt 1, later than it was first enqueued": async (scene) => {
    const [id] = await scene.enqueue(["a"], { headers: { h: "v" } });
    const first = await scene.leaseOne();
    await scene.settle([first], Retry({ cause: "no" }), { attemptsMax: 1, cause: "why" });
    await scene.advance(20);
    assert.equal(await scene.redrive([first.id]), 1);
    await scene.expectStats({ enqueued: 1, dead: 0, ready: 1 });
    assert.deepEqual(
      (await scene.peek())[0]?.history.map(({ cause }) => cause),
      ["why"],
    );
    const again = await scene.leaseOne();
    assert.deepEqual([again.id, again.payload, again.attempt], [id, "a", 1]);
    assert.deepEqual({ ...again.headers }, { h: "v" });
    assert.equal(again.firstEnqueuedAtMs, first.enqueuedAtMs);
    assert.ok(again.enqueuedAtMs >= first.enqueuedAtMs + 18, "a redriven message is enqueued at its redrive");
  },
  "a redrive joins the end, in the order that it names": async (scene) => {
    const [a, , c] = exactly(3, await bury(scene, ["a", "b", "c"]));
    await scene.enqueue(["x"]);
    assert.equal(await scene.redrive([c, a]), 2);
    await scene.enqueue(["y"]);
    assert.deepEqual(payloadsOf(await scene.lease()), ["x", "c", "a", "y"]);
    assert.deepEqual(payloadsOf(await scene.deadLetters()), ["b"]);
  },
  "a redriven message joins the end of its key": async (scene) => {
    const ids = await bury(scene, ["a"], "k");
    await scene.enqueue(["b", "c"], { key: "k" });
    assert.equal(await scene.redrive(ids), 1);
    await scene.expectStats({ ready: 1, waiting: 2 });
    for (const payload of ["b", "c", "a"]) {
      const leases = await scene.lease();
      assert.deepEqual(payloadsOf(leases), [payload]);
      assert.deepEqual(attemptsOf(leases), [1]);
      await scene.settle(leases, Ack);
    }
  },
  "a redrive may change the payload": async (scene) => {
    await bury(scene, ["a", "b"]);
    const [a, b] = exactly(2, await scene.deadLetters());
    const letters = [
      { position: a.position, payload: "changed" },
      { position: b.position, payload: undefined },
    ];
    assert.equal(await scene.store.redrive({ queue: scene.queue, letters }), 2);
    assert.deepEqual(payloadsOf(await scene.lease()), ["changed", "b"]);
  },
  "a redrive may change the payload to the empty text": async (scene) => {
    await bury(scene, ["a"]);
    const [{ position }] = exactly(1, await scene.deadLetters());
    assert.equal(await scene.store.redrive({ queue: scene.queue, letters: [{ position, payload: "" }] }), 1);
    assert.equal((await scene.leaseOne()).payload, "");
  },
  "an id that is no dead letter is passed over": async (scene) => {
    const [a] = exactly(1, await bury(scene, ["a"]));
    const [alive] = exactly(1, await scene.enqueue(["b"]));
    assert.equal(await scene.redrive([newMessageId(), a, alive, a]), 1);
    assert.equal(await scene.redrive([a]), 0);
    assert.equal(await scene.redrive([]), 0);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b", "a"]);
  },
  "of two dead letters of one id each is redriven by itself": async (scene) => {
    const id = newMessageId();
    for (const payload of ["older", "younger"]) {
      await scene.enqueue([payload], { id });
      await scene.settle([await scene.leaseOne()], no);
    }
    const [older, younger] = exactly(2, await scene.deadLetters());
    assert.deepEqual([older.id, older.payload, younger.id, younger.payload], [id, "older", id, "younger"]);
    assert.notEqual(older.position, younger.position);
    const letters = [{ position: younger.position, payload: undefined }];
    assert.equal(await scene.store.redrive({ queue: scene.queue, letters }), 1);
    assert.equal(await scene.store.redrive({ queue: scene.queue, letters }), 0);
    assert.deepEqual(payloadsOf(await scene.lease()), ["younger"]);
    assert.deepEqual(payloadsOf(await scene.deadLetters()), ["older"]);
  },
  "a redriven message may die again": async (scene) => {
    const ids = await bury(scene, ["a"]);
    for (let round = 0; round < 3; round++) {
      assert.equal(await scene.redrive(ids), 1);
      await scene.settle([await scene.leaseOne()], no, { cause: `round ${round}` });
    }
    const letters = await scene.deadLetters();
    assert.deepEqual(
      letters.map(({ cause, attempts }) => [cause, attempts]),
      [["round 2", 1]],
    );
    assert.deepEqual(
      letters[0]?.history.map(({ cause }) => cause),
      ["cause of a", "round 0", "round 1", "round 2"],
    );
  },
  "a redriven message keeps its priority": async (scene) => {
    const ids = await scene.enqueue(["high"], { priority: 5 });
    await scene.settle([await scene.leaseOne()], no);
    await scene.enqueue(["low"]);
    await scene.redrive(ids);
    assert.deepEqual(payloadsOf(await scene.lease()), ["high", "low"]);
  },
});
