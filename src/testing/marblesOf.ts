/** Configures rxjs-marbles so that a test cannot pass by accident, and a failure says what differs. */
import { ok } from "node:assert/strict";
import { isThenable } from "../core/isThenable.js";
import { watchingPromises } from "../core/promiseWatch.js";
import { compareMarbles } from "./marbles/compareMarbles.js";
import { MarblesDiffer } from "./marbles/MarblesDiffer.js";
import { TestNotes } from "./marbles/TestNotes.js";

/** How rxjs-marbles is configured here. */
export interface MarblesConfiguration {
  readonly assert: (value: unknown, message: string) => void;
  readonly assertDeepEqual: (actual: unknown, expected: unknown) => void;
  readonly frameworkMatcher: true;
  readonly run: true;
}

/** The `configure` of rxjs-marbles, as far as it matters here. */
export type Configure<Context> = (configuration: MarblesConfiguration) => {
  readonly marbles: (body: (m: Context) => unknown) => () => unknown;
};

/**
 * Makes `marbles` of rxjs-marbles' `configure`: one character is one millisecond of virtual time. A failure tells the first
 * difference, and draws what was expected above what happened, with the test's own letters:
 *
 * ```text
 * MarblesDiffer: at 29 ms: expected a, got nothing (it came at 49 ms)
 *
 * expected: r 28ms a
 * actual:   r 28ms - 19ms a
 *                  ^
 * a = 'Ack'
 * r = 'Retry'
 * ```
 *
 * The TestScheduler does not see promises, so nobody would compare what comes behind one. An async body, a handler that returns a
 * promise, a task that is run, and an Effect that is awaited therefore fail the test. For these use `simulate`.
 *
 * @param configure `import { configure } from "rxjs-marbles"`
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { map, of } from "rxjs";
 * import { configure, type Context } from "rxjs-marbles";
 * import { handle, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 * import { marblesOf } from "sluice/testing";
 *
 * const marbles = marblesOf<Context>(configure);
 * const test = marbles((m) => {
 *   const orders = queue(memoryStore({ scheduler: m.scheduler }), { name: "orders", codec: t.string });
 *   orders.enqueueAll(["1", "2"]).subscribe();
 *   const outcomes$ = orders.messages().pipe(handle(() => of(1)), settle(), map((s) => s.outcome._tag));
 *   m.expect(outcomes$, "9ms !").toBeObservable("(aa)", { a: "Ack" });
 * });
 * test();
 * ```
 */
export const marblesOf =
  <Context>(configure: Configure<Context>): ((body: (m: Context) => void) => () => void) =>
  (body) => {
    let notes = new TestNotes();
    const run = configure({
      assert: (value, message) => ok(value, message),
      assertDeepEqual: (actual, expected) => {
        const place = notes.nextPlace();
        const difference = compareMarbles(actual, expected, notes.names);
        if (difference !== undefined) throw new MarblesDiffer(difference, place);
      },
      frameworkMatcher: true,
      run: true,
    }).marbles((m) => {
      const result: unknown = body(notes.on(m));
      ok(
        !isThenable(result),
        "the body of a marble test must not be async: it would assert nothing. Use simulate for promises.",
      );
    });
    return () => {
      notes = new TestNotes();
      withoutPromises(run);
    };
  };

const withoutPromises = (run: () => unknown): void => {
  let met: string | undefined;
  let failure: unknown;
  let failed = false;
  watchingPromises(
    (what) => {
      met ??= what;
    },
    () => {
      try {
        run();
      } catch (cause) {
        failed = true;
        failure = cause;
      }
    },
  );
  // The promise is told first: another failure may come from it, and a test that passed would prove nothing.
  if (met !== undefined) throw promiseMet(met);
  if (failed) throw failure;
};

const promiseMet = (what: string): Error => {
  const error = new Error(
    `${what}, and virtual time does not wait for promises: what comes behind it was compared by nobody. Use simulate of sluice/testing, which waits for them.`,
  );
  // The stack lies within schedulers, and tells nothing.
  error.stack = String(error);
  return error;
};
