/** Of many processes one correlates a lane; another takes over when that one stands still, and at once where it has left. */
import { Subject } from "rxjs";
import { type BrokerEvent, broker } from "sluice/broker";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, eventually, running, Seen, upTo } from "./scene.js";

/** A process that runs a broker on virtual time, and when it correlated and acked which numbers. */
const process = (store: Store, nowMs: () => number, name: string) => {
  const stop$ = new Subject<void>();
  const seen = new Seen();
  const one = broker(store, { name: "b", reactions: [seen.reaction("r")] });
  const correlatedAtMs: Array<number> = [];
  one.events$.subscribe((event: BrokerEvent<unknown>) => {
    if (event._tag === "Correlated" && event.events > 0) correlatedAtMs.push(nowMs());
  });
  const subscription = one.run({ stop$, stopMsMax: 0 }).subscribe();
  return { name, seen, stop$, correlatedAtMs, end: () => subscription.unsubscribe() };
};

describe("who correlates", () => {
  it("is whoever wrote the last checkpoint; others look on", async () => {
    await simulate(async ({ client, advance, nowMs, store }) => {
      const first = process(client().store, nowMs, "first");
      await advance(10);
      await append(store, [0]);
      await advance(10);
      const others = ["second", "third"].map((name) => process(client().store, nowMs, name));
      for (const n of upTo(50)) {
        await append(store, [n]);
        await advance(100);
      }
      expect(first.correlatedAtMs.length).toBe(51);
      expect(others.map((one) => one.correlatedAtMs)).toEqual([[], []]);
      const all = [first, ...others].flatMap((one) => one.seen.of("r"));
      expect(all.sort((a, b) => a - b)).toEqual([0, ...upTo(50)]);
      for (const one of [first, ...others]) one.end();
    });
  });

  it("is another within a second and a half once that one has died", async () => {
    await simulate(async ({ client, advance, nowMs, store }) => {
      const dying = client();
      const first = process(dying.store, nowMs, "first");
      await advance(10);
      await append(store, [1]);
      await advance(10);
      const second = process(client().store, nowMs, "second");
      await advance(5_000);
      dying.crash();
      await advance(5_000);
      expect(second.correlatedAtMs).toEqual([]);
      await append(store, [2]);
      const appendedAtMs = nowMs();
      await advance(999);
      expect(second.correlatedAtMs).toEqual([]);
      await advance(601);
      expect(second.correlatedAtMs.length).toBe(1);
      expect(second.correlatedAtMs[0]! - appendedAtMs).toBeGreaterThanOrEqual(1_000);
      expect(second.seen.of("r")).toEqual([2]);
      // And it keeps the place.
      await append(store, [3]);
      await advance(5);
      expect(second.seen.of("r")).toEqual([2, 3]);
      for (const one of [first, second]) one.end();
    });
  });

  it("is another at once where that one was stopped, also in the midst of a load", async () => {
    await simulate(async ({ client, advance, nowMs, store }) => {
      const first = process(client().store, nowMs, "first");
      await advance(10);
      const second = process(client().store, nowMs, "second");
      await append(store, [1]);
      await advance(20);
      expect(first.correlatedAtMs.length).toBe(1);
      first.stop$.next();
      await advance(1);
      // The second is waiting whether the first writes.
      await append(store, [2]);
      await advance(251);
      expect(second.correlatedAtMs.length).toBe(1);
      const third = process(client().store, nowMs, "third");
      await advance(5_000);
      second.stop$.next();
      await advance(5_000);
      await append(store, [3]);
      await advance(5);
      expect(third.correlatedAtMs.length).toBe(1);
      const all = [first, second, third].flatMap((one) => one.seen.of("r"));
      expect(all).toEqual([1, 2, 3]);
      for (const one of [first, second, third]) one.end();
    });
  });

  it("is a run that follows a runUntilIdle at once", async () => {
    await simulate(async ({ store, advance, nowMs, client }) => {
      await append(store, [1]);
      const seen = new Seen();
      const idle = broker(client().store, { name: "b", reactions: [seen.reaction("r")] }).runUntilIdle();
      const done = idle.then(({ acked }) => acked);
      await advance(1_000);
      expect(await done).toBe(1);
      const next = process(store, nowMs, "next");
      await append(store, [2]);
      await advance(5);
      expect(next.seen.of("r")).toEqual([2]);
      next.end();
    });
  });
});

describe.each(mostStores())("a lane that is full, on %s", (_, open) => {
  it("waits, is told once, holds up no other lane, and goes on when there is room", { timeout: 60_000 }, async () => {
    const store = open();
    const seen = new Seen();
    const free: Array<() => void> = [];
    let isShut = true;
    const reactions = [
      seen.reaction("slow", { lane: "slow" }, () =>
        isShut ? new Promise<void>((resolve) => free.push(resolve)) : undefined,
      ),
      seen.reaction("fast"),
    ] as const;
    const one = broker(store, { name: "b", reactions, lanes: { slow: { pendingMax: 1_000 } } });
    const full: Array<BrokerEvent<unknown>> = [];
    one.events$.subscribe((event) => event._tag === "Full" && full.push(event));
    for (let i = 0; i < 8; i++) await append(store, upTo(400, 400 * i + 1), { to: `x${i}`, stream: `s/${i}` });
    const fromMs = store.scheduler.now();
    const run = running(one, { concurrency: 8 });
    // Fast ones are through, though slow ones have done nothing.
    await eventually(() =>
      expect(upTo(8, 0).map((i) => seen.of("fast", `x${i}`).length)).toEqual(upTo(8).map(() => 400)),
    );
    await eventually(() => expect(full).toMatchObject([{ lane: "slow", pending: 1_000 }]));
    expect((await store.stats("sluice.broker/slow/b")).waiting).toBeLessThanOrEqual(1_000);
    isShut = false;
    for (const go of free) go();
    await eventually(() =>
      expect(upTo(8, 0).map((i) => seen.of("slow", `x${i}`))).toEqual(upTo(8, 0).map((i) => upTo(400, 400 * i + 1))),
    );
    // Once for each time that it is full: then it looks again after 50 ms.
    expect(full.length).toBeLessThanOrEqual((store.scheduler.now() - fromMs) / 50 + 1);
    expect(run.ended).toEqual({});
  });

  it("stays full of what is blocked, and goes on once that is freed", { timeout: 30_000 }, async () => {
    const store = open();
    const seen = new Seen();
    let fails = true;
    const reaction = seen.reaction("r", { attemptsMax: 1 }, (n) => {
      if (fails && n === 1) throw new Error("no");
    });
    const one = broker(store, { name: "b", reactions: [reaction], pendingMax: 1_000 });
    one.events$.subscribe();
    await append(store, upTo(1_500));
    await append(store, [9_999], { to: "y", stream: "s/2" });
    expect(await one.runUntilIdle()).toMatchObject({ fetched: 1_000, blocked: 1 });
    expect(seen.of("r", "y")).toEqual([]);
    fails = false;
    await one.unblock("x");
    await one.runUntilIdle();
    expect(seen.of("r")).toEqual(upTo(1_500));
    expect(seen.of("r", "y")).toEqual([9_999]);
  });
});
