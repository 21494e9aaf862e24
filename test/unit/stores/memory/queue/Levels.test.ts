import { describe, expect, it } from "vitest";
import { Levels } from "../../../../../src/stores/memory/queue/Levels.js";
import { entryOf, namesOf } from "./entries.js";

const filled = (counts: Readonly<Record<number, number>>): Levels => {
  const levels = new Levels();
  for (const [level, count] of Object.entries(counts))
    for (let n = 0; n < count; n++) levels.pushBack(entryOf({ payload: level, level: Number(level) }));
  return levels;
};

const takes = (levels: Levels, count: number): string => namesOf(Array.from({ length: count }, () => levels.take()));

describe("Levels", () => {
  it("gives every eighth message to the next level below the highest", () => {
    expect(takes(filled({ 0: 20, 1: 20 }), 16)).toBe("1111111011111110");
  });

  it("lets the lower levels take turns, highest first", () => {
    expect(takes(filled({ 0: 5, 3: 5, 5: 5, 9: 50 }), 40)).toBe(
      "99999995".concat("99999993", "99999990", "99999995", "99999993"),
    );
  });

  it("counts no turn while one level alone holds messages", () => {
    const levels = filled({ 0: 20 });
    takes(levels, 7);
    for (let n = 0; n < 20; n++) levels.pushBack(entryOf({ payload: "1", level: 1 }));
    expect(takes(levels, 8)).toBe("11111110");
  });

  it("counts a turn only when a message is taken, not when it is looked at", () => {
    const levels = filled({ 0: 2, 1: 20 });
    for (let n = 0; n < 100; n++) levels.next();
    expect(takes(levels, 7)).toBe("1111111");
    expect(levels.next()?.payload).toBe("0");
    expect(takes(levels, 1)).toBe("0");
  });

  it("tells its size, and its messages by level and in order", () => {
    const levels = filled({ 2: 1, 7: 2 });
    levels.pushReturned(entryOf({ payload: "f", level: 2 }));
    expect(levels.size).toBe(4);
    expect(namesOf(levels)).toBe("77f2");
    expect(levels.takeHighest()?.payload).toBe("7");
    expect(levels.size).toBe(3);
  });

  it("gives nothing when it is empty", () => {
    const levels = filled({ 9: 1 });
    levels.take();
    expect([levels.next(), levels.takeHighest(), levels.size]).toEqual([undefined, undefined, 0]);
  });
});
