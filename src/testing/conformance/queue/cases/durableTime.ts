/** Guarantee 6: delays and backoff are due times in the store, and zero is zero. */
import assert from "node:assert/strict";
import { Ack, Block, Reject, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { attemptsOf, exactly, numbered, payloadsOf } from "../Scene.js";

const again = Retry({ cause: "again" });

const alone: ReadonlyArray<ConformanceCase> = casesOf("6. Durable backoff and delay", {
  "a delayed message is not delivered before it is due, and then is": async (scene) => {
    await scene.enqueue(["a"], { delayMs: 120 });
    await scene.nothing();
    await scene.advance(60);
    await scene.nothing();
    await scene.expectStats({ delayed: 1, ready: 0 });
    await scene.advance(65);
    const lease = await scene.leaseOne();
    assert.ok(lease.leasedAtMs - lease.enqueuedAtMs >= 120, "it was delivered before its time");
    assert.equal(lease.attempt, 1);
  },
  "a delay of zero is no delay": async (scene) => {
    await scene.enqueue(["a"], { delayMs: 0 });
    await scene.expectStats({ ready: 1, delayed: 0 });
    await scene.leaseOne();
  },
  "a retry without a delay and one of zero are due at once, in front": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.settle([await scene.leaseOne()], again);
    const second = await scene.leaseOne();
    assert.deepEqual([second.payload, second.attempt], ["a", 2]);
    await scene.settle([second], Retry({ cause: "again", delayMs: 0 }));
    await scene.expectStats({ ready: 2, delayed: 0 });
    const third = await scene.leaseOne();
    assert.deepEqual([third.payload, third.attempt], ["a", 3]);
  },
  "a retry with a delay is not delivered before it is due, and then is": async (scene) => {
    await scene.enqueue(["a"]);
    const first = await scene.leaseOne();
    await scene.settle([first], Retry({ cause: "again", delayMs: 120 }));
    await scene.nothing();
    await scene.advance(60);
    await scene.nothing();
    await scene.expectStats({ delayed: 1, leased: 0 });
    await scene.advance(65);
    const second = await scene.leaseOne();
    assert.ok(second.leasedAtMs - first.leasedAtMs >= 120, "it was delivered before its time");
    assert.equal(second.attempt, 2);
    assert.equal(second.enqueuedAtMs, first.enqueuedAtMs);
  },
  "a release with a delay is not delivered before it is due, and then is, uncounted": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    await scene.settle([await scene.leaseOne()], Release({ reason: "busy", delayMs: 120 }));
    await scene.expectStats({ delayed: 1, ready: 2, leased: 0 });
    const b = await scene.leaseOne();
    assert.equal(b.payload, "b");
    await scene.advance(130);
    const a = await scene.leaseOne();
    assert.deepEqual([a.payload, a.attempt], ["a", 1], "what was released later is not in its former place, uncounted");
    await scene.settle([a], Release({ reason: "busy", delayMs: 0 }));
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "c"]);
  },
  "a head that is released later holds back its followers and nobody else": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], Release({ reason: "busy", delayMs: 100 }));
    await scene.enqueue(["c"], { key: "other" });
    assert.deepEqual(payloadsOf(await scene.lease()), ["c"]);
    await scene.expectStats({ delayed: 1, waiting: 1 });
    await scene.advance(110);
    assert.deepEqual(payloadsOf(await scene.lease()), ["a"]);
  },
  "what is delayed holds nobody else back": async (scene) => {
    await scene.enqueue(["later"], { delayMs: 60_000 });
    await scene.enqueue(["now"]);
    assert.deepEqual(payloadsOf(await scene.lease()), ["now"]);
  },
  "delayed messages come in the order of their due times": async (scene) => {
    await scene.enqueue(["third"], { delayMs: 60 });
    await scene.enqueue(["first"], { delayMs: 20 });
    await scene.enqueue(["second"], { delayMs: 40 });
    await scene.advance(90);
    assert.deepEqual(payloadsOf(await scene.lease()), ["first", "second", "third"]);
  },
  "messages due at the same time come in the order of their enqueueing": async (scene) => {
    await scene.enqueue(numbered(20), { delayMs: 30 });
    await scene.advance(40);
    assert.deepEqual(payloadsOf(await scene.lease()), numbered(20));
  },
  "due retries join the front in their former order, due first deliveries join the end": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    await scene.settle(await scene.lease(), Retry({ cause: "again", delayMs: 40 }));
    await scene.enqueue(["late"], { delayMs: 20 });
    await scene.enqueue(["ready"]);
    await scene.advance(50);
    const leases = await scene.lease();
    assert.deepEqual(payloadsOf(leases), ["a", "b", "c", "ready", "late"]);
    assert.deepEqual(attemptsOf(leases), [2, 2, 2, 1, 1]);
  },
  "retries find their former place, whenever each is due": async (scene) => {
    await scene.enqueue(["a", "b", "c", "d"]);
    const [a, b, c] = exactly(3, await scene.lease({ max: 3 }));
    await scene.settle([a], Retry({ cause: "again", delayMs: 30 }));
    await scene.settle([b], Retry({ cause: "again", delayMs: 10 }));
    await scene.settle([c], Retry({ cause: "again", delayMs: 60 }));
    await scene.advance(40);
    assert.deepEqual(payloadsOf(await scene.peek()), ["a", "b", "d"]);
    await scene.advance(40);
    assert.deepEqual(payloadsOf(await scene.lease()), ["a", "b", "c", "d"]);
  },
  "a message that is due counts as ready and is peeked": async (scene) => {
    await scene.enqueue(["a"], { delayMs: 20 });
    await scene.advance(30);
    await scene.expectStats({ ready: 1, delayed: 0 });
    assert.deepEqual(payloadsOf(await scene.peek()), ["a"]);
  },
  "Retry and the end of a lease count as failures, Release does not": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.settle([await scene.leaseOne()], again);
    await scene.settle([await scene.leaseOne()], Release({ reason: "stop" }));
    await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    assert.equal((await scene.leaseOne()).attempt, 3);
  },
  "Reject and Block count as failures": async (scene) => {
    await scene.enqueue(["dead", "blocked"]);
    const [dead, blocked] = exactly(2, await scene.lease());
    await scene.settle([dead], Reject({ cause: "no" }));
    await scene.settle([blocked], Block({ cause: "no", scope: "key" }));
    assert.equal((await scene.deadLetters())[0]?.failures, 1);
    assert.equal((await scene.blocked())[0]?.failures, 1);
  },
  "the retry that reaches the last attempt is performed as a Reject": async (scene) => {
    await scene.enqueue(["a"]);
    const cause = { _tag: "Broken" };
    for (let attempt = 1; attempt <= 2; attempt++)
      assert.deepEqual(await scene.settle([await scene.leaseOne()], again, { attemptsMax: 3 }), [again]);
    const last = await scene.leaseOne();
    const performed = await scene.settle([last], Retry({ cause, delayMs: 10 }), { attemptsMax: 3, cause: "Broken" });
    assert.deepEqual(performed, [Reject({ cause })]);
    await scene.expectStats({ dead: 1, ready: 0, delayed: 0 });
    const [letter] = await scene.deadLetters();
    assert.deepEqual([letter?.failures, letter?.cause], [3, "Broken"]);
  },
  "with one attempt the first retry is the last": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.settle([await scene.leaseOne()], again, { attemptsMax: 1 });
    await scene.expectStats({ dead: 1 });
  },
  "a message remembers its latest ten failures, the oldest first": async (scene) => {
    await scene.enqueue(["a"]);
    for (let n = 1; n <= 12; n++) await scene.settle([await scene.leaseOne()], again, { cause: `cause ${n}` });
    const [stored] = exactly(1, await scene.peek());
    assert.equal(stored.failures, 12);
    assert.deepEqual(
      stored.history.map(({ cause }) => cause),
      numbered(10).map((n) => `cause ${Number(n) + 3}`),
    );
    assert.ok(
      stored.history.every(({ atMs }) => atMs >= stored.enqueuedAtMs),
      "a failure is older than its message",
    );
  },
  "a cause is kept as it is": async (scene) => {
    const causes = ["", 'quotes " and \\', "é 🦊", "a:b,c;d{e}|f", "1e400", "line"];
    await scene.enqueue(causes);
    const leases = await scene.lease();
    for (const lease of leases) await scene.settle([lease], Reject({ cause: lease.payload }), { cause: lease.payload });
    assert.deepEqual(
      (await scene.deadLetters()).map(({ cause, history }) => [cause, history[0]?.cause]),
      causes.map((cause) => [cause, cause]),
    );
  },
});

const together: ReadonlyArray<ConformanceCase> = casesOf(
  "6. Durable backoff and delay",
  {
    "a delay is honoured by every process": async (scene) => {
      const there = await scene.elsewhere();
      await scene.enqueue(["a"], { delayMs: 100 });
      await there.nothing();
      await scene.store.close();
      await there.advance(110);
      await there.settle([await there.leaseOne()], Ack);
    },
  },
  { shared: true },
);

export const durableTimeCases: ReadonlyArray<ConformanceCase> = [...alone, ...together];
