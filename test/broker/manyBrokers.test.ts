/** Several processes of one broker: each target has one holder at a time, and who was too late changes nothing. */

import * as t from "io-ts";
import { NEVER, Subject, switchMap, take } from "rxjs";
import { queue } from "sluice";
import { broker, on, type Reaction } from "sluice/broker";
import { redisStore } from "sluice/redis";
import type { Store } from "sluice/store";
import { faultyStore, simulate } from "sluice/testing";
import { describe, expect, inject, it } from "vitest";
import { newId } from "../../src/core/newId.js";
import { mostStores } from "../stores/eachStore.js";
import { cleanUp } from "../stores/redis/namespace.js";
import { atEnd } from "../support/atEnd.js";
import { collect, counts, inc, isDelivered, logOn, tell } from "./scene.js";

const brokerOn = (store: Store, reactions: ReadonlyArray<Reaction<unknown, "default">>, leaseMs?: number) =>
  broker(store, { name: "b", reactions, leaseMs });

describe("a slow broker that loses its lease", () => {
  it("changes nothing by its late ack, which is told as Lost; a fast one has taken over", async () => {
    await simulate(async ({ store, client, advance }) => {
      const slow = client();
      const mails = (of: Store) => queue(of, { name: "mails", codec: t.string });
      const done$ = new Subject<string>();
      const signals: Array<AbortSignal> = [];
      const reaction = (of: Store, name: string) =>
        on(counts, "Inc")
          .do(
            (_recorded, { signal }) => {
              signals.push(signal);
              return name === "slow" ? done$.pipe(take(1)) : Promise.resolve("by the fast one");
            },
            { name: "mail" },
          )
          .followUp((text) => [mails(of).enqueue(text)])
          .to("x");
      await logOn(store).append("a/1", [inc(1), inc(2)]);
      const slowEvents = collect(brokerOn(slow.store, [reaction(slow.store, "slow")], 1_000).run());
      await advance(100);
      // It does not reach the store, so nobody renews its lease; its work ends meanwhile, and it wants to ack.
      slow.disconnect();
      done$.next("by the slow one");
      await advance(100);
      const fast = brokerOn(store, [reaction(store, "fast")], 1_000);
      const fastEvents = collect(fast.run());
      await advance(5_000);
      expect(fastEvents.seen.map(tell)).toEqual(["Acked x@1 (2)", "Acked x@2 (1)"]);
      const position = await fast.position("x");
      fastEvents.stop();
      slow.reconnect();
      await advance(10_000);
      expect(slowEvents.seen.map(tell)).toEqual(["Lost x@1 (1)"]);
      expect(slowEvents.seen[0]).toMatchObject({ cause: { _tag: "LeaseLost" } });
      expect(await fast.position("x")).toBe(position);
      expect((await mails(store).peek()).map(({ json }) => json)).toEqual(["by the fast one", "by the fast one"]);
      slowEvents.stop();
    });
  });

  it("stops its work as soon as it hears of it", async () => {
    await simulate(async ({ store, advance, expireLeases }) => {
      const signals: Array<AbortSignal> = [];
      const waits = on(counts, "Inc").do(
        (_recorded, { signal, attempt }) => {
          signals.push(signal);
          return attempt === 1 ? NEVER : Promise.resolve("done");
        },
        { name: "waits" },
      );
      await logOn(store).append("a/1", [inc(1)]);
      const run = collect(brokerOn(store, [waits], 1_000).run());
      await advance(100);
      expect(await expireLeases("sluice.broker/default/b")).toBe(1);
      await advance(3_000);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
      expect(run.seen.map(tell).sort()).toEqual(["Acked a/1@1 (2)", "Lost a/1@1 (1)"]);
      run.stop();
    });
  });
});

