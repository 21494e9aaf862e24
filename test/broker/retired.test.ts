/** Reactions that were retired by `.void()`, and that a later program does not have any more: what is pending of them passes. */
import { broker, on, queueStore } from "sluice/broker";
import type { Store } from "sluice/store";
import { faultyStore } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { counts, inc, logOn } from "./scene.js";

const kept = (ran: Array<number> = []) =>
  on(counts, "Inc").do(async ({ event }) => ran.push(event.by), { name: "kept" });
const old = (target?: string) => {
  const doing = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), {
    name: "old",
    lane: "slow",
    attemptsMax: 1,
  });
  return target === undefined ? doing : doing.to(target);
};
const lanes = { slow: {} };

/** It has blocked the line of "x", and was retired since then. */
const blockedAndRetired = async (store: Store): Promise<void> => {
  await logOn(store).append("a/1", [inc(1), inc(2), inc(3)]);
  const first = broker(faultyStore(store).store, { name: "b", lanes, reactions: [kept(), old("x")] });
  expect(await first.runUntilIdle()).toMatchObject({ acked: 3, blocked: 1 });
  const retiring = on(counts, "Inc")
    .do(async () => undefined, { name: "old", lane: "slow" })
    .void();
  const second = broker(faultyStore(store).store, { name: "b", lanes, reactions: [kept(), retiring] });
  expect(await second.runUntilIdle()).toMatchObject({ delivered: 0, left: 3 });
};

describe.each(mostStores())("what is pending of a retired reaction that a program does not have, on %s", (_, open) => {
  it.each([["unblock"], ["skip"]] as const)("is shown where it blocks, and passes at once after %s", async (frees) => {
    const store = open();
    await blockedAndRetired(store);
    const third = broker(store, { name: "b", reactions: [kept()] });
    const [blocked] = (await third.blockedStreams()).items;
    expect(blocked).toMatchObject({ stream: "x", lane: "slow", reactions: ["old"], cause: "Error: no" });
    expect(await third[frees]("x")).toBe(1);
    expect(await third.runUntilIdle()).toMatchObject({ delivered: 0, blocked: 0, left: 0 });
    expect((await third.blockedStreams()).items).toEqual([]);
  });

  it("passes beside a reaction of the same target that the program has, which runs alone", async () => {
    const store = open();
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    const failing = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), { name: "kept", attemptsMax: 1 });
    const gone = on(counts, "Inc").do(async () => 1, { name: "gone" });
    const first = broker(faultyStore(store).store, { name: "b", reactions: [failing, gone] });
    expect(await first.runUntilIdle()).toMatchObject({ blocked: 1 });
    const second = broker(faultyStore(store).store, { name: "b", reactions: [failing, gone.void()] });
    await second.runUntilIdle();
    const ran: Array<number> = [];
    const third = broker(store, { name: "b", reactions: [kept(ran)] });
    expect(await third.unblock("a/1")).toBe(1);
    expect(await third.runUntilIdle()).toMatchObject({ acked: 2, left: 0 });
    expect(ran).toEqual([1, 2]);
    const { position } = await logOn(store).append("a/2", [inc(3)]);
    await third.runUntilIdle();
    expect(await third.position("a/1")).toBe(position);
  });

  it("passes by hand too", async () => {
    const store = open();
    await logOn(store).append("a/1", [inc(1)]);
    const failing = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), { name: "gone", attemptsMax: 1 });
    const first = broker(faultyStore(store).store, { name: "b", reactions: [kept().to("k"), failing] });
    expect(await first.runUntilIdle()).toMatchObject({ acked: 1, blocked: 1 });
    await broker(faultyStore(store).store, { name: "b", reactions: [kept(), failing.void()] }).runUntilIdle();
    await first.unblock("a/1");
    const queues = queueStore(store, { name: "b" });
    expect((await queues.fetch([kept()], 10)).queues).toEqual([]);
    expect((await queues.queue("a/1").state()).position).toEqual(expect.any(String));
  });
});
