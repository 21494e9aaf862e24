import { describe, expect, it } from "vitest";
import { newMessageId } from "../../../src/core/MessageId.js";
import { ByteBudget } from "../../../src/stores/memory/queue/ByteBudget.js";
import { DedupeWindow } from "../../../src/stores/memory/queue/DedupeWindow.js";
import { WriteMemory } from "../../../src/stores/memory/write/WriteMemory.js";

const HOUR_MS = 60 * 60 * 1_000;
const sizesOf = (holder: object): ReadonlyArray<number> =>
  Object.values(holder).flatMap((held) => (held instanceof Map ? [held.size] : []));

/** What a memory says to a write id at a time; "new" is what it has no answer for. */
const ask = (memory: WriteMemory, writeId: string, nowMs: number, steps = 1): string =>
  memory.once(writeId, { steps, nowMs }, () => "new");

describe("WriteMemory", () => {
  it("remembers for an hour, also an answer that is nothing", () => {
    const memory = new WriteMemory();
    expect(memory.once("w", { steps: 1, nowMs: 1_000 }, () => undefined)).toBeUndefined();
    expect(ask(memory, "w", 1_000 + HOUR_MS)).toBeUndefined();
  });

  it("forgets what is older than two hours, at the next look", () => {
    const memory = new WriteMemory();
    ask(memory, "", 5_000);
    memory.once("w", { steps: 1, nowMs: 5_000 }, () => "old");
    expect(ask(memory, "w", 5_000 + 2 * HOUR_MS)).toBe("new");
    expect(sizesOf(memory)).toEqual([1, 0]);
  });

  it("is bounded by the number of steps, not by time alone", () => {
    const memory = new WriteMemory();
    for (let n = 0; n < 100_000; n++) memory.once(String(n), { steps: 10, nowMs: 0 }, () => "old");
    expect(sizesOf(memory).reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2_002);
    expect(["99999", "99000", "0"].map((writeId) => ask(memory, writeId, 0))).toEqual(["old", "old", "new"]);
  });
});

describe("DedupeWindow", () => {
  it("drops what is over as others come, without being asked for it", () => {
    const dedupe = new DedupeWindow();
    for (let n = 0; n < 1_000; n++) dedupe.add(`short ${n}`, newMessageId(), { windowMs: 10, nowMs: n });
    expect(sizesOf(dedupe)[0]).toBeLessThan(50);
  });

  it("drops short windows behind long ones", () => {
    const dedupe = new DedupeWindow();
    for (let n = 0; n < 10; n++) dedupe.add(`long ${n}`, newMessageId(), { windowMs: 1e9, nowMs: 0 });
    for (let n = 0; n < 1_000; n++) dedupe.add(`short ${n}`, newMessageId(), { windowMs: 1, nowMs: n });
    expect(sizesOf(dedupe)[0]).toBeLessThan(50);
    expect(dedupe.find("long 3", 1e8)).toBeDefined();
  });

  it("ends a window at its last millisecond", () => {
    const dedupe = new DedupeWindow();
    const id = newMessageId();
    dedupe.add("d", id, { windowMs: 10, nowMs: 5 });
    expect([dedupe.find("d", 14), dedupe.find("d", 15)]).toEqual([id, undefined]);
  });
});

describe("ByteBudget", () => {
  const admitted = (bytesMax: number, payloads: ReadonlyArray<string>): number => {
    const budget = new ByteBudget(bytesMax);
    const refused = payloads.findIndex((payload) => !budget.admits(payload));
    return refused === -1 ? payloads.length : refused;
  };

  it("admits the first, whatever its size", () => {
    expect([admitted(0, ["abc", "d"]), admitted(0, [""]), admitted(0, ["", "", "a"])]).toEqual([1, 1, 2]);
  });

  it("admits to the last byte, in UTF-8", () => {
    expect(admitted(10, ["aaaaa", "aaaaa", "a"])).toBe(2);
    expect(admitted(9, ["aaaaa", "aaaaa"])).toBe(1);
    expect(admitted(8, ["éé", "🦊", "a"])).toBe(2);
    expect(admitted(7, ["éé", "🦊"])).toBe(1);
    expect(
      admitted(
        30,
        Array.from({ length: 40 }, () => "a"),
      ),
    ).toBe(30);
  });
});
