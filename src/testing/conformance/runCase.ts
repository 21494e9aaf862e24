/** Plays one conformance case on one store. */
import assert from "node:assert/strict";
import { systemScheduler } from "../../core/Clock.js";
import type { Capabilities } from "../../port/Capabilities.js";
import type { Store } from "../../port/Store.js";
import { PacedScheduler } from "../PacedScheduler.js";
import type { ConformanceCase, StoreFactory, StoreUnderTest } from "./ConformanceCase.js";
import { Scene } from "./queue/Scene.js";

/** The queue that every case uses. */
const QUEUE = "conformance";

/** Waits in real time are this much longer than asked (milliseconds), since the clocks of other machines count whole milliseconds. */
const REAL_WAIT_EXTRA_MS = 3;

/** Whether the case is put to a store with these capabilities. */
export const applies = ({ needs }: ConformanceCase, capabilities: Capabilities): boolean =>
  (Object.keys(needs) as ReadonlyArray<keyof Capabilities>).every((name) => needs[name] !== true || capabilities[name]);

/** Plays a case on a fresh store and closes it; rejects with an `AssertionError` where the store breaks the case. */
export const runCase = async (
  tried: ConformanceCase,
  factory: StoreFactory,
  capabilities: Capabilities,
): Promise<void> => {
  const clock = capabilities.virtualTime ? new PacedScheduler() : undefined;
  const subject = await factory({ scheduler: clock ?? systemScheduler });
  const opened: Array<Store> = [subject.store];
  const another = async (): Promise<Store> => {
    const store = await openAnother(subject);
    opened.push(store);
    return store;
  };
  const advance = clock === undefined ? waitsFor(subject) : (ms: number): Promise<void> => clock.advance(ms);
  try {
    await tried.run(new Scene({ store: subject.store, queue: QUEUE, advance, another }));
  } finally {
    for (const store of opened) await store.close();
    await subject.dispose?.();
  }
  if (clock !== undefined) assert.equal(clock.pending, 0, "a closed store left timers behind");
};

const openAnother = (subject: StoreUnderTest): Store | Promise<Store> => {
  assert.ok(subject.another !== undefined, "a shared store's factory must give `another` handle to its data");
  return subject.another();
};

/** Waits in real time, and moves the clock that the factory holds. */
const waitsFor =
  ({ moveClock }: StoreUnderTest) =>
  async (ms: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, ms + REAL_WAIT_EXTRA_MS));
    await moveClock?.(ms);
  };
