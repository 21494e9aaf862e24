import { describe, expect, it } from "vitest";
import { makeBackoff } from "../../../src/core/Backoff.js";
import { Outage } from "../../../src/core/Outage.js";
import { Clock } from "../queue/scene.js";

/** A call that fails until its store is back, and when it was made. */
const failing = (clock: Clock, outage: Outage) => {
  const madeMs: Array<number> = [];
  const gaveUp: Array<number> = [];
  const state = { away: true };
  const call = (attempt: number): void => {
    madeMs.push(clock.now());
    if (state.away && !outage.again(attempt, () => call(attempt + 1))) gaveUp.push(attempt);
  };
  return { madeMs, gaveUp, state, call };
};

describe("a call whose store does not answer", () => {
  it("is made again until it is answered, never at once, and two seconds later at most", () => {
    const clock = new Clock();
    const outage = new Outage({ scheduler: clock });
    const { madeMs, state, call } = failing(clock, outage);
    call(1);
    expect([madeMs.length, outage.waits]).toEqual([1, true]);
    clock.advance(60_000);
    const made = madeMs.length;
    expect(made).toBeGreaterThan(30);
    const gaps = madeMs.slice(1).map((atMs, i) => atMs - (madeMs[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_000);
    expect(gaps[0]).toBeLessThanOrEqual(50);
    state.away = false;
    clock.advance(2_000);
    expect([madeMs.length, outage.waits, clock.pending]).toEqual([made + 1, false, 0]);
  });

  it("goes on for as long as the outage lasts: numbers do not overflow", () => {
    const clock = new Clock();
    const outage = new Outage({ scheduler: clock });
    const { madeMs, call } = failing(clock, outage);
    call(1_100_000);
    clock.advance(2_000);
    expect(madeMs.length).toBeGreaterThan(1);
    expect(outage.waits).toBe(true);
  });

  it("is made at once, and no timer stays behind, when there is no more time", () => {
    const clock = new Clock();
    const outage = new Outage({ scheduler: clock });
    const calls = [1, 2, 3].map(() => failing(clock, outage));
    for (const { call } of calls) call(1);
    for (const { state } of calls) state.away = false;
    outage.rush();
    expect(calls.map(({ madeMs }) => madeMs)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect([outage.waits, clock.pending]).toEqual([false, 0]);
  });

  it("is made once by a rush, though it fails again and waits", () => {
    const clock = new Clock();
    const outage = new Outage({ scheduler: clock });
    const { madeMs, call } = failing(clock, outage);
    call(5);
    outage.rush();
    expect([madeMs.length, outage.waits]).toEqual([2, true]);
  });

  it("is forgotten when nobody wants it any more", () => {
    const clock = new Clock();
    const outage = new Outage({ scheduler: clock });
    const { madeMs, call } = failing(clock, outage);
    call(1);
    outage.stop();
    expect([outage.waits, clock.pending]).toEqual([false, 0]);
    clock.advance(60_000);
    expect(madeMs).toEqual([0]);
  });

  it("is given up where the backoff has no attempts or no time left", () => {
    const clock = new Clock();
    const byAttempts = failing(clock, new Outage({ scheduler: clock }, makeBackoff({ initialMs: 10, attemptsMax: 3 })));
    const byTime = failing(clock, new Outage({ scheduler: clock }, makeBackoff({ initialMs: 10, deadlineMs: 35 })));
    byAttempts.call(1);
    byTime.call(1);
    clock.advance(10_000);
    expect([byAttempts.madeMs, byAttempts.gaveUp]).toEqual([[0, 10, 30], [3]]);
    expect([byTime.madeMs, byTime.gaveUp]).toEqual([[0, 10, 30], [3]]);
  });

  it("is not made within the call that failed, even without a delay", () => {
    const clock = new Clock();
    const outage = new Outage({ scheduler: clock }, makeBackoff({ initialMs: 0 }));
    const { madeMs, state, call } = failing(clock, outage);
    call(1);
    expect(madeMs).toEqual([0]);
    state.away = false;
    clock.settle();
    expect(madeMs).toEqual([0, 0]);
  });
});
