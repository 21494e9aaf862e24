/** The valve of a destination: nobody gets more than there is room for. */
import { VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { DestinationValve } from "../../../../src/hub/valve/DestinationValve.js";

const valveOf = (ratePerSecondMax: number | undefined, breakAfter: number | undefined) => {
  const told: Array<string> = [];
  const valve = new DestinationValve({
    scheduler: new VirtualTimeScheduler(),
    ratePerSecondMax,
    breaker: breakAfter === undefined ? undefined : { breakAfter, breakMs: 0 },
    onOpened: ({ failures, error }) => told.push(`opened by ${failures}: ${error}`),
    onClosed: () => told.push("closed"),
  });
  valve.watch(() => told.push(`room for ${valve.room}`));
  return { valve, told };
};

describe("a valve", () => {
  it("gives as many permits as its rate has room for, and tells when that is used up and when it is known how long", () => {
    const { valve, told } = valveOf(2, undefined);
    const [first, second, third] = [valve.take(), valve.take(), valve.take()];
    expect([third, valve.room, valve.roomAtMs]).toEqual([undefined, 0, undefined]);
    expect([first?.begin(), first?.begin(), valve.roomAtMs]).toEqual([true, false, 1_000]);
    first?.end("well");
    second?.end("neither");
    second?.end("badly");
    expect(told).toEqual(["room for 0", "room for 0", "room for 1"]);
  });

  it("gives one permit for a trial, and lets none begin that was given before", () => {
    const { valve, told } = valveOf(undefined, 1);
    const [first, late] = [valve.take(), valve.take()];
    first?.end("badly", "down");
    expect([late?.begin(), valve.room]).toEqual([false, 1]);
    const trial = valve.take();
    expect([trial?.begin(), valve.take(), valve.room]).toEqual([true, undefined, 0]);
    trial?.end("well");
    expect(valve.room).toBe(Number.POSITIVE_INFINITY);
    expect(told).toEqual(["opened by 1: down", "room for 1", "room for 0", "closed", "room for Infinity"]);
  });
});
