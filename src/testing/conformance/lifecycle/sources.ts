/** What a store tells of itself, and what all that stands upon it takes from it: the clock and ids. */
import assert from "node:assert/strict";
import { idFrom } from "../../../core/Sources.js";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import { numbered, type Scene } from "../queue/Scene.js";

const GUARANTEE = "The life of a store";

/** What a capability is called: the compiler names one that is missing here. */
const capabilityNames: { readonly [K in keyof Scene["store"]["capabilities"]]: true } = {
  durable: true,
  shared: true,
  virtualTime: true,
  hints: true,
  settlesWhenFull: true,
  exactBytes: true,
};

const capabilitiesOf = ({ store }: Scene): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.keys(capabilityNames).map((name) => [name, store.capabilities[name as keyof typeof capabilityNames]]),
  );

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const someIds = ({ store }: Scene): ReadonlyArray<string> => numbered(2_000).map(() => idFrom(store));

const alone: ReadonlyArray<ConformanceCase> = casesOf(GUARANTEE, {
  "every capability is told by a yes or a no": (scene) => {
    for (const [name, value] of Object.entries(capabilitiesOf(scene)))
      assert.equal(typeof value, "boolean", `the capability ${name} is no yes or no`);
    return Promise.resolve();
  },
  "what a store can do stays the same, in use and closed": async (scene) => {
    const before = capabilitiesOf(scene);
    await scene.enqueue(["a"]);
    await scene.lease();
    assert.deepEqual(capabilitiesOf(scene), before);
    await scene.store.close();
    assert.deepEqual(capabilitiesOf(scene), before);
  },
  "an id is a UUIDv7 in lower case": (scene) => {
    for (const id of someIds(scene)) assert.match(id, UUID_V7);
    return Promise.resolve();
  },
  "an id is greater than those before, also within a millisecond": async (scene) => {
    const ids = [...someIds(scene)];
    await scene.advance(5);
    ids.push(...someIds(scene));
    assert.deepEqual([...ids].sort(), ids, "ids do not sort by the time at which they were made");
    assert.equal(new Set(ids).size, ids.length, "an id was made twice");
  },
  "what is scheduled on the store's clock runs when its time has come, and not before": async (scene) => {
    const { scheduler } = scene.store;
    const startMs = scheduler.now();
    let ranAtMs: number | undefined;
    scheduler.schedule(() => {
      ranAtMs = scheduler.now();
    }, 30);
    await scene.advance(5);
    for (let waitedMs = 5; ranAtMs === undefined && waitedMs < 2_000; waitedMs += 5) await scene.advance(5);
    assert.ok(ranAtMs !== undefined, "it never ran");
    // A timer of the system may be a part of a millisecond early.
    assert.ok(ranAtMs - startMs >= 29, `it ran after ${ranAtMs - startMs} ms of 30`);
  },
  "what is taken off the store's clock does not run": async (scene) => {
    let ran = false;
    const subscription = scene.store.scheduler.schedule(() => {
      ran = true;
    }, 10);
    subscription.unsubscribe();
    await scene.advance(20);
    assert.ok(!ran, "it ran");
  },
});

const virtual: ReadonlyArray<ConformanceCase> = casesOf(
  GUARANTEE,
  {
    "the clock that a store was given is the one that it tells, and the one that it acts by": async (scene) => {
      const { scheduler } = scene.store;
      const startMs = scheduler.now();
      await scene.enqueue(["a"], { delayMs: 40 });
      await scene.advance(40);
      assert.equal(scheduler.now() - startMs, 40, "the store's clock did not go on by what the given one went");
      const lease = await scene.leaseOne();
      assert.deepEqual([lease.enqueuedAtMs, lease.leasedAtMs].map(Math.floor), [startMs, startMs + 40].map(Math.floor));
    },
  },
  { virtualTime: true },
);

const together: ReadonlyArray<ConformanceCase> = casesOf(
  GUARANTEE,
  {
    "two processes make no id alike": async (scene) => {
      const there = await scene.elsewhere();
      const ids = [...someIds(scene), ...someIds(there)];
      assert.equal(new Set(ids).size, ids.length, "an id was made twice");
    },
  },
  { shared: true },
);

export const sourcesCases: ReadonlyArray<ConformanceCase> = [...alone, ...virtual, ...together];
