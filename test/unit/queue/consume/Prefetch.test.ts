import { describe, expect, it } from "vitest";
import { DEMANDED_MAX, PREFETCH_MAX, Prefetch, UNTOLD } from "../../../../src/queue/consume/Prefetch.js";

const told = (count: number, portion = 1): Prefetch => {
  const prefetch = new Prefetch(undefined);
  prefetch.tell({}, { count, portion });
  prefetch.emitted();
  return prefetch;
};

/** Refills one after the other, each with as many settled as may be unsettled. */
const busy = (prefetch: Prefetch, refills: number, { perMs, tripMs }: { perMs: number; tripMs: number }): void => {
  for (let i = 0; i < refills; i++) prefetch.settled(prefetch.max, prefetch.max / perMs, tripMs);
};

describe("an explicit prefetch", () => {
  it("is what it is, whatever is told and settled", () => {
    const prefetch = new Prefetch(5);
    prefetch.tell({}, { count: 100, portion: 1 });
    prefetch.emitted();
    busy(prefetch, 10, { perMs: 1_000, tripMs: 10 });
    expect([prefetch.max, prefetch.bound, prefetch.follows]).toEqual([5, 5, false]);
  });
});

describe("one read", () => {
  const readMax = (prefetch: Prefetch): number => {
    prefetch.emitted();
    return prefetch.readMax;
  };

  it("brings half of a large prefetch, once operators had the time to tell their demand", () => {
    const prefetch = new Prefetch(401);
    expect(prefetch.readMax).toBe(401);
    expect(readMax(prefetch)).toBe(201);
    expect(readMax(new Prefetch(399))).toBe(399);
  });

  it("brings whole windows", () => {
    for (const [most, portion, expected] of [
      [1_000, 500, 500],
      [1_000, 400, 800],
      [1_000, 1_000, 1_000],
    ] as const) {
      const prefetch = new Prefetch(most);
      prefetch.tell({}, { count: most, portion });
      expect(readMax(prefetch)).toBe(expected);
    }
  });
});

describe("a prefetch that follows demand", () => {
  it("is one before the first read, and 32 after it where nobody tells a demand", () => {
    const prefetch = new Prefetch(undefined);
    expect(prefetch.max).toBe(1);
    prefetch.emitted();
    expect(prefetch.max).toBe(UNTOLD);
  });

  it("is one more than the operators can run, all of them together", () => {
    const prefetch = told(3);
    expect(prefetch.max).toBe(4);
    const second = {};
    prefetch.tell(second, { count: 10, portion: 1 });
    expect(prefetch.max).toBe(14);
    prefetch.forget(second);
    expect(prefetch.max).toBe(4);
  });

  it("is 32 again when all operators have left", () => {
    const prefetch = new Prefetch(undefined);
    const operator = {};
    prefetch.emitted();
    prefetch.tell(operator, { count: 100, portion: 1 });
    prefetch.forget(operator);
    expect(prefetch.max).toBe(UNTOLD);
  });

  it("is of whole windows, where batches are wanted", () => {
    const prefetch = told(500, 100);
    expect(prefetch.max).toBe(500);
    prefetch.settled(100, 10, 1);
    expect(prefetch.max).toBe(500);
    prefetch.settled(500, 5, 1);
    expect(prefetch.max).toBe(900);
  });

  it("hoards nothing for works of a second, however they end", () => {
    const prefetch = told(16);
    for (let i = 0; i < 20; i++) prefetch.settled(16, 1_000, 5);
    for (let i = 0; i < 20; i++) prefetch.settled(1, 60, 5);
    expect(prefetch.max).toBe(17);
  });

  it("holds some hundreds for works of microseconds, and a thousand at most", () => {
    const prefetch = told(16);
    busy(prefetch, 20, { perMs: 100, tripMs: 1 });
    expect(prefetch.max).toBe(416);
    busy(prefetch, 20, { perMs: 100, tripMs: 50 });
    expect(prefetch.max).toBe(DEMANDED_MAX);
  });

  it("is little moved by one quick work among slow ones", () => {
    const prefetch = told(16);
    prefetch.settled(1, 0.001, 5);
    expect(prefetch.max).toBe(24);
    for (let i = 0; i < 10; i++) prefetch.settled(1, 60, 5);
    expect(prefetch.max).toBe(17);
  });

  it("comes down again within some refills when works become slow", () => {
    const prefetch = told(16);
    busy(prefetch, 20, { perMs: 100, tripMs: 50 });
    for (let i = 0; i < 30; i++) prefetch.settled(1, 60, 5);
    expect(prefetch.max).toBe(17);
  });

  it("looks no further ahead where a store answers at once", () => {
    const prefetch = told(16);
    busy(prefetch, 20, { perMs: 1_000, tripMs: 0 });
    expect(prefetch.max).toBe(17);
  });

  it("grows with works that take no time on a slow way", () => {
    const prefetch = told(16);
    for (let i = 0; i < 20; i++) prefetch.settled(prefetch.max, 0, 5);
    expect(prefetch.max).toBe(DEMANDED_MAX);
  });

  it("is above a thousand where the operators by themselves can run more, up to ten thousand", () => {
    expect(told(5_000).max).toBe(5_001);
    expect(told(50_000).max).toBe(PREFETCH_MAX);
    expect(told(Number.POSITIVE_INFINITY).max).toBe(1_001);
  });
});
