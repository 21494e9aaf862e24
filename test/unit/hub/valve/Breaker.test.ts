/** A breaker by itself: what counts, and what does not. */
import { describe, expect, it } from "vitest";
import { Breaker } from "../../../../src/hub/valve/Breaker.js";

const opened = () => {
  const breaker = new Breaker({ breakAfter: 2, breakMs: 10 });
  const before = [breaker.take(), breaker.take(), breaker.take()] as const;
  expect(breaker.ended(before[0], "badly", 0)).toBeUndefined();
  expect(breaker.ended(before[1], "badly", 1)).toBe("opened");
  return { breaker, before: before[2] };
};

describe("a breaker", () => {
  it("opens by failures in a row: a success ends the row, and what says nothing does not", () => {
    const breaker = new Breaker({ breakAfter: 2, breakMs: 10 });
    const end = (sign: "well" | "badly" | "neither") => breaker.ended(breaker.take(), sign, 0);
    expect([end("badly"), end("well"), end("badly"), end("neither")]).toEqual(Array(4).fill(undefined));
    expect([breaker.room(0), end("badly"), breaker.room(9), breaker.roomAtMs]).toEqual([
      Number.POSITIVE_INFINITY,
      "opened",
      0,
      10,
    ]);
  });

  it.each(["well", "badly", "neither"] as const)("does not count what began before it opened: %s", (sign) => {
    const { breaker, before } = opened();
    expect([breaker.ended(before, sign, 5), breaker.room(10), breaker.failures]).toEqual([undefined, 0, 2]);
    const trial = breaker.take();
    expect([breaker.ended(before, sign, 12), breaker.room(12)]).toEqual([undefined, 0]);
    expect([breaker.ended(trial, "well", 12), breaker.room(12)]).toEqual(["closed", Number.POSITIVE_INFINITY]);
    expect([breaker.ended(before, sign, 13), breaker.failures]).toEqual([undefined, 0]);
  });

  it("lets one begin when its time has come, and by that one is open again, closed, or tries another", () => {
    const { breaker } = opened();
    expect([breaker.room(10), breaker.room(11)]).toEqual([0, 1]);
    const first = breaker.take();
    expect([breaker.room(99), breaker.roomAtMs]).toEqual([0, undefined]);
    expect([breaker.ended(first, "neither", 12), breaker.room(12)]).toEqual(["free", 1]);
    expect([breaker.ended(breaker.take(), "badly", 20), breaker.room(29), breaker.room(30)]).toEqual(["opened", 0, 1]);
    expect(breaker.failures).toBe(3);
    expect([breaker.ended(breaker.take(), "well", 31), breaker.failures]).toEqual(["closed", 0]);
    // From now on a row begins anew.
    expect(breaker.ended(breaker.take(), "badly", 32)).toBeUndefined();
  });
});
