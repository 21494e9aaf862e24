/** rxjs-marbles, wired so that a test cannot pass by accident. */
import { deepStrictEqual, ok } from "node:assert/strict";

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
 * Makes `marbles` of rxjs-marbles' `configure`: one character is one millisecond of virtual time, differences are shown by
 * `node:assert`, and an async body, which would assert nothing, is refused.
 *
 * The TestScheduler does not see promises: for handlers that make some, use `simulate`.
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
    const run = configure({
      assert: (value, message) => ok(value, message),
      assertDeepEqual: (actual, expected) => deepStrictEqual(actual, expected),
      frameworkMatcher: true,
      run: true,
    }).marbles((m) => {
      const result: unknown = body(m);
      ok(
        !isThenable(result),
        "the body of a marble test must not be async: it would assert nothing. Use simulate for promises.",
      );
    });
    return () => {
      run();
    };
  };

const isThenable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && typeof (value as { readonly then?: unknown }).then === "function";
