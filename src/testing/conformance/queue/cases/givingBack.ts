/** Guarantee 5, the store's part: what is given back stands in front again, in order, uncounted. */
import assert from "node:assert/strict";
import { Release, Retry } from "../../../../core/Outcome.js";
import type { Step } from "../../../../core/steps/Step.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { attemptsOf, exactly, numbered, payloadsOf, type Scene } from "../Scene.js";

const stop = Release({ reason: "stop" });

const untouched = async (scene: Scene, payloads: ReadonlyArray<string>): Promise<void> => {
  const leases = await scene.gather(payloads.length);
  assert.deepEqual(payloadsOf(leases), payloads);
  assert.deepEqual(
    attemptsOf(leases),
    payloads.map(() => 1),
    "a delivery that was given back was counted",
  );
};

export const givingBackCases: ReadonlyArray<ConformanceCase> = casesOf("5. Giving back", {
  "released messages stand in front again, in order, uncounted": async (scene) => {
    await scene.enqueue(numbered(6));
    await scene.settle(await scene.lease({ max: 4 }), stop);
    await scene.expectStats({ ready: 6, leased: 0 });
    await untouched(scene, numbered(6));
  },
  "messages released in one list keep their former order, however they are listed": async (scene) => {
    await scene.enqueue(numbered(6));
    const leases = await scene.lease({ max: 4 });
    await scene.done([...leases].reverse().map((lease) => scene.settleStep(lease, stop)));
    await untouched(scene, numbered(6));
  },
  "messages of several leases released in one write keep their former order": async (scene) => {
    await scene.enqueue(numbered(12));
    const first = await scene.lease({ max: 3 });
    const second = await scene.lease({ max: 3, consumer: "two" });
    const third = await scene.lease({ max: 3 });
    await scene.settle([...third, ...first, ...second], stop);
    await untouched(scene, numbered(12));
  },
  "messages given back one after the other find their former place": async (scene) => {
    await scene.enqueue(numbered(6));
    const [a, b, c, d] = exactly(4, await scene.lease({ max: 4 }));
    for (const each of [b, d, a]) await scene.settle([each], stop);
    assert.deepEqual(payloadsOf(await scene.peek()), ["0", "1", "3", "4", "5"]);
    await scene.settle([c], stop);
    await untouched(scene, numbered(6));
  },
  "a release into an emptied priority is found": async (scene) => {
    await scene.enqueue(["a"], { priority: 3 });
    await scene.settle(await scene.lease(), stop);
    await scene.enqueue(["b"], { priority: 0 });
    await untouched(scene, ["a", "b"]);
  },
  "a message may be released many times": async (scene) => {
    await scene.enqueue(["a"]);
    for (let round = 0; round < 30; round++) {
      const lease = await scene.leaseOne({ attemptsMax: 1 });
      assert.equal(lease.attempt, 1);
      await scene.settle([lease], stop, { attemptsMax: 1 });
    }
    await scene.expectStats({ ready: 1, dead: 0 });
  },
  "a message that was handed over so often without a settlement is dead-lettered": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    for (let round = 0; round < 3; round++) {
      const lease = await scene.leaseOne({ deliveriesMax: 3 });
      assert.equal(lease.payload, "a");
      await scene.settle([lease], stop);
    }
    assert.deepEqual(payloadsOf(await scene.lease({ deliveriesMax: 3 })), ["b"]);
    const [letter] = exactly(1, await scene.deadLetters());
    assert.deepEqual(
      [letter.payload, letter.cause, letter.failures],
      ["a", "handed over 3 times without a settlement", 0],
    );
    assert.equal(await scene.redrive([letter]), 1);
    await scene.expectStats({ dead: 0, waiting: 1 });
  },
  "a message that nobody had in hand may be released without a count of deliveries": async (scene) => {
    await scene.enqueue(["a"]);
    for (let round = 0; round < 4; round++) {
      const lease = await scene.leaseOne({ deliveriesMax: 2 });
      await scene.done([{ ...scene.settleStep(lease, stop), untouched: true } as Step]);
    }
    await scene.expectStats({ ready: 1, dead: 0 });
  },
  "a failure that counts begins the count of deliveries anew": async (scene) => {
    await scene.enqueue(["a"]);
    for (const outcome of [stop, stop, Retry({ cause: "again" }), stop, stop])
      await scene.settle([await scene.leaseOne({ deliveriesMax: 3 })], outcome);
    assert.equal((await scene.leaseOne({ deliveriesMax: 3 })).attempt, 2);
  },
  "a waiting lease that is given up takes nothing": async (scene) => {
    const waiter = scene.wait();
    await scene.advance(10);
    waiter.subscription.unsubscribe();
    await scene.enqueue(["a", "b"]);
    await scene.advance(20);
    assert.equal(waiter.got(), undefined);
    await scene.expectStats({ ready: 2, leased: 0 });
    await untouched(scene, ["a", "b"]);
  },
  "a waiting lease that is given up while messages come returns what it would have got": async (scene) => {
    const queue = scene.queue;
    for (let waitMs = 0; waitMs < 5; waitMs++) {
      const at = scene.on(`${queue}:${waitMs}`);
      const waiter = at.wait({ max: 3 });
      await at.advance(5);
      const enqueued = at.enqueue(numbered(5));
      if (waitMs > 0) await Promise.resolve();
      if (waitMs > 1) await at.advance(waitMs - 2);
      waiter.subscription.unsubscribe();
      await enqueued;
      const got = waiter.got() ?? [];
      const second = at.wait({ max: 5 - got.length, consumer: "two" });
      const leases = await at.arrival(second);
      const rest = 5 - got.length - leases.length;
      const others = rest > 0 ? await at.arrival(at.wait({ max: rest, consumer: "three" })) : [];
      const all = [...got, ...leases, ...others];
      assert.deepEqual([...payloadsOf(all)].sort(), numbered(5));
      assert.deepEqual(attemptsOf(all), [1, 1, 1, 1, 1]);
    }
  },
  "a consumer that gave up waiting does not take the wake-up of another": async (scene) => {
    const gone = scene.wait({ consumer: "gone" });
    const stays = scene.wait({ consumer: "stays" });
    await scene.advance(10);
    gone.subscription.unsubscribe();
    await scene.leave("gone");
    await scene.enqueue(["a"]);
    assert.deepEqual(payloadsOf(await scene.arrival(stays)), ["a"]);
  },
});
