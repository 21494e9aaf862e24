/** Guarantee 2: the token is the fence. A consumer with a dead token changes nothing. */
import assert from "node:assert/strict";
import { isRight } from "fp-ts/lib/Either.js";
import { newMessageId } from "../../../../core/MessageId.js";
import { Ack, Block, Reject, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { assertLost, exactly, numbered, payloadsOf, resultsOf } from "../Scene.js";

const everyOutcome = [
  Ack,
  Retry({ cause: "again" }),
  Retry({ cause: "later", delayMs: 1_000 }),
  Release({ reason: "stop" }),
  Reject({ cause: "no" }),
  Block({ cause: "no", scope: "key" }),
  Block({ cause: "no", scope: "queue" }),
];

export const firstSettleWinsCases: ReadonlyArray<ConformanceCase> = casesOf("2. First settle wins", {
  "a settle answers the outcome that was performed": async (scene) => {
    for (const outcome of everyOutcome) {
      const at = scene.on(`${scene.queue}:${everyOutcome.indexOf(outcome)}`);
      await at.enqueue(["a"]);
      assert.deepEqual(await at.settle([await at.leaseOne()], outcome), [outcome]);
    }
  },
  "after the first settle the token is dead for every outcome": async (scene) => {
    for (const first of everyOutcome) {
      const at = scene.on(`${scene.queue}:${everyOutcome.indexOf(first)}`);
      await at.enqueue(["a"]);
      const lease = await at.leaseOne();
      await at.settle([lease], first);
      for (const second of everyOutcome) await at.refused(lease, second);
    }
  },
  "after a lease ended and its message went elsewhere, the old token is dead and the new one lives": async (scene) => {
    await scene.enqueue(["a"]);
    const old = await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    const fresh = await scene.leaseOne({ consumer: "two" });
    assert.notEqual(fresh.token, old.token);
    for (const outcome of everyOutcome) await scene.refused(old, outcome);
    await scene.settle([fresh], Ack);
    await scene.expectStats({ acked: 1 });
  },
  "after a retry the old token does not settle the new delivery": async (scene) => {
    await scene.enqueue(["a"]);
    const old = await scene.leaseOne();
    await scene.settle([old], Retry({ cause: "again" }));
    const fresh = await scene.leaseOne();
    await scene.refused(old, Ack);
    await scene.settle([fresh], Ack);
  },
  "after a release the old token is dead, although the same consumer gets the message again": async (scene) => {
    await scene.enqueue(["a"]);
    const old = await scene.leaseOne();
    await scene.settle([old], Release({ reason: "stop" }));
    await scene.refused(old, Ack);
    const fresh = await scene.leaseOne();
    await scene.refused(old, Ack);
    await scene.settle([fresh], Ack);
  },
  "a lease past its end that nobody reaped may still be settled": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne({ leaseMs: 20 });
    await scene.advance(30);
    await scene.settle([lease], Ack);
    await scene.expectStats({ acked: 1 });
  },
  "one list that settles a token twice is refused whole": async (scene) => {
    await scene.enqueue(["a", "b"]);
    const [a, b] = exactly(2, await scene.lease());
    const before = await scene.snapshot();
    const [answer] = await scene.write([
      [scene.settleStep(b, Ack), scene.settleStep(a, Ack), scene.settleStep(a, Reject({ cause: "no" }))],
    ]);
    assertLost(answer, a.id);
    assert.deepEqual(await scene.snapshot(), before);
    await scene.settle([a, b], Ack);
  },
  "of two lists that settle one token in the same write, the first wins": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne();
    const [first, second] = await scene.write([
      [scene.settleStep(lease, Ack)],
      [scene.settleStep(lease, Retry({ cause: "again" }))],
    ]);
    resultsOf(first);
    assertLost(second, lease.id);
    await scene.expectStats({ acked: 1, ready: 0 });
  },
  "of many lists that ack in the same write, those of one token are done once": async (scene) => {
    await scene.enqueue(numbered(2_500));
    const leases = await scene.gather(2_500);
    const twice = leases.concat(leases.slice(100, 300));
    const answers = await scene.write(twice.map((lease) => [scene.settleStep(lease, Ack)]));
    assert.deepEqual(
      answers.map(isRight),
      twice.map((_, i) => i < leases.length),
    );
    await scene.expectStats({ acked: 2_500, leased: 0 });
  },
  "a token does not settle another message": async (scene) => {
    await scene.enqueue(["a", "b"]);
    const [a, b] = exactly(2, await scene.lease());
    await scene.refused(a, Ack, { id: b.id });
    await scene.refused(a, Ack, { id: newMessageId() });
    await scene.settle([a, b], Ack);
  },
  "a token does not settle in another queue": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne();
    await scene.refused(lease, Ack, { queue: `${scene.queue}:2` });
    await scene.settle([lease], Ack);
  },
  "an unknown token is refused": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne();
    for (const token of [
      "",
      "nonsense",
      lease.id,
      `${lease.token}0`,
      `${lease.token} ${lease.token}`,
      "a:b:c",
      "-",
      "%",
    ]) {
      await scene.refused(lease, Ack, { token });
    }
    await scene.settle([lease], Ack);
  },
  "a dead token spoils its own list only": async (scene) => {
    await scene.enqueue(numbered(3));
    const [a, b, c] = exactly(3, await scene.lease());
    await scene.settle([b], Ack);
    const answers = await scene.write([a, b, c].map((lease) => [scene.settleStep(lease, Ack)]));
    assert.deepEqual(answers.map(isRight), [true, false, true]);
    await scene.expectStats({ acked: 3, leased: 0 });
  },
  "tokens are never used again": async (scene) => {
    await scene.enqueue(["a", "b"]);
    const tokens = new Set<string>();
    for (let round = 0; round < 20; round++) {
      const leases = await scene.lease();
      for (const { token } of leases) tokens.add(token);
      await scene.settle(leases, round % 2 === 0 ? Release({ reason: "stop" }) : Retry({ cause: "again" }));
    }
    assert.equal(tokens.size, 40);
  },
  "a settle of a keyed message is fenced like any other": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    const old = await scene.leaseOne({ leaseMs: 30 });
    await scene.advance(40);
    const fresh = await scene.leaseOne();
    await scene.refused(old, Ack);
    await scene.settle([fresh], Ack);
    await scene.refused(old, Ack);
    assert.deepEqual(payloadsOf(await scene.lease()), ["b"]);
  },
});
