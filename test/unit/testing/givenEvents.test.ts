import * as t from "io-ts";
import { eventType } from "sluice/log";
import { givenEvents, testRecorded } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { added, paid, revenueOf } from "../../stores/projections/scene.js";

describe("givenEvents", () => {
  it("makes the state of events, and compares it", () => {
    givenEvents(revenueOf, []).expectState(0);
    const given = givenEvents(revenueOf, [paid("1", 30), added("1"), paid("2", 12)]);
    given.expectState(42);
    expect(() => given.expectState(41)).toThrow(expect.objectContaining({ name: "AssertionError", actual: 42 }));
  });

  it("gives them numbers in one stream, and places in one order", () => {
    const seen = {
      ...revenueOf,
      categories: ["cart"],
      evolve: {
        CartPaid: (sum: number, { version, stream }: { readonly version: number; readonly stream: string }) =>
          stream === "cart/1" ? sum * 10 + version : Number.NaN,
      },
    };
    givenEvents(seen, [paid("1", 1), added("1"), paid("1", 1)]).expectState(13);
  });

  it("refuses what its codec does not take, a state that could not be stored, and a definition out of its limits", () => {
    const wrong = { type: "CartPaid", cartId: "1" } as unknown as ReturnType<typeof paid>;
    const other = { type: "Other" } as unknown as ReturnType<typeof paid>;
    expect(() => givenEvents(revenueOf, [other])).toThrow(expect.objectContaining({ _tag: "EncodeRefused" }));
    expect(() => givenEvents(revenueOf, [wrong])).toThrow(expect.objectContaining({ _tag: "EncodeRefused" }));
    expect(() => givenEvents({ ...revenueOf, initial: Number.NaN }, [])).toThrow(
      expect.objectContaining({ _tag: "EncodeRefused" }),
    );
    expect(() => givenEvents({ ...revenueOf, version: 0 }, [])).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option: "version" }),
    );
  });

  it("throws what evolve throws", () => {
    const broken = {
      ...revenueOf,
      evolve: {
        CartPaid: (): number => {
          throw new Error("no");
        },
      },
    };
    expect(() => givenEvents(broken, [paid("1", 1)])).toThrow("no");
  });

  it("takes events that bear no tag", () => {
    const codec = eventType("Measured", t.type({ celsius: t.number }));
    const hottest = {
      name: "hottest",
      version: 1,
      codec,
      initial: 0,
      state: t.number,
      evolve: {
        Measured: (max: number, { event }: { readonly event: { readonly celsius: number } }) =>
          Math.max(max, event.celsius),
      },
    };
    givenEvents(hottest, [{ celsius: 3 }, { celsius: 9 }, { celsius: 5 }]).expectState(9);
  });
});

describe("testRecorded", () => {
  it("is an event as it is read, with what is given", () => {
    const event = testRecorded({ type: "Paid", total: 1 });
    expect(event).toMatchObject({
      _tag: "Event",
      type: "Paid",
      stream: "test/1",
      version: 1,
      appendedAtMs: 0,
      meta: {},
    });
    expect(event.position.endsWith(event.id.slice(-6))).toBe(true);
    expect(JSON.stringify(event)).not.toContain("total");
    expect(testRecorded(5).type).toBe("Event");
    expect(testRecorded({ type: 5 }).type).toBe("Event");
    const given = { id: event.id, type: "T", stream: "s", version: 7, position: event.position, appendedAtMs: 9 };
    expect(testRecorded("x", { ...given, meta: { actor: "a" } })).toMatchObject({ ...given, meta: { actor: "a" } });
    expect(testRecorded(1, { version: 2 }).position > testRecorded(1).position).toBe(true);
  });
});
