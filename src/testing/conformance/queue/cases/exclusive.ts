/** Exclusive queues: one consumer at a time, and a clean takeover. */
import assert from "node:assert/strict";
import { Ack, Release } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { attemptsOf, payloadsOf } from "../Scene.js";

const one = { exclusive: true, consumer: "one" } as const;
const two = { exclusive: true, consumer: "two" } as const;

export const exclusiveCases: ReadonlyArray<ConformanceCase> = casesOf("4. Order per key: exclusive queues", {
  "one consumer is served, others are not": async (scene) => {
    await scene.enqueue(["a", "b", "c"]);
    assert.deepEqual(payloadsOf(await scene.lease({ ...one, max: 1 })), ["a"]);
    await scene.nothing(two);
    assert.deepEqual(payloadsOf(await scene.lease({ ...one, max: 1 })), ["b"]);
  },
  "an empty lease makes an owner too": async (scene) => {
    await scene.nothing(one);
    await scene.enqueue(["a"]);
    await scene.nothing(two);
    assert.deepEqual(payloadsOf(await scene.lease(one)), ["a"]);
  },
  "the owner that leaves passes the queue on at once": async (scene) => {
    await scene.enqueue(["a", "b"]);
    const leases = await scene.lease(one);
    await scene.settle(leases, Release({ reason: "stop" }));
    await scene.leave("one");
    const passed = await scene.lease(two);
    assert.deepEqual(payloadsOf(passed), ["a", "b"]);
    assert.deepEqual(attemptsOf(passed), [1, 1]);
    await scene.nothing(one);
  },
  "whoever leaves without owning changes nothing": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.lease({ ...one, max: 1 });
    await scene.leave("two");
    await scene.leave("never seen");
    await scene.nothing(two);
  },
  "an owner that is gone is replaced after its lease, and its messages come again, in order, counted": async (
    scene,
  ) => {
    await scene.enqueue(["a", "b", "c"]);
    const old = await scene.lease({ ...one, max: 2, leaseMs: 100 });
    await scene.nothing(two);
    await scene.advance(110);
    const fresh = await scene.gather(3, two);
    assert.deepEqual(payloadsOf(fresh), ["a", "b", "c"]);
    assert.deepEqual(attemptsOf(fresh), [2, 2, 1]);
    for (const lease of old) await scene.refused(lease, Ack);
    await scene.nothing(one);
    await scene.settle(fresh, Ack);
  },
  "a takeover dead-letters what is out of attempts": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.lease({ ...one, max: 1, leaseMs: 40 });
    await scene.advance(50);
    assert.deepEqual(payloadsOf(await scene.lease({ ...two, attemptsMax: 1 })), ["b"]);
    assert.equal((await scene.deadLetters())[0]?.cause, "lease expired");
  },
  "a takeover also ends leases of the former owner that were extended longer than it owned the queue": async (
    scene,
  ) => {
    await scene.enqueue(["a"]);
    const old = await scene.lease({ ...one, leaseMs: 30_000 });
    await scene.leave("one");
    const fresh = await scene.lease(two);
    assert.deepEqual(attemptsOf(fresh), [2]);
    for (const lease of old) await scene.refused(lease, Ack);
  },
  "extending its leases keeps the owner": async (scene) => {
    await scene.enqueue(["a", "b"]);
    const leases = await scene.lease({ ...one, max: 1, leaseMs: 60 });
    await scene.extend(leases, 30_000);
    await scene.advance(80);
    await scene.nothing(two);
    await scene.settle(leases, Ack);
  },
  "one that stands by is served when the owner leaves": async (scene) => {
    await scene.nothing(one);
    await scene.enqueue(["a"]);
    const waiter = scene.wait(two);
    await scene.advance(20);
    assert.equal(waiter.got(), undefined, "one that stands by was served beside the owner");
    await scene.leave("one");
    assert.deepEqual(payloadsOf(await scene.arrival(waiter)), ["a"]);
  },
  "one that stands by is served when the owner is gone": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.lease({ ...one, leaseMs: 100 });
    const waiter = scene.wait(two);
    await scene.advance(20);
    assert.equal(waiter.got(), undefined, "one that stands by was served beside the owner");
    const leases = await scene.arrival(waiter);
    assert.deepEqual(payloadsOf(leases), ["a"]);
    assert.deepEqual(attemptsOf(leases), [2]);
  },
});
