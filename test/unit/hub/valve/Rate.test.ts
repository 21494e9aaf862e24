/** A rate lets begin as many as it may, and no more, whenever they are asked for. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rate } from "../../../../src/hub/valve/Rate.js";

describe("a rate", () => {
  it("lets no second have more than so many, and none wait that may begin", () => {
    const steps = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 700 }), lateMs: fc.integer({ min: 0, max: 400 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(fc.constantFrom(0.2, 0.5, 1, 2, 5), steps, (perSecond, asked) => {
        const rate = new Rate(perSecond);
        const count = Math.max(1, perSecond);
        const windowMs = 1_000 / Math.min(1, perSecond);
        const begun: Array<number> = [];
        let nowMs = 0;
        for (const { afterMs, lateMs } of asked) {
          nowMs += afterMs;
          const recent = begun.filter((atMs) => atMs + windowMs > nowMs).length;
          expect(rate.room(nowMs)).toBe(count - recent);
          if (rate.room(nowMs) === 0) {
            expect(rate.roomAtMs(nowMs)).toBe((begun.at(-count) ?? Number.NaN) + windowMs);
            continue;
          }
          rate.take();
          expect(rate.room(nowMs)).toBe(count - recent - 1);
          nowMs += lateMs;
          if (lateMs % 5 === 4) rate.free();
          else {
            rate.begin(nowMs);
            begun.push(nowMs);
          }
        }
        for (const [i, atMs] of begun.entries())
          expect(begun.slice(i).filter((other) => other < atMs + windowMs).length).toBeLessThanOrEqual(count);
      }),
    );
  });

  it("says no time while nothing has begun, and the first that begins says so", () => {
    const rate = new Rate(2);
    rate.take();
    rate.take();
    expect([rate.room(0), rate.roomAtMs(0)]).toEqual([0, undefined]);
    expect([rate.begin(5), rate.begin(6)]).toEqual([true, false]);
    expect([rate.roomAtMs(7), rate.room(1_004), rate.room(1_005), rate.room(1_006)]).toEqual([1_005, 0, 1, 2]);
  });
});
