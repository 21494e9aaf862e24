import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { DueHeap } from "../../../../../src/stores/memory/queue/DueHeap.js";
import { entryOf } from "./entries.js";

describe("DueHeap", () => {
  test.prop([fc.array(fc.nat(50))])("gives the one due first, those due together in their order", (dueTimes) => {
    const heap = new DueHeap();
    dueTimes.forEach((dueMs, order) => {
      heap.push(entryOf({ dueMs, order }));
    });
    const taken = dueTimes.map(() => heap.takeFirst());
    expect(taken.map((entry) => [entry?.dueMs, entry?.order])).toEqual(
      dueTimes.map((dueMs, order) => [dueMs, order] as const).sort(([a, m], [b, n]) => a - b || m - n),
    );
    expect(heap.takeFirst()).toBeUndefined();
  });

  test.prop([fc.array(fc.nat(50)), fc.nat(60)])("counts what is due", (dueTimes, nowMs) => {
    const heap = new DueHeap();
    for (const dueMs of dueTimes) heap.push(entryOf({ dueMs }));
    expect(heap.countDue(nowMs)).toBe(dueTimes.filter((dueMs) => dueMs <= nowMs).length);
    expect(heap.nearestMs).toBe(Math.min(...dueTimes, Number.POSITIVE_INFINITY));
  });

  test.prop([fc.array(fc.tuple(fc.double({ min: 0, max: 9, noNaN: true }), fc.boolean())), fc.nat(9)])(
    "keeps its order in fractions of a millisecond, whatever is taken in between",
    (steps, nowMs) => {
      const heap = new DueHeap();
      const model: Array<readonly [dueMs: number, order: number]> = [];
      for (const [order, [dueMs, takes]] of steps.entries()) {
        heap.push(entryOf({ dueMs, order }));
        model.push([dueMs, order]);
        model.sort(([a, m], [b, n]) => a - b || m - n);
        expect(heap.nearestMs).toBe(model[0]?.[0]);
        expect(heap.countDue(nowMs)).toBe(model.filter(([due]) => due <= nowMs).length);
        if (!takes) continue;
        const taken = heap.takeFirst();
        expect([taken?.dueMs, taken?.order]).toEqual(model.shift());
      }
      expect(heap.size).toBe(model.length);
    },
  );

  it("takes as long for the millionth as for the first, in order", () => {
    const heap = new DueHeap();
    for (let n = 0; n < 200_000; n++) heap.push(entryOf({ dueMs: n }));
    expect([heap.size, heap.takeFirst()?.dueMs, heap.takeFirst()?.dueMs]).toEqual([200_000, 0, 1]);
  });
});
