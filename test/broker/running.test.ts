/** `run`: how it is stopped, what it gives back, how many it works on at a time, and which lanes it serves. */
import { firstValueFrom, NEVER, Observable, Subject, take } from "rxjs";
import { broker, on } from "sluice/broker";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { collect, counts, inc, logOn, never, tell } from "./scene.js";

const QUEUE = "sluice.broker/default/b";

describe("a run", () => {
  it("that is stopped lets what it has in hand be done, begins nothing more, and completes", async () => {
    await simulate(async ({ store, advance }) => {
      const stop$ = new Subject<void>();
      const go$ = new Subject<string>();
      const waits = on(counts, "Inc").do(() => go$.pipe(take(1)), { name: "waits" });
      const b = broker(store, { name: "b", reactions: [waits] });
      await logOn(store).append("a/1", [inc(1), inc(2)]);
      const run = collect(b.run({ stop$, stopMsMax: 5_000 }));
      await advance(100);
      stop$.next();
      await advance(1_000);
      expect(run.end.completed).toBeUndefined();
      await logOn(store).append("a/2", [inc(3)]);
      go$.next("done");
      await advance(1_000);
      expect(run.end.completed).toBe(true);
      expect(run.seen.map(tell)).toEqual(["Acked a/1@1 (1)"]);
      expect(await store.stats(QUEUE)).toMatchObject({ acked: 1, ready: 1, leased: 0 });
    });
  });

  it("gives back what is not done in that time, uncounted", async () => {
    await simulate(async ({ store, advance, nowMs }) => {
      const stop$ = new Subject<void>();
      const ended: Array<number> = [];
      const attempts: Array<number> = [];
      const waits = on(counts, "Inc").do(
        (_recorded, { attempt }) => {
          attempts.push(attempt);
          return new Observable<never>(() => () => ended.push(nowMs()));
        },
        { name: "waits" },
      );
      const b = broker(store, { name: "b", reactions: [waits] });
      await logOn(store).append("a/1", [inc(1)]);
      const run = collect(b.run({ stop$, stopMsMax: 700 }));
      await advance(100);
      stop$.next();
      await advance(699);
      expect([run.end.completed, ended]).toEqual([undefined, []]);
      await advance(100);
      expect([run.end.completed, ended]).toEqual([true, [800]]);
      expect(run.seen).toEqual([]);
      const again = collect(b.run());
      await advance(100);
      expect(attempts).toEqual([1, 1]);
      again.stop();
    });
  });

  it("gives back at once where no time is given, and where it is unsubscribed", async () => {
    await simulate(async ({ store, advance }) => {
      const attempts: Array<number> = [];
      const waits = on(counts, "Inc").do(
        (_recorded, { attempt }) => {
          attempts.push(attempt);
          return NEVER;
        },
        { name: "waits", attemptsMax: 1 },
      );
      const b = broker(store, { name: "b", reactions: [waits] });
      await logOn(store).append("a/1", [inc(1)]);
      const stop$ = new Subject<void>();
      const stopped = collect(b.run({ stop$, stopMsMax: 0 }));
      await advance(100);
      expect(await store.stats(QUEUE)).toMatchObject({ leased: 1 });
      stop$.next();
      await advance(0);
      expect(stopped.end.completed).toBe(true);
      expect(await store.stats(QUEUE)).toMatchObject({ leased: 0, ready: 1 });
      for (let i = 0; i < 3; i += 1) {
        const run = collect(b.run());
        await advance(100);
        expect(await store.stats(QUEUE)).toMatchObject({ leased: 1 });
        run.stop();
        await advance(0);
        expect(await store.stats(QUEUE)).toMatchObject({ leased: 0, ready: 1 });
      }
      // With one attempt in all, it would be blocked if any of that counted.
      expect(attempts).toEqual([1, 1, 1, 1]);
      expect((await b.blockedStreams()).items).toEqual([]);
    });
  });

  it("that is stopped completes in its time and a second also where the store does not answer", async () => {
    await simulate(async ({ store, advance, disconnect, reconnect }) => {
      const stop$ = new Subject<void>();
      const b = broker(store, { name: "b", reactions: [on(counts, "Inc").do(() => NEVER, { name: "waits" })] });
      await logOn(store).append("a/1", [inc(1)]);
      const run = collect(b.run({ stop$, stopMsMax: 500 }));
      await advance(100);
      disconnect();
      stop$.next();
      await advance(1_600);
      expect(run.end).toEqual({ completed: true });
      reconnect();
      await advance(100);
    });
  });

  it("rides out an outage", async () => {
    await simulate(async ({ store, advance, disconnect, reconnect, client }) => {
      const b = broker(store, { name: "b", reactions: [on(counts, "Inc").do(async () => 1)] });
      const run = collect(b.run());
      await advance(100);
      disconnect();
      await logOn(client().store).append("a/1", [inc(1)]);
      await advance(30_000);
      expect([run.seen, run.end]).toEqual([[], {}]);
      reconnect();
      await advance(30_000);
      expect(run.seen.map(tell)).toEqual(["Acked a/1@1 (1)"]);
      run.stop();
    });
  });

  it("completes when the store is closed", async () => {
    await simulate(async ({ store, advance }) => {
      const run = collect(broker(store, { name: "b", reactions: [on(counts, "Inc").do(async () => 1)] }).run());
      await advance(100);
      store.close().subscribe();
      await advance(60_000);
      expect(run.end).toEqual({ completed: true });
    });
  });
});

