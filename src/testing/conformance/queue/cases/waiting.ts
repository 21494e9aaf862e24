/** Guarantee 9: consumers that wait are woken by whatever makes a message ready, and a lost hint loses nothing. */
import assert from "node:assert/strict";
import { Ack, Block, Reject, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered, payloadsOf, type Scene } from "../Scene.js";

/** Lets a consumer wait, makes something happen, and expects that these messages reach the consumer. */
const wakes = async (scene: Scene, happen: () => Promise<unknown>, expected: ReadonlyArray<string>): Promise<void> => {
  const waiter = scene.wait({ consumer: "waits" });
  await scene.advance(10);
  assert.equal(waiter.got(), undefined, "a waiting lease ended before something was ready");
  await happen();
  assert.deepEqual(payloadsOf(await scene.arrival(waiter)), expected);
};

const alone: ReadonlyArray<ConformanceCase> = casesOf("9. Hints carry no correctness", {
  "a lease that may wait takes at once what is ready": async (scene) => {
    await scene.enqueue(["a"]);
    assert.deepEqual(payloadsOf(await scene.arrival(scene.wait())), ["a"]);
  },
  "a lease that waited its time ends with nothing": async (scene) => {
    const waiter = scene.wait({ waitMsMax: 60 });
    await scene.advance(10);
    assert.equal(waiter.got(), undefined, "it ended before its time");
    assert.deepEqual(await scene.arrival(waiter), []);
  },
  "an enqueue wakes": (scene) => wakes(scene, () => scene.enqueue(["a"]), ["a"]),
  "an enqueue wakes one that waits without end": async (scene) => {
    const waiter = scene.wait({ waitMsMax: Number.POSITIVE_INFINITY });
    await scene.advance(10);
    await scene.enqueue(["a"]);
    assert.deepEqual(payloadsOf(await scene.arrival(waiter)), ["a"]);
  },
  "a due time wakes": async (scene) => {
    await scene.enqueue(["a"], { delayMs: 60 });
    await wakes(scene, async () => undefined, ["a"]);
  },
  "a due time that begins while somebody waits wakes": (scene) =>
    wakes(scene, () => scene.enqueue(["a"], { delayMs: 40 }), ["a"]),
  "a nearer due time wakes before a farther one": async (scene) => {
    await scene.enqueue(["far"], { delayMs: 60_000 });
    await wakes(scene, () => scene.enqueue(["near"], { delayMs: 40 }), ["near"]);
  },
  "a retry wakes": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne();
    await wakes(scene, () => scene.settle([lease], Retry({ cause: "again" })), ["a"]);
  },
  "a retry with a delay wakes when it is due": async (scene) => {
    await scene.enqueue(["a"]);
    const lease = await scene.leaseOne();
    await wakes(scene, () => scene.settle([lease], Retry({ cause: "again", delayMs: 40 })), ["a"]);
  },
  "a release wakes": async (scene) => {
    await scene.enqueue(["a", "b"]);
    const leases = await scene.lease();
    await wakes(scene, () => scene.settle(leases, Release({ reason: "stop" })), ["a", "b"]);
  },
  "the end of a lease wakes": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.leaseOne({ leaseMs: 60 });
    await wakes(scene, async () => undefined, ["a"]);
  },
  "the settle of a head wakes for its follower": async (scene) => {
    for (const outcome of [Ack, Reject({ cause: "no" })]) {
      const at = scene.on(`${scene.queue}:${outcome._tag}`);
      await at.enqueue(["a", "b"], { key: "k" });
      const lease = await at.leaseOne();
      await wakes(at, () => at.settle([lease], outcome), ["b"]);
    }
  },
  "the end of a pause wakes": async (scene) => {
    await scene.setPaused(true);
    await scene.enqueue(["a"]);
    await wakes(scene, () => scene.setPaused(false), ["a"]);
  },
  "unblock wakes for what it frees": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], Block({ cause: "no", scope: "key" }));
    await wakes(scene, () => scene.unblock({ key: "k" }, "retry"), ["a"]);
  },
  "unblock wakes for the follower of what it skips": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    await scene.settle([await scene.leaseOne()], Block({ cause: "no", scope: "key" }));
    await wakes(scene, () => scene.unblock({ key: "k" }, "skip"), ["b"]);
  },
  "the end of a halt wakes for what stood behind it": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.settle([await scene.leaseOne()], Block({ cause: "no", scope: "queue" }));
    await wakes(scene, () => scene.unblock("queue", "skip"), ["b"]);
  },
  "redrive wakes": async (scene) => {
    await scene.enqueue(["a"]);
    await scene.settle([await scene.leaseOne()], Reject({ cause: "no" }));
    const letters = await scene.deadLetters();
    await wakes(scene, () => scene.redrive(letters), ["a"]);
  },
  "consumers that wait together share what comes": async (scene) => {
    const waiters = numbered(3).map((consumer) => scene.wait({ consumer, max: 2 }));
    await scene.advance(10);
    await scene.enqueue(numbered(6));
    const leases = [];
    for (const waiter of waiters) leases.push(...(await scene.arrival(waiter)));
    const rest = leases.length < 6 ? await scene.gather(6 - leases.length) : [];
    assert.deepEqual([...payloadsOf([...leases, ...rest])].sort(), numbered(6));
    await scene.nothing();
  },
  "what one consumer leaves over wakes the next": async (scene) => {
    const first = scene.wait({ consumer: "first", max: 1 });
    const second = scene.wait({ consumer: "second", max: 1 });
    await scene.advance(10);
    await scene.enqueue(["a", "b"]);
    const leases = [...(await scene.arrival(first)), ...(await scene.arrival(second))];
    assert.deepEqual([...payloadsOf(leases)].sort(), ["a", "b"]);
  },
  "a burst of enqueues while somebody waits loses none": async (scene) => {
    const waiter = scene.wait({ max: 50 });
    await Promise.all(numbered(20).map((payload) => scene.store.write([[scene.enqueueStep(payload)]], payload)));
    const leases = await scene.arrival(waiter);
    const rest = leases.length < 20 ? await scene.gather(20 - leases.length) : [];
    assert.deepEqual(new Set(payloadsOf([...leases, ...rest])), new Set(numbered(20)));
  },
});

const together: ReadonlyArray<ConformanceCase> = casesOf(
  "9. Hints carry no correctness",
  {
    "an enqueue wakes a consumer of another process": async (scene) => {
      const there = await scene.elsewhere();
      await wakes(there, () => scene.enqueue(["a"]), ["a"]);
    },
    "a due time wakes a consumer of another process": async (scene) => {
      const there = await scene.elsewhere();
      await wakes(there, () => scene.enqueue(["a"], { delayMs: 60 }), ["a"]);
    },
    "a process that is closed while it waits takes no wake-up with it": async (scene) => {
      const there = await scene.elsewhere();
      there.wait({ consumer: "gone" });
      await scene.advance(10);
      const stays = scene.wait({ consumer: "stays" });
      await scene.advance(10);
      await there.store.close();
      await scene.enqueue(["a"]);
      assert.deepEqual(payloadsOf(await scene.arrival(stays)), ["a"]);
    },
  },
  { shared: true },
);

export const waitingCases: ReadonlyArray<ConformanceCase> = [...alone, ...together];
