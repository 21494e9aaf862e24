import { describe, expect, it } from "vitest";
import { Ack, Block, isOutcome, type Outcome, Reject, Release, Retry, sameOutcome } from "../../../src/core/Outcome.js";

const one: ReadonlyArray<Outcome> = [
  Ack,
  Retry({ cause: "c" }),
  Retry({ cause: "c", delayMs: 5 }),
  Release({ reason: "r" }),
  Reject({ cause: "c" }),
  Block({ cause: "c", scope: "key" }),
  Block({ cause: "c", scope: "queue" }),
];

describe("isOutcome", () => {
  it.each(one)("knows what the constructors make: $_tag", (outcome) => {
    expect(isOutcome(outcome)).toBe(true);
  });

  it.each(one)("is not taken in by a copy of a $_tag that looks the same", (outcome) => {
    expect(isOutcome({ ...outcome })).toBe(false);
    expect(isOutcome(JSON.parse(JSON.stringify(outcome)))).toBe(false);
    expect(isOutcome(Object.create(outcome))).toBe(false);
  });

  it.each([undefined, null, "Ack", 0, true, () => Ack, [Ack]])("refuses %s", (value) => {
    expect(isOutcome(value)).toBe(false);
  });
});

describe("Outcome", () => {
  it.each(one)("is frozen: $_tag", (outcome) => {
    expect(Object.isFrozen(outcome)).toBe(true);
  });

  it("carries the fields it was made with and no others", () => {
    const extra = { cause: "c", scope: "key" as const, note: "dropped" };
    expect(Block(extra)).toEqual({ _tag: "Block", cause: "c", scope: "key" });
  });
});

describe("sameOutcome", () => {
  it("holds for each outcome and itself, and for no two of different meaning", () => {
    for (const [i, a] of one.entries())
      for (const [j, b] of one.entries()) expect(sameOutcome(a, b), `${a._tag} ${b._tag}`).toBe(i === j);
  });

  it("looks past the cause and the reason", () => {
    expect(sameOutcome(Reject({ cause: 1 }), Reject({ cause: 2 }))).toBe(true);
    expect(sameOutcome(Release({ reason: "a" }), Release({ reason: "b" }))).toBe(true);
    expect(sameOutcome(Block({ cause: 1, scope: "key" }), Block({ cause: 2, scope: "key" }))).toBe(true);
  });

  it("takes a missing delay for a delay of 0", () => {
    expect(sameOutcome(Retry({ cause: 1 }), Retry({ cause: 1, delayMs: 0 }))).toBe(true);
    expect(sameOutcome(Retry({ cause: 1 }), Retry({ cause: 1, delayMs: 1 }))).toBe(false);
  });
});
