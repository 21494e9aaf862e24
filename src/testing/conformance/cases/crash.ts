/** Guarantee 7, the store's part: what a consumer held when it died comes again after its lease. */
import assert from "node:assert/strict";
import { isRight } from "fp-ts/lib/Either.js";
import { Ack } from "../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import { assertLost, attemptsOf, exactly, numbered, payloadsOf } from "../Scene.js";

export const crashCases: ReadonlyArray<ConformanceCase> = casesOf("7. A crash loses nothing", {
  "a lease that ended gives its messages back in front, in order, counted": async (scene) => {
    await scene.enqueue(numbered(6));
    await scene.lease({ max: 4, leaseMs: 60 });
    await scene.advance(70);
    const leases = await scene.lease();
    assert.deepEqual(payloadsOf(leases), numbered(6));
    assert.deepEqual(attemptsOf(leases), [2, 2, 2, 2, 1, 1]);
  },
  "leases that ended one after the other give their messages back in their former order": async (scene) => {
    await scene.enqueue(numbered(6));
    await scene.lease({ max: 2, leaseMs: 60 });
    await scene.lease({ max: 2, leaseMs: 30, consumer: "two" });
    await scene.advance(70);
    assert.deepEqual(payloadsOf(await scene.lease()), numbered(6));
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
    assert.deepEqual([letter?.attempts, letter?.cause, letter?.history.length], [2, "lease expired", 2]);
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
  "many ended leases give their messages back in their former order, however few are read at a time": async (scene) => {
    await scene.enqueue(numbered(450));
    await scene.gather(450, { leaseMs: 100 });
    await scene.advance(110);
    const seen: Array<string> = [];
    while (seen.length < 450) seen.push(...payloadsOf(await scene.lease({ max: 50 })));
    assert.deepEqual(seen, numbered(450));
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
