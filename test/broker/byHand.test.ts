/** Lines by hand, beside programs that have other reactions. What holds for any queue store is in its conformance suite. */
import * as t from "io-ts";
import { queue } from "sluice";
import { broker, on, queueStore, type Reaction } from "sluice/broker";
import type { Store } from "sluice/store";
import { faultyStore, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { counts, inc, logOn } from "./scene.js";

const doing = (name: string) => on(counts, "Inc").do(async () => undefined, { name });
const [known, other] = [doing("known"), doing("other")];

/** Correlated by a program that has all of these, and not delivered. */
const correlated = async (store: Store, ...reactions: ReadonlyArray<Reaction<unknown, "default">>): Promise<void> => {
  const lane = queue(faultyStore(store).store, { name: "sluice.broker/default/b", codec: t.unknown });
  await lane.pause();
  await broker(faultyStore(store).store, { name: "b", reactions }).runUntilIdle();
  await lane.resume();
};

describe.each(mostStores())("a queue by hand on %s", (_, open) => {
  it("leaves an event to others where one of its reactions is not in the register, so that none is passed over", async () => {
    const store = open();
    await logOn(store).append("a/1", [inc(1)]);
    await correlated(store, known, other);
    const queues = queueStore(store, { name: "b" });
    expect((await queues.fetch([known], 10)).queues).toEqual([]);
    expect(await queues.queue("a/1").next()).toBeUndefined();
    expect((await queues.queue("a/1").state()).position).toBeUndefined();
    const ran: Array<string> = [];
    const does = (name: string) => on(counts, "Inc").do(async () => ran.push(name), { name });
    const whole = broker(store, { name: "b", reactions: [does("known"), does("other")] });
    await expect.poll(() => whole.runUntilIdle().then(() => ran), { timeout: 8_000 }).toEqual(["known", "other"]);
  });

  it("goes on behind those: they take no place of the limit", async () => {
    const store = open();
    for (const i of [1, 2, 3]) await logOn(store).append(`a/${i}`, [inc(i)]);
    await correlated(
      store,
      other.to(({ stream }) => (stream === "a/3" ? undefined : stream)),
      known.to("mine"),
    );
    const queues = queueStore(store, { name: "b" });
    const { queues: fetched } = await queues.fetch([known.to("mine")], 1);
    expect(fetched.map(({ stream }) => stream)).toEqual(["mine"]);
  });

  it("passes an event whose reactions are all retired, and shows it to those that are not", async () => {
    const store = open();
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    await correlated(store, other);
    const queues = queueStore(store, { name: "b" });
    expect((await queues.fetch([other.void()], 10)).queues).toEqual([]);
    const again = await queues.fetch([other.void()], 10);
    expect([again.queues, (await queues.queue("a/1").state()).position]).toEqual([[], expect.any(String)]);
  });
});

describe("a queue by hand", () => {
  it("blocks what it left to others for ten minutes", async () => {
    await simulate(async ({ store, advance }) => {
      await logOn(store).append("a/1", [inc(1)]);
      await correlated(store, other);
      const queues = queueStore(store, { name: "b" });
      const stateAfter = async (ms: number) => {
        for (let left = ms; left > 0; left -= 20_000) {
          await queues.fetch([known], 10);
          await advance(20_000);
        }
        return queues.queue("a/1").state();
      };
      expect(await stateAfter(580_000)).toMatchObject({ blocked: false });
      expect(await stateAfter(60_000)).toMatchObject({ blocked: true, position: undefined });
    });
  });
});
