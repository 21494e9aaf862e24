/** Dead letters: kept, listed, and redriven to the end of their key. */
import assert from "node:assert/strict";
import { newMessageId } from "../../../../core/MessageId.js";
import { Ack, Reject, Retry } from "../../../../core/Outcome.js";
import type { StoredDeadLetter } from "../../../../port/Inspect.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { attemptsOf, exactly, payloadsOf, type Scene } from "../Scene.js";
import type { Draft } from "../steps.js";

const no = Reject({ cause: "no" });

/** Enqueues these messages, rejects them one after the other, and answers their letters. */
const deadLetter = async (
  scene: Scene,
  payloads: ReadonlyArray<string>,
  draft: Draft = {},
): Promise<ReadonlyArray<StoredDeadLetter>> => {
  await scene.enqueue(payloads, draft);
  for (const payload of payloads) await scene.settle([await scene.leaseOne()], no, { cause: `cause of ${payload}` });
  return (await scene.deadLetters()).slice(-payloads.length);
};

export const deadLettersCases: ReadonlyArray<ConformanceCase> = casesOf("1. At least once: dead letters", {
  "a dead letter keeps the message, its cause, its attempts and its history": async (scene) => {
    const [id] = await scene.enqueue(["a"], { key: "k", headers: { h: "v" } });
    await scene.settle([await scene.leaseOne()], Retry({ cause: "first" }), { cause: "first" });
    await scene.settle([await scene.leaseOne()], no, { cause: "second" });
    const [letter] = exactly(1, await scene.deadLetters());
    const { position, deadAtMs, enqueuedAtMs, firstEnqueuedAtMs, history, headers, ...rest } = letter;
    assert.ok(position.length > 0, "a dead letter has a position");
    assert.deepEqual(rest, { id, payload: "a", key: "k", failures: 2, cause: "second" });
    assert.deepEqual({ ...headers }, { h: "v" });
    assert.deepEqual(
      history.map(({ cause }) => cause),
      ["first", "second"],
    );
    assert.equal(history[1]?.atMs, deadAtMs);
    assert.ok(deadAtMs >= enqueuedAtMs && enqueuedAtMs === firstEnqueuedAtMs, "its times contradict each other");
  },
  "dead letters are listed oldest first, page by page": async (scene) => {
    const payloads = ["c", "a", "e", "b", "d"];
    await deadLetter(scene, payloads);
    for (const limit of [1, 2, 5, 100]) assert.deepEqual(payloadsOf(await scene.deadLetters(limit)), payloads);
    assert.equal((await scene.deadLetters())[3]?.cause, "cause of b");
  },
  "a page goes on where the last one ended, whatever was redriven in between": async (scene) => {
    const letters = await deadLetter(scene, ["a", "b", "c", "d", "e"]);
    const first = await scene.store.deadLetters({ queue: scene.queue, after: undefined, limit: 2 });
    assert.ok(first.next !== undefined, "a page that is not the last names no next");
    assert.equal(await scene.redrive(letters.slice(0, 3)), 3);
    const second = await scene.store.deadLetters({ queue: scene.queue, after: first.next, limit: 2 });
    assert.deepEqual(payloadsOf(second.items), ["d", "e"]);
    assert.equal(second.next, undefined);
  },
  "a page may begin behind any letter, by its position": async (scene) => {
    const [, b] = exactly(3, await deadLetter(scene, ["a", "b", "c"]));
    const page = await scene.store.deadLetters({ queue: scene.queue, after: b.position, limit: 10 });
    assert.deepEqual(payloadsOf(page.items), ["c"]);
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
    assert.equal(await scene.redrive(await scene.deadLetters()), 1);
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
    const [a, , c] = exactly(3, await deadLetter(scene, ["a", "b", "c"]));
    await scene.enqueue(["x"]);
    assert.equal(await scene.redrive([c, a]), 2);
    await scene.enqueue(["y"]);
    assert.deepEqual(payloadsOf(await scene.lease()), ["x", "c", "a", "y"]);
    assert.deepEqual(payloadsOf(await scene.deadLetters()), ["b"]);
  },
  "a redriven message joins the end of its key": async (scene) => {
    const letters = await deadLetter(scene, ["a"], { key: "k" });
    await scene.enqueue(["b", "c"], { key: "k" });
    assert.equal(await scene.redrive(letters), 1);
    await scene.expectStats({ ready: 1, waiting: 2 });
    for (const payload of ["b", "c", "a"]) {
      const leases = await scene.lease();
      assert.deepEqual(payloadsOf(leases), [payload]);
      assert.deepEqual(attemptsOf(leases), [1]);
      await scene.settle(leases, Ack);
    }
  },
  "a redrive may change the payload": async (scene) => {
    const [a, b] = exactly(2, await deadLetter(scene, ["a", "b"]));
    const letters = [
      { ...a, payload: "changed" },
      { ...b, payload: undefined },
    ];
    assert.equal((await scene.store.redrive({ queue: scene.queue, letters }, newMessageId())).count, 2);
    assert.deepEqual(payloadsOf(await scene.lease()), ["changed", "b"]);
  },
  "a redrive may change the payload to the empty text": async (scene) => {
    assert.equal(await scene.redrive(await deadLetter(scene, ["a"]), ""), 1);
    assert.equal((await scene.leaseOne()).payload, "");
  },
  "a walk redrives the letters in order, as many as it is told, and says where to go on": async (scene) => {
    const payloads = ["a", "b", "c", "d", "e"];
    await deadLetter(scene, payloads);
    const walked: Array<readonly [count: number, seen: number, goesOn: boolean]> = [];
    let after: string | undefined;
    for (const draft of [{ seenMax: 2 }, { limit: 1 }, {}]) {
      const { count, seen, next } = await scene.redriveFrom(after, draft);
      walked.push([count, seen, next !== undefined]);
      after = next;
    }
    assert.deepEqual(walked, [
      [2, 2, true],
      [1, 1, true],
      [2, 2, false],
    ]);
    assert.deepEqual(await scene.redriveFrom(undefined), { count: 0, seen: 0, next: undefined });
    assert.deepEqual(payloadsOf(await scene.lease()), payloads);
  },
  "a walk may redrive some ids alone, and looks at all": async (scene) => {
    const [a, b, c] = exactly(3, await deadLetter(scene, ["a", "b", "c"]));
    const ids = [c.id, newMessageId(), a.id];
    assert.deepEqual(await scene.redriveFrom(undefined, { ids }), { count: 2, seen: 3, next: undefined });
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "c"]);
    assert.deepEqual(await scene.deadLetters(), [b]);
    assert.equal((await scene.redriveFrom(b.position)).seen, 0);
  },
  "of two dead letters with one id each goes back by itself, with the payload that is meant for it": async (scene) => {
    const id = newMessageId();
    const [first, second] = exactly(2, [
      ...(await deadLetter(scene, ["first"], { id })),
      ...(await deadLetter(scene, ["second"], { id, key: "k" })),
    ]);
    assert.notEqual(first.position, second.position, "two letters stand in one position");
    assert.equal(await scene.redrive([second], "changed second"), 1);
    assert.deepEqual(payloadsOf(await scene.deadLetters()), ["first"]);
    assert.equal(await scene.redrive([second], "changed again"), 0);
    assert.equal(await scene.redrive([first], "changed first"), 1);
    const leases = await scene.lease();
    assert.deepEqual(
      leases.map(({ payload, key }) => [payload, key]),
      [
        ["changed second", "k"],
        ["changed first", undefined],
      ],
    );
    await scene.expectStats({ enqueued: 2, dead: 0, leased: 2 });
  },
  "what is no dead letter, or none any more, is passed over": async (scene) => {
    const [a, b] = exactly(2, await deadLetter(scene, ["a", "b"]));
    const [alive] = exactly(1, await scene.enqueue(["alive"]));
    const { id, position } = a;
    const nowhere = ["", "0", "-1", "elsewhere", "999999"].map((other) => ({ id, position: other }));
    assert.equal(await scene.redrive(nowhere), 0);
    assert.equal(await scene.redrive([{ id: newMessageId(), position }, a, { id: alive, position }, a]), 1);
    assert.equal(await scene.redrive([a]), 0);
    assert.equal(await scene.redrive([]), 0);
    assert.deepEqual(payloadsOf(await scene.lease()), ["alive", "a"]);
    assert.deepEqual(await scene.deadLetters(), [b]);
  },
  "a letter that stands in the place of another one is not redriven for it": async (scene) => {
    const [a, b] = exactly(2, await deadLetter(scene, ["a", "b"]));
    const before = await scene.snapshot();
    assert.equal(await scene.redrive([{ id: a.id, position: b.position }], "changed"), 0);
    assert.deepEqual(await scene.snapshot(), before);
  },
  "a redriven message may die again": async (scene) => {
    const [old] = exactly(1, await deadLetter(scene, ["a"]));
    for (let round = 0; round < 3; round++) {
      assert.equal(await scene.redrive(await scene.deadLetters()), 1);
      await scene.settle([await scene.leaseOne()], no, { cause: `round ${round}` });
    }
    assert.equal(await scene.redrive([old]), 0, "a position was used again");
    const letters = await scene.deadLetters();
    assert.deepEqual(
      letters.map(({ cause, failures }) => [cause, failures]),
      [["round 2", 1]],
    );
    assert.deepEqual(
      letters[0]?.history.map(({ cause }) => cause),
      ["cause of a", "round 0", "round 1", "round 2"],
    );
  },
  "a redriven message keeps its priority": async (scene) => {
    const letters = await deadLetter(scene, ["high"], { priority: 5 });
    await scene.enqueue(["low"]);
    await scene.redrive(letters);
    assert.deepEqual(payloadsOf(await scene.lease()), ["high", "low"]);
  },
});
