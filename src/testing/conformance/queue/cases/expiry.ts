/** Expiry: a message past its time is dead-lettered instead of given to a consumer. */
import assert from "node:assert/strict";
import { Ack, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { exactly, payloadsOf } from "../Scene.js";

export const expiryCases: ReadonlyArray<ConformanceCase> = casesOf("6. Durable backoff and delay: expiry", {
  "a message past its time is dead-lettered instead of begun": async (scene) => {
    await scene.enqueue(["a"], { expiresInMs: 40 });
    await scene.enqueue(["b"]);
    await scene.advance(60);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
    const [letter] = exactly(1, await scene.deadLetters());
    assert.deepEqual(
      [letter.payload, letter.cause, letter.failures, letter.history],
      ["a", "expired before it was begun", 0, []],
    );
  },
  "a message is begun until its time is over, and what was begun may be settled after it": async (scene) => {
    await scene.enqueue(["a"], { expiresInMs: 300, key: "k", headers: { h: "v" } });
    await scene.advance(160);
    const lease = await scene.leaseOne();
    assert.deepEqual([lease.payload, lease.key, { ...lease.headers }], ["a", "k", { h: "v" }]);
    await scene.advance(150);
    await scene.settle([lease], Ack);
    await scene.expectStats({ acked: 1, dead: 0 });
  },
  "what failed is not begun again past its time": async (scene) => {
    await scene.enqueue(["a"], { expiresInMs: 200 });
    await scene.settle([await scene.leaseOne()], Retry({ cause: "again" }));
    const again = await scene.leaseOne();
    assert.equal(again.attempt, 2);
    await scene.settle([again], Retry({ cause: "again" }));
    await scene.advance(210);
    await scene.nothing();
    const [letter] = exactly(1, await scene.deadLetters());
    assert.deepEqual([letter.cause, letter.failures], ["expired before it was begun", 2]);
  },
  "a head that expired lets its followers go": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k", expiresInMs: 30 });
    await scene.enqueue(["c"], { key: "k" });
    await scene.advance(50);
    assert.deepEqual(payloadsOf(await scene.lease({ max: 1 })), ["c"]);
    await scene.expectStats({ dead: 2, waiting: 0, leased: 1 });
  },
  "a delayed message may expire before it is due": async (scene) => {
    await scene.enqueue(["a"], { key: "k", delayMs: 60, expiresInMs: 30 });
    await scene.advance(70);
    await scene.nothing();
    await scene.expectStats({ dead: 1, delayed: 0 });
    await scene.enqueue(["b"], { key: "k" });
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
  },
  "zero is a time": async (scene) => {
    await scene.enqueue(["a"], { expiresInMs: 0 });
    await scene.advance(10);
    await scene.nothing();
    await scene.expectStats({ dead: 1 });
  },
  "what expired does not count against the number of messages that are leased": async (scene) => {
    await scene.enqueue(["a", "b", "c"], { expiresInMs: 30 });
    await scene.enqueue(["d", "e", "f"]);
    await scene.advance(50);
    assert.deepEqual(payloadsOf(await scene.lease({ max: 2 })), ["d", "e"]);
    await scene.expectStats({ dead: 3, ready: 1 });
  },
  "a redriven message does not expire": async (scene) => {
    await scene.enqueue(["a"], { expiresInMs: 20 });
    await scene.advance(40);
    await scene.nothing();
    assert.equal(await scene.redrive(await scene.deadLetters()), 1);
    await scene.advance(40);
    assert.deepEqual(payloadsOf(await scene.lease()), ["a"]);
  },
});
