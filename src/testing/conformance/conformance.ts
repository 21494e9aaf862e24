/** The suite that every store runs. */
import type { Capabilities } from "../../port/Capabilities.js";
import type { ConformanceCase, StoreFactory } from "./ConformanceCase.js";
import { conformanceCases } from "./cases.js";
import { applies, runCase } from "./runCase.js";

/** What the suite is run with. */
export interface ConformanceOptions {
  /** What the store can do; cases that need more are not put to it. */
  readonly capabilities: Capabilities;
  /** Your test runner's `describe` and `it`. */
  readonly runner: Runner;
}

/** What registers tests: `describe` and `it` of vitest, jest, mocha or `node:test`. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, run: () => Promise<void>) => unknown;
}

/**
 * Registers every conformance case that applies to the store, grouped by guarantee: those of queues, writes, records and the log,
 * and those of the store's own life (ready, clock, ids, events, close). A store that passes them may stand under queues, operators
 * and everything above.
 *
 * Each case gets an empty store from the factory, plays on the one queue "conformance" and others whose names begin so,
 * closes the store and disposes of its data. Cases wait up to about 150 ms; under `virtualTime` they do not wait at all.
 *
 * @param name - What the store is called in the report.
 * @param factory - Makes an empty store for one case.
 * @param options - What the store can do, and your test runner's `describe` and `it`.
 *
 * @example
 * ```ts
 * import { describe, it } from "node:test";
 * import { memoryStore } from "sluice/memory";
 * import { conformance } from "sluice/testing";
 *
 * const capabilities = { durable: false, shared: false, virtualTime: true, hints: true, settlesWhenFull: true, exactBytes: true };
 * conformance("memory", ({ scheduler }) => ({ store: memoryStore({ scheduler }) }), { capabilities, runner: { describe, it } });
 * ```
 */
export const conformance = (name: string, factory: StoreFactory, options: ConformanceOptions): void =>
  register(`${name}: conformance`, { cases: conformanceCases, factory, ...options });

interface Registering extends ConformanceOptions {
  readonly cases: ReadonlyArray<ConformanceCase>;
  readonly factory: StoreFactory;
}

/** The cases that apply, each as a test. */
export const register = (
  title: string,
  { cases: all, factory, capabilities, runner: { describe, it } }: Registering,
): void => {
  const cases = all.filter((each) => applies(each, capabilities));
  describe(title, () => {
    for (const guarantee of new Set(cases.map((each) => each.guarantee)))
      describe(guarantee, () => {
        for (const each of cases.filter((other) => other.guarantee === guarantee))
          it(each.name, () => runCase(each, factory, capabilities));
      });
  });
};
