/** A store whose clock is set back: what is told by time is still a history. */
import { asapScheduler, lastValueFrom, map, toArray } from "rxjs";
import { eventLog, type ReadOptions } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { describe, expect, it } from "vitest";
import { cartEvents, cartsOn } from "../../stores/sourcing/scene.js";
import { addToCart } from "../../support/cart.js";

/** A cart whose events were appended at these times. */
const cartOf = async (times: ReadonlyArray<number>) => {
  let nowMs = 0;
  const store = memoryStore({
    scheduler: { now: () => nowMs, schedule: asapScheduler.schedule.bind(asapScheduler) },
  });
  const carts = cartsOn(store);
  for (const [i, ms] of times.entries()) {
    nowMs = ms;
    await carts.handle("1", addToCart("1", `${i + 1}`));
  }
  const read = (options: ReadOptions) =>
    lastValueFrom(
      eventLog(store, cartEvents)
        .read("cart/1", options)
        .pipe(
          map(({ version }) => version),
          toArray(),
        ),
    );
  return { carts, read };
};

describe("by a time, where the clock was set back", () => {
  const times = [100, 300, 200, 400];

  it("a state has no event without those before it", async () => {
    const { carts } = await cartOf(times);
    const at = async (ms: number) => Object.keys((await carts.stateAt("1", new Date(ms))).state.items);
    expect(await Promise.all([50, 100, 250, 300, 399, 400].map(at))).toEqual([
      [],
      ["1"],
      ["1"],
      ["1", "2", "3"],
      ["1", "2", "3"],
      ["1", "2", "3", "4"],
    ]);
  });

  it("a stream is read without a hole, forwards and backwards", async () => {
    const { read } = await cartOf(times);
    expect(await read({ upTo: new Date(250) })).toEqual([1]);
    expect(await read({ upTo: new Date(300) })).toEqual([1, 2, 3]);
    expect(await read({ upTo: new Date(250), backwards: true })).toEqual([3, 2, 1]);
    expect(await read({ upTo: new Date(250), backwards: true, limit: 2 })).toEqual([3, 2]);
    expect(await read({ upTo: new Date(50), backwards: true })).toEqual([]);
  });

  it("a long stream is read page by page", async () => {
    const { carts, read } = await cartOf([...Array.from({ length: 1_500 }, () => 200), 100, 300]);
    expect(await read({ upTo: new Date(299), backwards: true, limit: 1_200 })).toHaveLength(1_200);
    expect((await read({ upTo: new Date(150) })).length).toBe(0);
    expect((await read({ upTo: new Date(150), backwards: true })).length).toBe(1_501);
    expect((await carts.stateAt("1", new Date(200))).version).toBe(1_501);
  });
});