describe.each(mostStores())("the lanes of a run on %s", (_, open) => {
  /** How many of a lane run at a time at most, by lane; a lane is full when nothing more begins for a while. */
  const running = () => {
    const now = new Map<string, number>();
    const most = new Map<string, number>();
    const handler = (lane: string, work: () => Promise<unknown>) => async () => {
      now.set(lane, (now.get(lane) ?? 0) + 1);
      most.set(lane, Math.max(most.get(lane) ?? 0, now.get(lane) ?? 0));
      await work();
      now.set(lane, (now.get(lane) ?? 0) - 1);
    };
    return { most, handler };
  };

  it("work on as many targets at a time as each says, or else as the run says", async () => {
    const store = open();
    const { most, handler } = running();
    const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
    const fast = on(counts, "Inc").do(handler("fast", pause), { name: "fast" });
    const slow = on(counts, "Inc").do(handler("slow", pause), { name: "slow", lane: "slow" });
    const b = broker(store, { name: "b", reactions: [fast, slow], lanes: { slow: { concurrency: 2 } } });
    for (let i = 0; i < 12; i += 1) await logOn(store).append(`a/${i}`, [inc(i)]);
    const run = collect(b.run({ concurrency: 5 }));
    await run.until(24);
    expect([...most].sort()).toEqual([
      ["fast", 5],
      ["slow", 2],
    ]);
  });

  it("do not stand in the way of each other: what is slow in one holds up none of the other", async () => {
    const store = open();
    const fast = on(counts, "Inc").do(async () => 1, { name: "fast" });
    const slow = on(counts, "Inc").do(never, { name: "slow", lane: "slow" });
    const b = broker(store, { name: "b", reactions: [fast, slow], lanes: { slow: { concurrency: 1 } } });
    for (let i = 0; i < 60; i += 1) await logOn(store).append(`a/${i % 6}`, [inc(i)]);
    const run = collect(b.run({ concurrency: 1 }));
    await run.until(60);
    expect(new Set(run.seen.map(({ lane }) => lane))).toEqual(new Set(["default"]));
  });

  it("are those that are named: the others wait for whoever serves them", async () => {
    const store = open();
    const seen: Array<string> = [];
    const one = on(counts, "Inc").do(async () => seen.push("default"), { name: "one" });
    const two = on(counts, "Inc").do(async () => seen.push("two"), { name: "two", lane: "two" });
    const three = on(counts, "Inc").do(async () => seen.push("three"), { name: "three", lane: "three" });
    const b = broker(store, { name: "b", reactions: [one, two, three], lanes: { two: {}, three: {} } });
    const { position } = await logOn(store).append("a/1", [inc(1)]);
    const some = collect(b.run({ lanes: ["two", "default", "two"] }));
    await some.until(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.sort()).toEqual(["default", "two"]);
    expect(await b.position("a/1")).toBeUndefined();
    const rest = collect(b.run({ lanes: ["three"] }));
    await rest.until(1);
    expect(rest.seen[0]).toMatchObject({ _tag: "Acked", lane: "three" });
    expect(await b.position("a/1")).toBe(position);
    const status = await firstValueFrom(b.status$);
    expect(Object.keys(status.lanes).sort()).toEqual(["default", "three", "two"]);
  });
});
