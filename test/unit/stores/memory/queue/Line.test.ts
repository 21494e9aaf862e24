import { describe, expect, it } from "vitest";
import { Line } from "../../../../../src/stores/memory/queue/Line.js";
import { entryOf, named, namesOf } from "./entries.js";

const taken = (line: Line): string => namesOf(Array.from({ length: line.size + 1 }, () => line.takeFirst()));

describe("Line", () => {
  it("gives first what came first", () => {
    const line = new Line();
    for (const entry of named("abcd")) line.pushBack(entry);
    expect(line.size).toBe(4);
    expect(taken(line)).toBe("abcd-");
    expect(line.size).toBe(0);
  });

  it("lets one go from any place", () => {
    for (const [name, rest] of [
      ["a", "bcd-"],
      ["c", "abd-"],
      ["d", "abc-"],
    ] as const) {
      const line = new Line();
      const entries = named("abcd");
      for (const entry of entries) line.pushBack(entry);
      line.remove(entries.find(({ payload }) => payload === name)!);
      expect(taken(line)).toBe(rest);
    }
  });

  it("keeps no link on what has left, so that it keeps nothing else alive", () => {
    const line = new Line();
    const entries = named("abc");
    for (const entry of entries) line.pushBack(entry);
    taken(line);
    for (const { next, previous } of entries) expect([next, previous]).toEqual([undefined, undefined]);
  });

  it("is usable after it was emptied", () => {
    const line = new Line();
    line.pushBack(entryOf());
    line.takeFirst();
    line.pushBack(entryOf({ payload: "x" }));
    expect(taken(line)).toBe("x-");
  });
});
