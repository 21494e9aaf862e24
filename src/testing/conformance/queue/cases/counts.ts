/** The guarantees at the counts where stores have limits: round thousands, and one more. */
import assert from "node:assert/strict";
import { isRight } from "fp-ts/lib/Either.js";
import { Ack, Block, type Outcome, Reject, Release, Retry } from "../../../../core/Outcome.js";
import { type Step, WRITE_COUNT_MAX } from "../../../../core/steps/Step.js";
import { type ConformanceCase, casesOf, type RunCase } from "../../ConformanceCase.js";
import { numbered, payloadsOf, type Scene } from "../Scene.js";

const chunks = <T>(items: ReadonlyArray<T>): ReadonlyArray<ReadonlyArray<T>> =>
  numbered(Math.ceil(items.length / WRITE_COUNT_MAX)).map((n) =>
    items.slice(Number(n) * WRITE_COUNT_MAX, (Number(n) + 1) * WRITE_COUNT_MAX),
  );

const enqueueMany = async (scene: Scene, count: number, key?: string): Promise<void> => {
  const steps: ReadonlyArray<Step> = numbered(count).map((payload) => scene.enqueueStep(payload, { key }));
  assert.ok((await scene.write(chunks(steps))).every(isRight), "a list or lease was refused");
};

/** Enqueues this many messages, leases them, and acks all in one write. */
const through =
  (count: number): RunCase =>
  async (scene) => {
    await enqueueMany(scene, count);
    const leases = await scene.gather(count);
    assert.deepEqual(payloadsOf(leases), numbered(count));
    const answers = await scene.write(chunks(leases.map((lease) => scene.settleStep(lease, Ack))));
    assert.ok(answers.every(isRight), "a list or lease was refused");
    await scene.expectStats({ acked: count, ready: 0 });
  };

/** Settles this many leases by an outcome that brings them back, a list each, and expects them in order, `max` at a time. */
const returning =
  (outcome: Outcome, count: number, max: number = count): RunCase =>
  async (scene) => {
    await enqueueMany(scene, count);
    await scene.settle(await scene.gather(count), outcome);
    await scene.advance(20);
    assert.deepEqual(payloadsOf(await scene.gather(count, { max })), numbered(count));
  };

export const countsCases: ReadonlyArray<ConformanceCase> = casesOf("10. Atomic writes: counts", {
  "999 messages at once": through(999),
  "1,000 messages at once": through(1_000),
  "1,001 messages at once": through(1_001),
  "5,000 messages at once": through(5_000),
  "1,001 messages released at once keep their order": returning(Release({ reason: "stop" }), 1_001),
  "1,001 messages retried at once keep their order": returning(Retry({ cause: "again" }), 1_001),
  "1,001 messages retried later keep their order": returning(Retry({ cause: "again", delayMs: 10 }), 1_001),
  "2,500 messages retried later keep their order, whoever leases in between": returning(
    Retry({ cause: "again", delayMs: 10 }),
    2_500,
    180,
  ),
  "1,001 messages of one key keep their order": async (scene) => {
    await enqueueMany(scene, 1_001, "k");
    await scene.expectStats({ ready: 1, waiting: 1_000 });
    for (let n = 0; n < 5; n++) {
      const lease = await scene.leaseOne();
      assert.equal(lease.payload, String(n));
      await scene.settle([lease], Ack);
    }
    assert.equal(await scene.purge(), 996);
    await scene.nothing();
  },
  "1,001 keys flow beside each other": async (scene) => {
    const steps = numbered(1_001).flatMap((key) => [scene.enqueueStep("a", { key }), scene.enqueueStep("b", { key })]);
    await scene.write(chunks(steps));
    for (const payload of ["a", "b"]) {
      const leases = await scene.gather(1_001);
      assert.deepEqual(
        leases.map(({ key }) => key),
        numbered(1_001),
      );
      assert.ok(
        leases.every((lease) => lease.payload === payload),
        "a key was not in order",
      );
      await scene.settle(leases, Ack);
    }
    await scene.expectStats({ acked: 2_002 });
  },
  "1,001 dead letters are listed and redriven": async (scene) => {
    await enqueueMany(scene, 1_001);
    await scene.settle(await scene.gather(1_001), Reject({ cause: "no" }));
    const letters = await scene.deadLetters(1_000);
    assert.deepEqual(payloadsOf(letters), numbered(1_001));
    assert.equal(await scene.redrive(letters), 1_001);
    assert.deepEqual(payloadsOf(await scene.gather(1_001)), numbered(1_001));
  },
  "1,001 blocked messages are listed and unblocked": async (scene) => {
    await enqueueMany(scene, 1_001);
    await scene.settle(await scene.gather(1_001), Block({ cause: "no", scope: "key" }));
    assert.equal((await scene.blocked(1_000)).length, 1_001);
    assert.equal(await scene.unblock("all", "retry", 1_001), 1_001);
    assert.equal(new Set(payloadsOf(await scene.gather(1_001))).size, 1_001);
  },
  "5,000 messages are purged in chunks": async (scene) => {
    await enqueueMany(scene, 5_000);
    for (let left = 5_000; left > 0; left -= 1_000) assert.equal(await scene.purge(1_000), 1_000);
    assert.equal(await scene.purge(1_000), 0);
  },
  "1,001 leases are extended at once": async (scene) => {
    await enqueueMany(scene, 1_001);
    const leases = await scene.gather(1_001, { leaseMs: 100 });
    assert.ok((await scene.extend(leases, 30_000)).every(isRight), "a list or lease was refused");
    await scene.advance(110);
    await scene.nothing();
    await scene.settle(leases, Ack);
  },
});