describe.each(mostStores())("a broker whose process stalls on %s", (_, open) => {
  it("loses its event to another one, and is told so", async () => {
    const inner = open();
    const stalled = faultyStore(inner);
    const go$ = new Subject<void>();
    const slow = on(counts, "Inc").do(
      () =>
        go$.pipe(
          take(1),
          switchMap(async () => "late"),
        ),
      { name: "count" },
    );
    const fast = on(counts, "Inc").do(async () => "in time", { name: "count" });
    await logOn(inner).append("a/1", [inc(1)]);
    let isRunning = false;
    const stalling = brokerOn(stalled.store, [slow], 300);
    const slowRun = collect(stalling.run());
    const watching = async () => {
      const { leased } = await inner.stats("sluice.broker/default/b");
      isRunning ||= leased === 1;
      return isRunning;
    };
    await expect.poll(watching, { timeout: 8_000 }).toBe(true);
    stalled.faults.disconnect();
    go$.next();
    const fastRun = collect(brokerOn(inner, [fast], 300).run());
    await fastRun.until(1);
    expect(fastRun.seen.map(tell)).toEqual(["Acked a/1@1 (2)"]);
    stalled.faults.reconnect();
    await slowRun.until(1);
    expect(slowRun.seen.map(tell)).toEqual(["Lost a/1@1 (1)"]);
    expect(await inner.stats("sluice.broker/default/b")).toMatchObject({ acked: 1, leased: 0, ready: 0 });
  });
});

describe("eight streams and two brokers", () => {
  const bothOn = async (one: Store, other: Store): Promise<void> => {
    const seen = new Map<string, Array<string>>();
    const busy = new Set<string>();
    const reactionOf = (process: string) =>
      on(counts, "Inc").do(
        async ({ event, stream }) => {
          expect(busy.has(stream)).toBe(false);
          busy.add(stream);
          await new Promise((resolve) => setTimeout(resolve, event.by % 3));
          busy.delete(stream);
          seen.set(stream, [...(seen.get(stream) ?? []), `${event.by} by ${process}`]);
        },
        { name: "count" },
      );
    const runs = [one, other].map((store, i) => collect(brokerOn(store, [reactionOf(`${i}`)]).run({ concurrency: 3 })));
    const streams = [1, 2, 3, 4, 5, 6, 7, 8].map((i) => `a/${i}`);
    for (let i = 0; i < 25; i += 1)
      for (const stream of streams) await logOn(i % 2 === 0 ? one : other).append(stream, [inc(i)]);
    await expect.poll(() => runs.reduce((sum, { seen: told }) => sum + told.length, 0), { timeout: 20_000 }).toBe(200);
    const expected = [...Array(25).keys()];
    for (const stream of streams) {
      const ran = seen.get(stream) ?? [];
      expect(ran.map((line) => Number(line.split(" ")[0]))).toEqual(expected);
    }
    // Both have done some of it.
    for (const run of runs) expect(run.seen.length).toBeGreaterThan(0);
    expect(runs.flatMap((run) => run.seen).every(({ _tag, attempt }) => _tag === "Acked" && attempt === 1)).toBe(true);
  };

  it("have each event once and in order, by two views of one memory", { timeout: 30_000 }, async () => {
    const [, open] = mostStores()[0]!;
    const store = open();
    await bothOn(store, faultyStore(store).store);
  });

  it("have each event once and in order, by two handles of one Redis", { timeout: 30_000 }, async () => {
    const namespace = `rules-${newId()}`;
    const url = inject("redisUrl");
    atEnd(() => cleanUp(url, namespace));
    const [one, other] = [redisStore(url, { namespace }), redisStore(url, { namespace })];
    atEnd(() => one.close());
    atEnd(() => other.close());
    await bothOn(one, other);
  });

  it("tell what happened in their own process alone", async () => {
    const [, open] = mostStores()[0]!;
    const store = open();
    const reaction = on(counts, "Inc").do(async () => 1);
    const [one, other] = [brokerOn(store, [reaction]), brokerOn(store, [reaction])];
    const told = collect(other.events$);
    await logOn(store).append("a/1", [inc(1)]);
    expect(await one.runUntilIdle()).toMatchObject({ acked: 1 });
    expect(told.seen.filter(isDelivered)).toEqual([]);
  });
});
