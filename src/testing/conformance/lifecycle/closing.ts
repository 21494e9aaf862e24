/** How a store ends: what it still does, what it answers, and what it refuses. */
import assert from "node:assert/strict";
import { isRight } from "fp-ts/lib/Either.js";
import { soon } from "../../../core/Clock.js";
import type { Effect } from "../../../core/Effect.js";
import { Ack } from "../../../core/Outcome.js";
import type { Step } from "../../../core/steps/Step.js";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import { answered, numbered, payloadsOf, type Scene } from "../queue/Scene.js";
import { everyCall } from "./everyCall.js";
import { endsOf, type Told, tell } from "./Told.js";

const GUARANTEE = "The life of a store";

/** Makes a call at the end of this turn, when the settlements of a burst leave: a `close` of the same turn is under way by then. */
const atTurnsEnd = <A>({ store }: Scene, call: () => Told<A>): (() => Told<A> | undefined) => {
  let told: Told<A> | undefined;
  soon(store.scheduler, () => {
    told = call();
  });
  return () => told;
};

/** Makes these calls at once, and asserts that each is refused. */
const assertRefused = async (scene: Scene, calls: Readonly<Record<string, (scene: Scene) => Effect<unknown>>>) => {
  const ends = await endsOf(scene, ...Object.values(calls).map((call) => tell(call(scene))));
  const expected = Object.keys(calls).map((name) => [name, "StoreClosed"]);
  assert.deepEqual(
    Object.keys(calls).map((name, n) => [name, ends[n]]),
    expected,
  );
};

const alone: ReadonlyArray<ConformanceCase> = casesOf(GUARANTEE, {
  "a close ends all who wait with an empty answer, however long they would, before it is over": async (scene) => {
    const waiters = [
      scene.wait(),
      scene.wait({ consumer: "two", waitMsMax: Number.POSITIVE_INFINITY }),
      scene.on(`${scene.queue}:2`).wait(),
    ];
    await scene.advance(5);
    for (const waiter of waiters) assert.equal(waiter.got(), undefined);
    await answered(scene.store.close());
    assert.deepEqual(
      waiters.map((waiter) => waiter.got()),
      [[], [], []],
    );
  },
  "a store may be closed twice, at once and later": async (scene) => {
    const { store } = scene;
    assert.deepEqual(await endsOf(scene, tell(store.close()), tell(store.close())), ["complete", "complete"]);
    assert.deepEqual(await endsOf(scene, tell(store.close())), ["complete"]);
  },
  "writes that run when the store is closed are done, and answered before it is closed": async (scene) => {
    const { store } = scene;
    const writes = numbered(150).map((n) => tell(store.write([[scene.enqueueStep(n)]], `runs ${n}`)));
    await answered(store.close());
    assert.deepEqual(
      writes.map(({ values }) => values.flat().map(isRight)),
      writes.map(() => [true]),
    );
  },
  "a settlement at the end of the turn in which the store is closed is performed, and answered before the close":
    async (scene) => {
      const { store } = scene;
      await scene.enqueue(["a"]);
      const settles = [[scene.settleStep(await scene.leaseOne(), Ack)]];
      const told = atTurnsEnd(scene, () => tell(store.write(settles, "late")));
      await answered(store.close());
      assert.deepEqual(told()?.values.flat().map(isRight), [true]);
      assert.deepEqual(await endsOf(scene, tell(store.write(settles, "later"))), ["StoreClosed"]);
    },
  "what is enqueued with a settlement at the end of that turn is enqueued": async (scene) => {
    const { store } = scene;
    await scene.enqueue(["a"]);
    const list: ReadonlyArray<Step> = [scene.settleStep(await scene.leaseOne(), Ack), scene.enqueueStep("b")];
    const told = atTurnsEnd(scene, () => tell(store.write([list], "late")));
    await answered(store.close());
    assert.deepEqual(told()?.values.flat().map(isRight), [true]);
  },
  "a goodbye at the end of the turn in which the store is closed is taken, and answered before the close": async (
    scene,
  ) => {
    const told = atTurnsEnd(scene, () => tell(scene.store.leave({ queue: scene.queue, consumer: "one" })));
    await answered(scene.store.close());
    assert.equal(told()?.end(), "complete");
  },
  "a store that is closing takes nothing new": async (scene) => {
    const closing = tell(scene.store.close());
    const { leave: _, ...others } = everyCall;
    await assertRefused(scene, others);
    assert.deepEqual(await endsOf(scene, closing), ["complete"]);
  },
  "every call but a close fails once the store is closed": async (scene) => {
    await answered(scene.store.close());
    await assertRefused(scene, everyCall);
  },
  "events complete when the store is closed, for all who listen and for who comes later": async (scene) => {
    const listening = [tell(scene.store.events$), tell(scene.store.events$)];
    await scene.enqueue(["a"]);
    await answered(scene.store.close());
    const told = [...listening, tell(scene.store.events$)];
    assert.deepEqual(await endsOf(scene, ...told), ["complete", "complete", "complete"]);
  },
});

const together: ReadonlyArray<ConformanceCase> = casesOf(
  GUARANTEE,
  {
    "a close ends the process's own part of the store, and no other's": async (scene) => {
      const there = await scene.elsewhere();
      const waiter = scene.wait();
      const events = tell(scene.store.events$);
      await scene.advance(10);
      await answered(there.store.close());
      await scene.advance(10);
      assert.equal(waiter.got(), undefined, "a wait of another process ended");
      assert.equal(events.end(), "open");
      await scene.enqueue(["a"]);
      assert.deepEqual(payloadsOf(await scene.arrival(waiter)), ["a"]);
    },
    "what a process was writing when it was closed is there for all": async (scene) => {
      const there = await scene.elsewhere();
      for (const n of numbered(50)) tell(there.store.write([[there.enqueueStep(n)]], `runs ${n}`));
      await answered(there.store.close());
      await scene.expectStats({ enqueued: 50, ready: 50 });
    },
    "what a process settles at the end of the turn in which it is closed is settled for all": async (scene) => {
      const there = await scene.elsewhere();
      await scene.enqueue(["a", "b"], { key: "k" });
      const settles = [[there.settleStep(await there.leaseOne(), Ack)]];
      atTurnsEnd(there, () => tell(there.store.write(settles, "late")));
      await answered(there.store.close());
      await scene.expectStats({ acked: 1, leased: 0, ready: 1 });
    },
    "a goodbye at the end of the turn in which a process is closed lets the next owner in at once": async (scene) => {
      const there = await scene.elsewhere();
      await scene.enqueue(["a"]);
      const lease = await there.leaseOne({ consumer: "gone", exclusive: true });
      await there.settle([lease], Ack);
      await scene.enqueue(["b"]);
      await scene.nothing({ consumer: "next", exclusive: true });
      atTurnsEnd(there, () => tell(there.store.leave({ queue: there.queue, consumer: "gone" })));
      await answered(there.store.close());
      assert.deepEqual(payloadsOf(await scene.lease({ consumer: "next", exclusive: true })), ["b"]);
    },
  },
  { shared: true },
);

export const closingCases: ReadonlyArray<ConformanceCase> = [...alone, ...together];
