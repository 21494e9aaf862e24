/** rxjs-marbles as users have it of this library. Bodies take one parameter and are never async: they would assert nothing. */
import { type Context, configure } from "rxjs-marbles";
import { marblesOf } from "sluice/testing";
import { expect } from "vitest";

export type { Context };

const wired = marblesOf<Context>(configure);

export const marbles = (body: (m: Context) => void): (() => void) =>
  wired((m) => {
    const result: unknown = body(m);
    expect(result, "the body of a marble test must not return anything").toBeUndefined();
  });
