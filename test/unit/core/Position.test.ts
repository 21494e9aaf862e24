import { describe, expect, it } from "vitest";
import type { EventId } from "../../../src/core/EventId.js";
import {
  isBefore,
  type Position,
  parsePosition,
  placeOf,
  positionFrom,
  positionOf,
  tailIn,
  tailOf,
} from "../../../src/core/Position.js";

const id = "01890000-0000-7000-8000-000000abcdef" as EventId;
const wide = "7fffffffffff0001abcdef" as Position;

describe("Position", () => {
  it("has the place of its event, and the tail of its id", () => {
    const position = positionOf(258, tailOf(id));
    expect(position).toBe("000000000102abcdef");
    expect(placeOf(position)).toBe(258);
    expect(tailIn(position)).toBe("abcdef");
  });

  it("is read from texts of 12 digits of a place or more, as many as its store has, but not without a place", () => {
    for (const text of ["000000000001abcdef", "0000000000000001abcdef", wide]) expect(parsePosition(text)).toBe(text);
    for (const text of ["", "1abcdef", "000000000000abcdef", "0000000000000000abcdef", `${wide.slice(0, 16)}ABCDEF`])
      expect(parsePosition(text), text).toBeUndefined();
    expect(parsePosition("f".repeat(33))).toBeUndefined();
  });

  it("is before another one by its place alone, also beyond what a number can tell", () => {
    const next = positionFrom(wide, 1, "000000");
    expect(isBefore(wide, next)).toBe(true);
    expect(isBefore(next, wide)).toBe(false);
    expect(isBefore(wide, positionFrom(wide, 0, "ffffff"))).toBe(false);
    expect(isBefore(undefined, wide)).toBe(true);
    expect(isBefore(wide, undefined)).toBe(false);
    expect(isBefore(undefined, undefined)).toBe(false);
  });

  it("tells those beside it, as long as itself", () => {
    expect(positionFrom(wide, -1, "000001")).toBe("7fffffffffff0000000001");
    expect(positionFrom(wide, 1, "000001")).toBe("7fffffffffff0002000001");
    expect(positionFrom(positionOf(16, "abcdef"), -1, "000001")).toBe(positionOf(15, "000001"));
  });
});
