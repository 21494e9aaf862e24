import { VirtualTimeScheduler } from "rxjs";
import type { EventId } from "sluice/log";
import { testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { Holding } from "../../../src/broker/deliver/Holding.js";
import type { Pending } from "../../../src/broker/Pending.js";
import type { Position } from "../../../src/core/Position.js";

const pending: Pending = {
  source: 0,
  reactions: ["other"],
  fault: undefined,
  event: { id: "1" as EventId, type: "T", stream: "a/1", version: 1, position: "1" as Position, appendedAtMs: 0 },
};

/** Messages that are held, at a clock that is set. */
const stage = (knownMax: number) => {
  const scheduler = new VirtualTimeScheduler();
  const holding = new Holding(knownMax);
  const message = () => testMessage(pending, { scheduler });
  const at = (nowMs: number, of: ReturnType<typeof message>): string => {
    scheduler.frame = nowMs;
    const outcome = holding.outcomeOf(of, "other");
    return outcome._tag === "Release" ? String(outcome.delayMs) : outcome._tag;
  };
  return { message, at };
};

const MINUTE_MS = 60_000;

describe("what is left to others", () => {
  it("is left for as long again each time, ten seconds at most, and blocks after ten minutes", () => {
    const { message, at } = stage(10);
    const one = message();
    const delays = [0, 200, 400, 800, 1_600, 60_000, 599_000].map((nowMs) => at(nowMs, one));
    expect(delays).toEqual(["200", "200", "400", "800", "1600", "10000", "10000"]);
    expect(at(600_000, one)).toBe("Block");
    expect(at(600_000, one), "unblocked it begins anew").toBe("200");
  });

  it("comes to its end also where there is more than is known: what is known stays known until it has gone", () => {
    const { message, at } = stage(2);
    const [one, two, three] = [message(), message(), message()];
    expect([at(0, one), at(0, two), at(0, three)]).toEqual(["200", "200", "10000"]);
    for (let nowMs = 10_000; nowMs < 10 * MINUTE_MS; nowMs += 10_000)
      expect([at(nowMs, one), at(nowMs, three)]).toEqual(["10000", nowMs > MINUTE_MS ? expect.any(String) : "10000"]);
    // The second one has gone to others meanwhile, which made room for the third.
    expect([at(10 * MINUTE_MS, one), at(10 * MINUTE_MS, three)]).toEqual(["Block", "10000"]);
    expect(at(12 * MINUTE_MS, three)).toBe("Block");
  });
});
