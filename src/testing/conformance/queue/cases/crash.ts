/** Guarantee 7, the store's part: what a consumer held when it died comes again after its lease. */
import assert from "node:assert/strict";
import { isRight } from "fp-ts/lib/Either.js";
import { Ack, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { assertLost, attemptsOf, exactly, numbered, payloadsOf } from "../Scene.js";

export const crashCases: ReadonlyArray<ConformanceCase> = casesOf("7. A crash loses nothing", {
  "a lease that ended gives its messages back in front, in order, counted": async (scene) => {
    await scene.enqueue(numbered(6));
    await scene.lease({ max: 4, leaseMs: 60 });
    await scene.advance(70);
    const leases = await scene.gather(6);
    assert.deepEqual(payloadsOf(leases), numbered(6));
    assert.deepEqual(attemptsOf(leases), [2, 2, 2, 2, 1, 1]);
  },
  "what the end of a lease gave back comes alone": async (scene) => {
    await scene.enqueue(numbered(4));
    await scene.lease({ max: 2, leaseMs: 60 });
    await scene.advance(70);
    for (const expected of [["0"], ["1"], ["2", "3"]]) {
      const leases = await scene.lease();
      assert.deepEqual(payloadsOf(leases), expected);
      assert.equal(leases[0]?.suspect, leases.length === 1, "a lease does not say that it came alone");
    }
  },
  "a suspect is not given into full hands, but what stands before it is": async (scene) => {
    await scene.enqueue(["suspect", "behind"]);
    await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    await scene.enqueue(["before"], { priority: 9 });
    assert.deepEqual(payloadsOf(await scene.lease({ hands: "full" })), ["before"]);
    await scene.nothing({ hands: "full" });
    await scene.expectStats({ ready: 2, leased: 1 });
    assert.deepEqual(payloadsOf(await scene.lease({ hands: "proven" })), ["suspect"]);
    assert.deepEqual(payloadsOf(await scene.lease({ hands: "full" })), ["behind"]);
  },
  "what was last extended as not begun is not counted at the end of its lease, whatever its attempts, and is suspect":
    async (scene) => {
      await scene.enqueue(numbered(3));
      const leases = await scene.lease({ leaseMs: 30, attemptsMax: 1 });
      await scene.extend(leases, 60, 2);
      await scene.advance(70);
      await scene.nothing({ hands: "full", attemptsMax: 1 });
      const [letter] = exactly(1, await scene.deadLetters());
      assert.deepEqual([letter.payload, letter.failures], ["0", 1]);
      const again = await scene.gather(2, { attemptsMax: 1, deliveriesMax: 1 });
      assert.deepEqual(payloadsOf(again), ["1", "2"]);
      assert.deepEqual(attemptsOf(again), [1, 1]);
      assert.deepEqual(
        again.map(({ suspect }) => suspect),
        [true, true],
      );
      await scene.settle(again, Ack);
      await scene.expectStats({ acked: 2, dead: 1 });
    },
  "what was begun after an extension said that it was not is counted, once another says so or it is leased anew":
    async (scene) => {
      await scene.enqueue(["a"]);
      const lease = await scene.leaseOne({ leaseMs: 30 });
      await scene.extend([lease], 40, 1);
      await scene.extend([lease], 30);
      await scene.advance(40);
      const second = await scene.leaseOne({ leaseMs: 30 });
      assert.equal(second.attempt, 2);
      await scene.extend([second], 30, 1);
      await scene.advance(40);
      assert.equal((await scene.leaseOne({ leaseMs: 30 })).attempt, 2);
      await scene.advance(40);
      assert.equal((await scene.leaseOne()).attempt, 3);
    },
  "what was extended as not begun is counted the third time in a row, since it came into empty hands": async (
    scene,
  ) => {
    await scene.enqueue(["a"]);
    const counted: Array<number> = [];
    for (let round = 0; round < 4; round++) {
      const lease = await scene.leaseOne({ leaseMs: 30 });
      counted.push(lease.attempt);
      await scene.extend([lease], 30, 1);
      await scene.advance(40);
    }
    assert.deepEqual(counted, [1, 1, 1, 2]);
  },
  "a lease that was extended as not begun ends at its time, and no later": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.extend(await scene.lease({ leaseMs: 30 }), 40, 1);
    await scene.advance(40);
    assert.deepEqual(payloadsOf(await scene.gather(2)), ["a", "b"]);
  },
  "a consumer waits for the end of a lease that was extended as not begun": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne({ leaseMs: 30 });
    await scene.extend([lease], 60, 1);
    const waiter = scene.wait({ consumer: "two" });
    await scene.advance(20);
    assert.equal(waiter.got(), undefined, "it was answered before the lease ended");
    await scene.advance(60);
    assert.deepEqual(payloadsOf(await scene.arrival(waiter)), ["a"]);
  },
  "what was extended as not begun can be settled like any other": async (scene) => {
    await scene.enqueue(numbered(3));
    const leases = await scene.lease({ leaseMs: 30 });
    await scene.extend(leases, 1_000, 3);
    await scene.settle(leases.slice(0, 1), Ack);
    await scene.settle(leases.slice(1, 2), Retry({ cause: "again" }));
    await scene.settle(leases.slice(2), Release({ reason: "stop" }));
    assert.deepEqual(attemptsOf(await scene.gather(2)), [2, 1]);
    await scene.expectStats({ acked: 1, leased: 2 });
  },
  "one whose lease ended twice is given into empty hands only": async (scene) => {
    await scene.enqueue(["a"]);
    for (let round = 0; round < 2; round++) {
      await scene.leaseOne({ leaseMs: 30 });
      await scene.advance(40);
    }
    await scene.nothing({ hands: "proven" });
    assert.equal((await scene.leaseOne({ hands: "empty" })).attempt, 3);
  },
  "a lease that may wait is answered at once where a suspect is next that its hands may not have": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.leaseOne({ leaseMs: 60 });
    const waiter = scene.wait({ hands: "full" });
    await scene.advance(20);
    assert.equal(waiter.got(), undefined, "it was answered before there was a suspect");
    await scene.advance(50);
    assert.deepEqual(await scene.arrival(waiter), []);
    assert.deepEqual(await scene.arrival(scene.wait({ hands: "full" })), []);
    assert.deepEqual(payloadsOf(await scene.arrival(scene.wait({ hands: "empty" }))), ["a"]);
  },
  "a suspect that fails otherwise is none any more": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    await scene.settle([await scene.leaseOne()], Retry({ cause: "again" }));
    const leases = await scene.lease({ hands: "full" });
    assert.deepEqual(payloadsOf(leases), ["a", "b"]);
    assert.equal(leases[0]?.suspect, false);
  },
  "a suspect that is released is still one, in its former place": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    await scene.settle([await scene.leaseOne()], Release({ reason: "stop" }));
    await scene.nothing({ hands: "full" });
    const leases = await scene.lease();
    assert.deepEqual(payloadsOf(leases), ["a"]);
    assert.equal(leases[0]?.suspect, true);
  },
  "leases that ended one after the other give their messages back in their former order": async (scene) => {
    await scene.enqueue(numbered(6));
    await scene.lease({ max: 2, leaseMs: 60 });
    await scene.lease({ max: 2, leaseMs: 30, consumer: "two" });
    await scene.advance(70);
    assert.deepEqual(payloadsOf(await scene.gather(6)), numbered(6));
  },
  "before its end a lease keeps its messages": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.leaseOne({ leaseMs: 120 });
    await scene.nothing({ consumer: "two" });
    await scene.advance(60);
    await scene.nothing({ consumer: "two" });
    await scene.expectStats({ leased: 1 });
    await scene.advance(65);
    assert.equal((await scene.leaseOne({ consumer: "two" })).attempt, 2);
  },
  "the end of a lease dead-letters a message out of attempts": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.leaseOne({ leaseMs: 20, attemptsMax: 2 });
    await scene.advance(30);
    assert.equal((await scene.leaseOne({ leaseMs: 20, attemptsMax: 2 })).attempt, 2);
    await scene.advance(30);
    await scene.nothing({ attemptsMax: 2 });
    await scene.expectStats({ dead: 1, leased: 0 });
    const [letter] = await scene.deadLetters();
    assert.deepEqual([letter?.failures, letter?.cause, letter?.history.length], [2, "lease expired", 2]);
  },
  "of more ended leases than a call takes up, the messages keep their former order, whoever leases in between": async (
    scene,
  ) => {
    for (const from of [0, 1_000, 2_000]) await scene.enqueue(numbered(2_500).slice(from, from + 1_000));
    await scene.gather(2_500, { leaseMs: 150 });
    await scene.advance(160);
    // Suspects come alone, one by one, so the next ones tell the order of all.
    const leases = await scene.gather(20);
    assert.deepEqual(payloadsOf(leases), numbered(20));
    await scene.settle(leases.slice(10), Release({ reason: "stop" }));
    await scene.peek(1);
    assert.deepEqual(payloadsOf(await scene.peek(2_500)), numbered(2_500).slice(10));
  },
  "a thousand leases that ended otherwise than they began give their messages back in their former order": async (
    scene,
  ) => {
    await scene.enqueue(numbered(1_000));
    await scene.gather(500, { leaseMs: 160 });
    await scene.gather(500, { leaseMs: 80, consumer: "two" });
    await scene.advance(170);
    assert.deepEqual(payloadsOf(await scene.gather(5)), numbered(5));
    assert.deepEqual(payloadsOf(await scene.peek(1_000)), numbered(1_000).slice(5));
  },
  "of many ended leases every message comes again once": async (scene) => {
    await scene.enqueue(numbered(450));
    await scene.gather(450, { leaseMs: 100 });
    await scene.advance(110);
    const leases = await scene.gather(450);
    assert.equal(new Set(payloadsOf(leases)).size, 450);
    assert.ok(
      leases.every(({ attempt }) => attempt === 2),
      "the end of a lease was not counted",
    );
    await scene.nothing();
  },
  "an extended lease does not end at its former time": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne({ leaseMs: 60 });
    assert.deepEqual((await scene.extend([lease], 30_000)).map(isRight), [true]);
    await scene.advance(80);
    await scene.nothing();
    await scene.settle([lease], Ack);
  },
  "a lease extended to a nearer time ends there": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne({ leaseMs: 30_000 });
    await scene.extend([lease], 30);
    await scene.advance(40);
    assert.equal((await scene.leaseOne()).attempt, 2);
    await scene.refused(lease, Ack);
  },
  "an extend answers each lease by itself": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    const [a, b, c] = exactly(3, await scene.lease({ leaseMs: 60 }));
    await scene.settle([b], Ack);
    const before = await scene.snapshot();
    const answers = await scene.extend([a, b, { ...c, id: a.id }, c], 30_000);
    assert.deepEqual(answers.map(isRight), [true, false, false, true]);
    assertLost(answers[1], b.id);
    assert.deepEqual(await scene.snapshot(), before);
    await scene.advance(70);
    await scene.nothing();
    await scene.settle([a, c], Ack);
  },
  "an extend of nothing answers nothing": async (scene) => {
    assert.deepEqual(await scene.extend([], 1_000), []);
  },
  "an extend does not bring back what went elsewhere": async (scene) => {
    await scene.enqueue(["a"]);
    const old = await scene.leaseOne({ leaseMs: 20 });
    await scene.advance(30);
    const fresh = await scene.leaseOne({ consumer: "two" });
    assertLost((await scene.extend([old], 30_000))[0], old.id);
    await scene.settle([fresh], Ack);
    assertLost((await scene.extend([fresh], 30_000))[0], fresh.id);
    await scene.expectStats({ acked: 1, leased: 0 });
  },
});
