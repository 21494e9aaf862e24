/** `runUntilIdle` and `wake`: one run at a time in a process, shared by all who ask, until nothing makes progress any more. */
import * as t from "io-ts";
import { firstValueFrom, Subject } from "rxjs";
import { queue, Retry } from "sluice";
import { broker, Defer, on, type Reaction } from "sluice/broker";
import type { Store } from "sluice/store";
import { faultyStore, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/port/viewOf.js";
import { mostStores } from "../stores/eachStore.js";
import { collect, counts, dec, inc, isDelivered, logOn, never } from "./scene.js";

const nothing = { fetched: 0, delivered: 0, acked: 0, skipped: 0, blocked: 0, left: 0 };

const brokerOn = (store: Store, ...reactions: ReadonlyArray<Reaction<unknown, "default">>) =>
  broker(store, { name: "b", reactions });

describe.each(mostStores())("runUntilIdle on %s", (_, open) => {
  it("counts what it did, and nothing where there is nothing to do", async () => {
    const store = open();
    const b = brokerOn(
      store,
      on(counts, "Inc").do(async () => 1),
      on(counts, "Dec").do(async () => Promise.reject(new Error("no")), { attemptsMax: 2, backoff: { initialMs: 0 } }),
    );
    expect(await b.runUntilIdle()).toEqual(nothing);
    await logOn(store).append("a/1", [inc(1), inc(2), dec(3), inc(4)]);
    await logOn(store).append("a/2", [inc(5)]);
    expect(await b.runUntilIdle()).toEqual({ fetched: 5, delivered: 5, acked: 3, skipped: 0, blocked: 1, left: 2 });
    expect(await b.runUntilIdle()).toEqual({ ...nothing, left: 2 });
  });

  it("handles what its handlers append, also far down a chain, in the same call", async () => {
    const store = open();
    const seen: Array<number> = [];
    const next = on(counts, "Inc").do(async ({ event }) => {
      seen.push(event.by);
      if (event.by < 12) await logOn(store).append(`a/${event.by % 2}`, [inc(event.by + 1)]);
    });
    await logOn(store).append("a/0", [inc(1)]);
    expect(await brokerOn(store, next).runUntilIdle()).toMatchObject({
      fetched: 12,
      delivered: 12,
      acked: 12,
      blocked: 0,
    });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it("does all of a long line whose handlers end at once", async () => {
    const store = open();
    const next = on(counts, "Inc")
      .do(() => store.stats("any"), { name: "stats" })
      .to("x");
    await logOn(store).append(
      "a/0",
      Array.from({ length: 300 }, (_e, i) => inc(i)),
    );
    expect(await brokerOn(store, next).runUntilIdle()).toMatchObject({
      fetched: 300,
      delivered: 300,
      acked: 300,
      blocked: 0,
    });
  });

  it("leaves what waits for a retry, is deferred or is blocked, and does not wait for it", async () => {
    const store = open();
    const later = on(counts, "Inc").do(
      async ({ event }) => {
        if (event.by === 1) return Retry({ cause: "later", delayMs: 3_600_000 });
        if (event.by === 2) return Defer({ forMs: 3_600_000 });
        throw new Error("no");
      },
      { attemptsMax: 1_000, backoff: { initialMs: 3_600_000, delayMsMax: 3_600_000 } },
    );
    for (const i of [1, 2, 3]) await logOn(store).append(`a/${i}`, [inc(i), inc(i)]);
    const b = brokerOn(store, later);
    expect(await b.runUntilIdle()).toEqual({ ...nothing, fetched: 6, delivered: 3, left: 6 });
    expect(await b.runUntilIdle()).toEqual({ ...nothing, left: 6 });
  });

  it("tells what it passed over, and what it left to programs that have its reactions, in lanes that it does not have too", async () => {
    const store = open();
    const there = broker(faultyStore(store).store, {
      name: "b",
      lanes: { other: {} },
      reactions: [
        on(counts, "Inc").do(async () => Defer({ forMs: 3_600_000 }), { name: "there", lane: "other" }),
        on(counts, "Dec").do(async () => Promise.reject(new Error("no")), { name: "passes", attemptsMax: 1 }),
      ],
    });
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    expect(await there.runUntilIdle()).toMatchObject({ acked: 0, left: 2 });
    const passes = on(counts, "Dec").do(async () => Promise.reject(new Error("no")), {
      name: "passes",
      attemptsMax: 1,
      blockOnError: false,
    });
    await logOn(store).append("a/1", [dec(1), dec(2)]);
    const b = brokerOn(store, passes);
    expect(await b.runUntilIdle()).toEqual({ ...nothing, fetched: 2, delivered: 2, skipped: 2, left: 2 });
  });

  it("tells what it left in a lane that is paused", async () => {
    const store = open();
    const count = on(counts, "Inc").do(async () => 1, { name: "count" });
    const lane = queue(faultyStore(store).store, { name: "sluice.broker/default/b", codec: t.unknown });
    await lane.pause();
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    const b = brokerOn(store, count);
    expect(await b.runUntilIdle()).toEqual({ ...nothing, fetched: 2, left: 2 });
    await lane.resume();
    expect(await b.runUntilIdle()).toEqual({ ...nothing, delivered: 2, acked: 2 });
  });

  it("leaves what another process has in its hands", async () => {
    const store = open();
    const busy = on(counts, "Inc").do(never, { name: "count" });
    const quick = on(counts, "Inc").do(async () => 1, { name: "count" });
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    const other = collect(brokerOn(faultyStore(store).store, busy).run());
    const leased = () => store.stats("sluice.broker/default/b").then((stats) => stats.leased);
    await expect.poll(leased, { timeout: 8_000 }).toBe(1);
    await logOn(store).append("a/2", [inc(3)]);
    const b = brokerOn(store, quick);
    const done = await b.runUntilIdle();
    // Who correlates it first is chance, who handles it is not quite: the other one has hands left.
    expect(done.blocked).toBe(0);
    expect(await leased()).toBeGreaterThanOrEqual(1);
    expect(await b.position("a/1")).toBeUndefined();
    other.stop();
    await expect.poll(() => b.runUntilIdle().then(leased), { timeout: 8_000 }).toBe(0);
    const { position } = await logOn(store).append("a/3", [inc(4)]);
    await b.runUntilIdle();
    expect(await b.position("a/1")).toBe(position);
  });

  it("runs one at a time: all who ask meanwhile share one run behind it, which sees what was appended before they asked", async () => {
    const store = open();
    const go$ = new Subject<void>();
    let running = 0;
    const seen: Array<number> = [];
    const slow = on(counts, "Inc").do(async ({ event }) => {
      running += 1;
      expect(running).toBe(1);
      if (event.by === 1) await firstValueFrom(go$);
      running -= 1;
      seen.push(event.by);
    });
    const b = brokerOn(store, slow.to("x"));
    await logOn(store).append("a/1", [inc(1)]);
    const first = b.runUntilIdle().then((idle) => idle);
    await expect.poll(() => running, { timeout: 8_000 }).toBe(1);
    await logOn(store).append("a/1", [inc(2)]);
    const answers: Array<unknown> = [];
    const following = [1, 2, 3].map(() => b.runUntilIdle().then((idle) => answers.push(idle)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answers).toEqual([]);
    go$.next();
    // The first one may have taken the second event along; together they did all of it, once.
    const done = [await first, ...(await Promise.all(following).then(() => answers.slice(0, 1)))] as ReadonlyArray<
      typeof nothing
    >;
    expect(done.reduce((sum, { acked }) => sum + acked, 0)).toBe(2);
    expect(new Set(answers).size).toBe(1);
    expect(seen).toEqual([1, 2]);
  });

  it("fails where the store does not answer, is free again, and goes on where it was", async () => {
    const inner = open();
    const { store, faults } = faultyStore(inner);
    await logOn(inner).append("a/1", [inc(1)]);
    const b = brokerOn(
      store,
      on(counts, "Inc").do(async () => 1),
    );
    faults.disconnect();
    const answers = await Promise.allSettled([1, 2].map(() => b.runUntilIdle().then((idle) => idle)));
    expect(answers).toMatchObject(Array(2).fill({ status: "rejected", reason: { _tag: "StoreUnavailable" } }));
    faults.reconnect();
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1 });
  });

  it("is cold: made and not asked for, it does nothing; asked for twice, it runs twice", async () => {
    const store = open();
    const b = brokerOn(
      store,
      on(counts, "Inc").do(async () => 1),
    );
    await logOn(store).append("a/1", [inc(1)]);
    const later = b.runUntilIdle();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await b.position("a/1")).toBeUndefined();
    expect(await firstValueFrom(later)).toMatchObject({ acked: 1 });
    expect(await firstValueFrom(later)).toEqual(nothing);
  });
});

describe("wake", () => {
  it("runs soon, once for all calls of one moment, and not again by itself", async () => {
    await simulate(async ({ store, advance }) => {
      let calls = 0;
      const counted = viewOf(store, {
        stats: (queue) => {
          calls += 1;
          return store.stats(queue);
        },
      });
      const b = brokerOn(
        counted,
        on(counts, "Inc").do(async () => 1),
      );
      const told = collect(b.events$);
      const callsOf = async (times: number): Promise<number> => {
        calls = 0;
        for (let i = 0; i < times; i += 1) b.wake();
        expect(calls).toBe(0);
        await advance(10_000);
        return calls;
      };
      const once = await callsOf(1);
      expect(once).toBeGreaterThan(0);
      expect(await callsOf(5)).toBe(once);
      await logOn(store).append("a/1", [inc(1)]);
      await advance(60_000);
      expect(told.seen).toEqual([]);
      await callsOf(5);
      expect(told.seen.filter(isDelivered)).toMatchObject([{ _tag: "Acked" }]);
      told.stop();
    });
  });

  it("during a run makes another one behind it", async () => {
    await simulate(async ({ store, advance }) => {
      const go$ = new Subject<void>();
      const slow = on(counts, "Inc").do(() => firstValueFrom(go$), { name: "slow" });
      const quick = on(counts, "Dec").do(async () => 1, { name: "quick" });
      const b = brokerOn(store, slow, quick);
      const told = collect(b.events$);
      await logOn(store).append("a/1", [inc(1)]);
      const idle: Array<unknown> = [];
      b.runUntilIdle().subscribe((done) => idle.push(done));
      await advance(500);
      b.wake();
      b.wake();
      await advance(500);
      go$.next();
      // It ends, and only then is there something new, which the one that was asked for meanwhile finds.
      const appended = logOn(store).append("a/2", [dec(1)]);
      await appended;
      await advance(2_000);
      expect(idle).toHaveLength(1);
      expect(told.seen.filter(isDelivered).map(({ stream }) => stream)).toEqual(["a/1", "a/2"]);
      told.stop();
    });
  });

  it("beside a run does nothing, since that waits for events itself", async () => {
    await simulate(async ({ store, advance }) => {
      const b = brokerOn(
        store,
        on(counts, "Inc").do(async () => 1),
      );
      const told = collect(b.events$);
      const run = collect(b.run({ lanes: ["default"] }));
      await advance(100);
      b.wake();
      await logOn(store).append("a/1", [inc(1)]);
      await advance(1_000);
      expect(run.seen).toHaveLength(1);
      expect(told.seen.filter(isDelivered)).toHaveLength(1);
      run.stop();
      await advance(0);
      await logOn(store).append("a/1", [inc(2)]);
      b.wake();
      await advance(1_000);
      expect(told.seen.filter(isDelivered)).toHaveLength(2);
      told.stop();
    });
  });

  it("runs again by itself where the store did not answer: after 2 s, then twice as long each time, five times in all", async () => {
    await simulate(async ({ store, advance, disconnect, reconnect, nowMs }) => {
      const b = brokerOn(
        store,
        on(counts, "Inc").do(async () => 1),
      );
      const told = collect(b.events$);
      const failed = () => told.seen.filter((event) => event._tag === "Failed");
      await logOn(store).append("a/1", [inc(1)]);
      disconnect();
      b.wake();
      await advance(1_000);
      expect(failed()).toMatchObject([{ dueAtMs: expect.any(Number) as number }]);
      reconnect();
      await advance(1_500);
      expect(told.seen.filter(isDelivered)).toHaveLength(1);
      disconnect();
      const sinceMs = nowMs();
      b.wake();
      await advance(120_000);
      expect(failed().map(({ dueAtMs }) => dueAtMs === undefined)).toEqual([
        false,
        false,
        false,
        false,
        false,
        false,
        true,
      ]);
      expect((failed().at(-2)?.dueAtMs ?? 0) - sinceMs).toBeGreaterThanOrEqual(62_000);
      reconnect();
      await advance(10_000);
      told.stop();
    });
  });

  it("tells a run that failed on events$, and the next one begins", async () => {
    await simulate(async ({ store, advance, disconnect, reconnect }) => {
      const b = brokerOn(
        store,
        on(counts, "Inc").do(async () => 1),
      );
      const told = collect(b.events$);
      await logOn(store).append("a/1", [inc(1)]);
      disconnect();
      b.wake();
      await advance(1_000);
      expect(told.seen.filter(({ _tag }) => _tag === "Failed")).toMatchObject([
        { cause: { _tag: "StoreUnavailable" } },
      ]);
      reconnect();
      b.wake();
      await advance(1_000);
      expect(told.seen.filter(isDelivered)).toHaveLength(1);
      told.stop();
    });
  });
});
