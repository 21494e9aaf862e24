/** The suite of queue stores: what must be true of the queues of a broker that a program works on by hand. */
import type { Capabilities } from "../../../port/Capabilities.js";
import { type ConformanceCase, casesOf, type StoreFactory } from "../ConformanceCase.js";
import { type ConformanceOptions, register } from "../conformance.js";
import { fetching, fetchingElsewhere } from "./fetching.js";
import { type QueueStoreMaker, Stage, type StageCase } from "./Stage.js";
import { besideBrokers, settling } from "./settling.js";
import { enqueueing, standing, watching, watchingAtOnce } from "./standing.js";

/**
 * Every sentence that a queue store must make true, by unique names, for the queue stores that this makes: for a test runner that
 * `queueStoreConformance` does not fit. `runCase` plays one.
 *
 * @param make - Makes the queue store under test.
 */
export const queueStoreCases = (make: QueueStoreMaker): ReadonlyArray<ConformanceCase> => {
  const group = (
    guarantee: string,
    cases: Readonly<Record<string, StageCase>>,
    needs: Partial<Capabilities> = {},
  ): ReadonlyArray<ConformanceCase> =>
    casesOf(
      guarantee,
      Object.fromEntries(Object.entries(cases).map(([name, play]) => [name, (scene) => play(new Stage(scene, make))])),
      needs,
    );
  return [
    ...group("fetch", fetching),
    ...group("fetch", fetchingElsewhere, { shared: true }),
    ...group("ack and block", settling),
    ...group("enqueue", enqueueing),
    ...group("position", standing),
    ...group("state$", watchingAtOnce, { virtualTime: true }),
    ...group("state$", watching),
    ...group("beside a broker of its name", besideBrokers),
  ];
};

/** What the suite of queue stores is run with. */
export interface QueueStoreConformanceOptions extends ConformanceOptions {
  /** Makes an empty store for one case, on which the queue stores are made. */
  readonly factory: StoreFactory;
}

/**
 * Registers every case of the suite of queue stores, grouped: for whoever builds the queues of brokers by hand. What it makes must share
 * its queues with `broker(store, { name })`; whose queue stores do not leaves out the cases of "beside a broker of its name", by
 * `queueStoreCases`.
 *
 * Each case gets an empty store, plays on the one name "conformance", closes the store and disposes of its data. Cases wait up to
 * about 4 s; under `virtualTime` they do not wait at all.
 *
 * @param name - What the queue store is called in the report.
 * @param make - Makes the queue store under test, on a store.
 * @param options - The factory of stores, what these can do, and your test runner's `describe` and `it`.
 *
 * @example
 * ```ts
 * import { describe, it } from "node:test";
 * import { queueStore } from "sluice/broker";
 * import { memoryStore } from "sluice/memory";
 * import { queueStoreConformance } from "sluice/testing";
 *
 * const capabilities = { durable: false, shared: false, virtualTime: true, hints: true, settlesWhenFull: true, exactBytes: true };
 * queueStoreConformance("memory", queueStore, {
 *   factory: ({ scheduler }) => ({ store: memoryStore({ scheduler }) }),
 *   capabilities,
 *   runner: { describe, it },
 * });
 * ```
 */
export const queueStoreConformance = (
  name: string,
  make: QueueStoreMaker,
  { factory, ...options }: QueueStoreConformanceOptions,
): void => register(`${name}: conformance of queue stores`, { cases: queueStoreCases(make), factory, ...options });
