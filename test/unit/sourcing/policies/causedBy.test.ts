import { inspect } from "node:util";
import * as fc from "fast-check";
import { type Cause, causedBy } from "sluice/sourcing";
import { testMessage, testRecorded } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { checkCommandId } from "../../../../src/sourcing/commands/CommandRecords.js";

const recorded = testRecorded({ type: "Paid" });
const idOf = (name: string, id: string, step?: string): string | undefined =>
  causedBy(name, { id }).caused(step).commandId;

describe("the command ids of a reaction", () => {
  it("are the same for the same name, event and step, and begin with the event's", () => {
    expect(idOf("a", recorded.id, "s")).toBe(causedBy("a", recorded).caused("s").commandId);
    expect(idOf("a", recorded.id)).toBe(idOf("a", recorded.id, ""));
    expect(idOf("a", recorded.id)?.startsWith(`${recorded.id}/`)).toBe(true);
  });

  it("stay what they are: another release must not do again what this one has done", () => {
    expect(idOf("place order", "018f2f0c-7f00-7000-8000-000000000001", "send 0")).toBe(
      "018f2f0c-7f00-7000-8000-000000000001/PSh8mrmn2cKW5WXHM4uNwI",
    );
  });

  it("are never those of other parts, wherever one part ends and the next begins", () => {
    const parts = [
      ["a", "b", "c"],
      ["a", "b/c", ""],
      ["a/b", "c", ""],
      ["ab", "c", ""],
      ["a", "bc", ""],
      ["a", "b", '","'],
      ['a","', "b", ""],
      ['a",""', "b", "]"],
      ["a\\", "b", '"'],
      ["\ud800", "b", "c"],
      ["\ud801", "b", "c"],
      ["\ufffd", "b", "c"],
    ] as const;
    expect(new Set(parts.map(([name, id, step]) => idOf(name, id, step))).size).toBe(parts.length);
  });

  const text = fc.string({ unit: "binary", maxLength: 6 });
  const one = fc.tuple(
    fc.string({ unit: "binary", minLength: 1, maxLength: 6 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 6 }),
    text,
  );

  it("differ wherever their parts do, and may be command ids", () => {
    fc.assert(
      fc.property(one, one, (a, b) => {
        const [first, second] = [idOf(...a) ?? "", idOf(...b) ?? ""];
        expect(first === second).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(checkCommandId(first)).toBe(first);
      }),
    );
    expect(checkCommandId(idOf("n".repeat(10_000), "ü".repeat(64), "s".repeat(10_000)) ?? "")).toHaveLength(87);
  });
});

describe("the context of a reaction", () => {
  it("goes on with what the event belongs to, and counts its hops", () => {
    expect(causedBy("a", recorded).caused()).toMatchObject({
      correlationId: recorded.id,
      causationId: recorded.id,
      hops: 1,
    });
    const meta = { correlationId: "c", causationId: "before", actor: "ann", headers: { h: "1" }, hops: 4 };
    const { commandId: _, ...rest } = causedBy("a", testRecorded("x", { id: recorded.id, meta })).caused();
    expect(rest).toEqual({ correlationId: "c", causationId: recorded.id, hops: 5 });
  });

  it("takes a message of a queue as well", () => {
    const message = testMessage("x");
    expect(causedBy("a", message).caused()).toMatchObject({
      correlationId: message.id,
      causationId: message.id,
      hops: 1,
    });
  });

  it("shows who reacts on what in logs", () => {
    expect(inspect(causedBy("a", { id: "e" }))).toBe("Causing { name: 'a', id: 'e' }");
  });

  it.each([
    ["name", () => causedBy("", recorded)],
    ["name", () => causedBy(5 as unknown as string, recorded)],
    ["id", () => causedBy("a", { id: "" })],
    ["id", () => causedBy("a", { id: "x".repeat(129) })],
    ["id", () => causedBy("a", {} as Cause)],
    ["step", () => causedBy("a", recorded).caused(1 as unknown as string)],
  ])("refuses what is no %s", (option, make) => {
    expect(make).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
  });
});
