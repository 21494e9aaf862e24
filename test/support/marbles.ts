/** rxjs-marbles with vitest's assertions. Bodies take one parameter and are never async: they would assert nothing. */
import { type Context, configure } from "rxjs-marbles";
import { expect } from "vitest";

export type { Context };

const { marbles: wired } = configure({
  assert: (value: unknown, message: string) => expect(value, message).toBeTruthy(),
  assertDeepEqual: (actual: unknown, expected: unknown) => expect(actual).toStrictEqual(expected),
  frameworkMatcher: true,
  run: true,
});

export const marbles = (body: (m: Context) => void): (() => void) => {
  const run = wired((m) => {
    const result: unknown = body(m);
    expect(result, "the body of a marble test must not return anything").toBeUndefined();
  });
  return () => void run();
};
