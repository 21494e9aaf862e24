import { describe, expect, it } from "vitest";
import { KeyGate } from "../../../../../src/stores/memory/queue/KeyGate.js";
import { named, namesOf } from "./entries.js";

describe("KeyGate", () => {
  it("lets the first of a key in and keeps the others in order", () => {
    const gate = new KeyGate();
    expect(named("abc").map((entry) => gate.enter("k", entry))).toEqual([true, false, false]);
    expect(gate.waiting).toBe(2);
    expect(namesOf([gate.leave("k"), gate.leave("k"), gate.leave("k")])).toBe("bc-");
    expect(gate.waiting).toBe(0);
  });

  it("lets a key in again that was freed", () => {
    const gate = new KeyGate();
    const [a, b] = named("ab");
    expect([gate.enter("k", a!), gate.leave("k"), gate.enter("k", b!)]).toEqual([true, undefined, true]);
  });

  it("keeps no key that is not busy", () => {
    const gate = new KeyGate();
    for (const [n, entry] of named("abcdef").entries()) {
      entry.mark = `m${n}`;
      gate.enter(`k${n}`, entry);
      gate.leave(`k${n}`);
    }
    expect(Object.values(gate).map((held: unknown) => (held instanceof Map ? held.size : held))).toEqual([0, 0, 0]);
  });

  it("tells the mark of each head, and none of another", () => {
    const gate = new KeyGate();
    const [a, b, c, d] = named("abcd");
    for (const [entry, mark] of [
      [a, "of a"],
      [b, undefined],
      [c, "of c"],
      [d, "of d"],
    ] as const) {
      entry!.mark = mark;
      gate.enter("k", entry!);
    }
    const told = [gate.markOf("k")];
    while (gate.leave("k") !== undefined) told.push(gate.markOf("k"));
    expect(told).toEqual(["of a", undefined, "of c", "of d"]);
    expect([gate.markOf("k"), gate.has("k")]).toEqual([undefined, false]);
  });

  it("gives up at most so many of those that wait, and keeps their keys busy", () => {
    const gate = new KeyGate();
    for (const entry of named("abcd")) gate.enter("k", entry);
    for (const entry of named("xyz")) gate.enter("l", entry);
    expect([gate.takeWaiting(4).length, gate.waiting]).toEqual([4, 1]);
    expect([gate.takeWaiting(4).length, gate.waiting]).toEqual([1, 0]);
    expect(gate.enter("k", named("e")[0]!)).toBe(false);
  });
});
