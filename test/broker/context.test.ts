/** What a handler is given beside the event: ids for commands, the target, the attempt, and a signal. */
import { isRight, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { lastValueFrom, Subject, toArray } from "rxjs";
import { broker, on } from "sluice/broker";
import { eventLog, eventType } from "sluice/log";
import { aggregate, type CommandContext, policy, send } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { atOnce, collect, counts, inc, logOn, never } from "./scene.js";

const tallied = eventType("Tallied", t.type({ by: t.number }));
const talliesOn = (store: Store) =>
  aggregate(store, {
    category: "tally",
    codec: tallied,
    decider: { initial: 0, decide: (by: number) => () => right([{ by }]), evolve: (sum, { by }) => sum + by },
  });

describe.each(mostStores())("the context of a handler on %s", (_, open) => {
  it("makes command ids that differ by broker, reaction, event and step", async () => {
    const store = open();
    const ids: Array<string | undefined> = [];
    const reaction = (name: string) =>
      on(counts, "Inc").do(async (_event, { caused }) => ids.push(caused().commandId, caused("step").commandId), {
        name,
      });
    await logOn(store).append("a/1", [inc(1), inc(1)]);
    for (const name of ["b", "b2"])
      await broker(store, { name, reactions: [reaction("one"), reaction("one/two")] }).runUntilIdle();
    // Names that would read the same where they were only joined.
    const joined = broker(store, { name: "b2/one", reactions: [reaction("two")] });
    await joined.runUntilIdle();
    expect(ids).toHaveLength(2 * 2 * 2 * 2 + 2 * 2);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
  });

  it("makes the same ids when the event comes again, at a retry, after an unblock and in another process", async () => {
    const store = open();
    const contexts: Array<CommandContext> = [];
    const attempts: Array<number> = [];
    const made = () => {
      const reaction = on(counts, "Inc").do(
        async (_event, { caused, attempt }) => {
          contexts.push(caused("charge"));
          attempts.push(attempt);
          throw new Error("no");
        },
        { name: "charge", attemptsMax: 2, backoff: atOnce },
      );
      return broker(store, { name: "b", reactions: [reaction] });
    };
    await logOn(store).append("a/1", [inc(1)]);
    const b = made();
    await b.runUntilIdle();
    await b.unblock("a/1");
    await made().runUntilIdle();
    expect(attempts).toEqual([1, 2, 1, 2]);
    expect(contexts).toEqual(Array(4).fill(contexts[0]));
  });

  it("says what led to a command: the event is its cause, and its correlation goes on", async () => {
    const store = open();
    const contexts: Array<CommandContext> = [];
    const reaction = on(counts, "Inc").do(async (_event, { caused }) => contexts.push(caused()));
    const meta = { correlationId: "request 7", hops: 2 };
    await logOn(store).append("a/1", [inc(1)], { meta });
    await broker(store, { name: "b", reactions: [reaction] }).runUntilIdle();
    const [event] = await lastValueFrom(logOn(store).read("a/1").pipe(toArray()));
    expect(contexts).toMatchObject([{ correlationId: "request 7", causationId: event?.id, hops: 3 }]);
  });

  it("makes the commands of a policy safe: an event that comes twice sends each once", async () => {
    const store = open();
    const tallies = talliesOn(store);
    const tallying = policy(({ event }: { readonly event: { readonly by: number } }) => [
      send(tallies, "1", event.by),
      send(tallies, "1", event.by),
    ]);
    let times = 0;
    const tally = on(counts, "Inc").do(
      async (recorded, context) => {
        const answer = await tallying(recorded, context);
        times += 1;
        if (times < 3) throw new Error("died behind its commands");
        return isRight(answer);
      },
      { name: "tally", backoff: atOnce },
    );
    await logOn(store).append("a/1", [inc(5)]);
    expect(await broker(store, { name: "b", reactions: [tally] }).runUntilIdle()).toMatchObject({
      delivered: 3,
      acked: 1,
    });
    expect(await lastValueFrom(eventLog(store, tallied).read("tally/1").pipe(toArray()))).toHaveLength(2);
  });

  it("aborts its signal when the run is unsubscribed, and not when the work has ended", async () => {
    const store = open();
    const signals: Array<AbortSignal> = [];
    const works = [async () => 1, never];
    const reaction = on(counts, "Inc")
      .do(
        async (_event, { signal }) => {
          signals.push(signal);
          return works[signals.length - 1]?.();
        },
        { name: "waits" },
      )
      .to("x");
    const run = collect(broker(store, { name: "b", reactions: [reaction] }).run());
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    await expect.poll(() => signals.length, { timeout: 8_000 }).toBe(2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    run.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it("aborts its signal when the run is stopped and its time is over", async () => {
    const store = open();
    const signals: Array<AbortSignal> = [];
    const waits = (name: string) =>
      on(counts, "Inc").do(
        async (_event, { signal }) => {
          signals.push(signal);
          return name === "first" ? 1 : never();
        },
        { name },
      );
    const stop$ = new Subject<void>();
    // Of two at one target, the second is under way.
    const b = broker(store, { name: "b", reactions: [waits("first"), waits("second")] });
    const run = collect(b.run({ stop$, stopMsMax: 50 }));
    await logOn(store).append("a/1", [inc(1)]);
    await expect.poll(() => signals.length, { timeout: 8_000 }).toBe(2);
    stop$.next();
    await expect.poll(() => run.end.completed, { timeout: 8_000 }).toBe(true);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(run.seen).toEqual([]);
  });
});
