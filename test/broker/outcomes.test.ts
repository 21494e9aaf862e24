/** The outcomes that a handler may answer, and errors that no further attempt would mend. */
import { left } from "fp-ts/lib/Either.js";
import { timer } from "rxjs";
import { Ack, Block, Reject, Release, Retry } from "sluice";
import { broker, Defer, nonRetryable, on, type ReactionOptions } from "sluice/broker";
import type { Recorded } from "sluice/log";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/core/Work.js";
import { mostStores } from "../stores/eachStore.js";
import { atOnce, collect, counts, inc, isDelivered, logOn, tell, times } from "./scene.js";

type Inc = { readonly type: "Inc"; readonly by: number };
type Options = ReactionOptions<Inc, "default">;

/** One reaction on increments, all in one line. */
const reactionOf = (
  handler: (recorded: Recorded<Inc>, context: { readonly attempt: number }) => Work,
  options: Options = {},
) =>
  on(counts, "Inc")
    .do(handler, { name: "only", backoff: atOnce, ...options })
    .to("x");

describe.each(mostStores())("a handler on %s", (_, open) => {
  /** What is told of two events where the first is answered so. */
  const toldOf = async (handler: Parameters<typeof reactionOf>[0], options: Options = {}) => {
    const store = open();
    const b = broker(store, { name: "b", reactions: [reactionOf(handler, options)] });
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    const events = collect(b.events$);
    const idle = await b.runUntilIdle();
    return { b, store, idle, told: events.seen.filter(isDelivered) };
  };
  const isFirst = ({ event }: Recorded<Inc>): boolean => event.by === 1;

  it("that answers Ack is done", async () => {
    const { told } = await toldOf(async () => Ack);
    expect(told.map(tell)).toEqual(["Acked x@1 (1)", "Acked x@2 (1)"]);
  });

  it("that answers Retry is tried again by that delay, and not by its backoff", async () => {
    const options: Options = { backoff: { initialMs: 600_000 } };
    const handler: Parameters<typeof reactionOf>[0] = async (recorded, { attempt }) =>
      isFirst(recorded) && attempt < 3 ? Retry({ cause: "not yet", delayMs: 0 }) : undefined;
    const { told } = await toldOf(handler, options);
    expect(told.map(tell)).toEqual(["Retrying x@1 (1)", "Retrying x@1 (2)", "Acked x@1 (3)", "Acked x@2 (1)"]);
    expect(told[0]).toMatchObject({ cause: "not yet" });
  });

  it("that answers Retry at its last attempt is blocked, with that cause", async () => {
    const { told, idle, b } = await toldOf(async () => Retry({ cause: "never" }), { attemptsMax: 2 });
    expect(told.map(tell)).toEqual(["Retrying x@1 (1)", "Blocked x@1 (2)"]);
    expect(idle).toMatchObject({ acked: 0, blocked: 1 });
    expect((await b.blockedStreams()).items).toMatchObject([{ stream: "x", cause: "never" }]);
  });

  it("that answers Retry at its last attempt is passed over where it does not block", async () => {
    const handler = async (recorded: Recorded<Inc>) => (isFirst(recorded) ? Retry({ cause: "never" }) : "fine");
    const { told } = await toldOf(handler, { attemptsMax: 2, blockOnError: false });
    expect(told.map(tell)).toEqual(["Retrying x@1 (1)", "Skipped x@1 (2)", "Acked x@2 (1)"]);
    expect(told[1]).toMatchObject({ cause: "never" });
  });

  it("that answers Retry by no time is a failure, which says so", async () => {
    const handler = async () => Retry({ cause: "odd", delayMs: Number.NaN });
    const { told } = await toldOf(handler, { attemptsMax: 1, blockOnError: false });
    expect(told.map(tell)).toEqual(["Skipped x@1 (1)", "Skipped x@2 (1)"]);
    const { told: more } = await toldOf(handler, { attemptsMax: 2 });
    expect(more.map(tell)).toEqual(["Retrying x@1 (1)", "Blocked x@1 (2)"]);
  });

  it("that answers Reject passes the event over at once", async () => {
    const handler = async (recorded: Recorded<Inc>) => (isFirst(recorded) ? Reject({ cause: "not ours" }) : 1);
    const { told, idle } = await toldOf(handler);
    expect(told.map(tell)).toEqual(["Skipped x@1 (1)", "Acked x@2 (1)"]);
    expect(told[0]).toMatchObject({ cause: "not ours" });
    expect(idle).toEqual({ fetched: 2, delivered: 2, acked: 1, skipped: 1, blocked: 0, left: 0 });
  });

  it.each(["key", "queue"] as const)(
    "that answers Block of scope %s blocks its target at once, and that alone",
    async (scope) => {
      const store = open();
      const each = on(counts, "Inc").do(
        async ({ event }) => (event.by === 1 ? Block({ cause: "needs a person", scope }) : "fine"),
        { name: "each", blockOnError: false },
      );
      const b = broker(store, { name: "b", reactions: [each] });
      await logOn(store).append("a/1", [inc(1), inc(2)]);
      const events = collect(b.events$);
      await b.runUntilIdle();
      // Where the whole queue stood, this one would wait.
      await logOn(store).append("a/2", [inc(3)]);
      expect(await b.runUntilIdle()).toMatchObject({ acked: 1, blocked: 0 });
      expect(events.seen.filter(isDelivered).map(tell)).toEqual(["Blocked a/1@1 (1)", "Acked a/2@1 (1)"]);
      expect((await b.blockedStreams()).items).toMatchObject([{ stream: "a/1", cause: "needs a person" }]);
      expect(await b.unblock("a/1")).toBe(1);
    },
  );

  it.each([
    ["Release", () => Release({ reason: "later", delayMs: 30 })],
    ["Defer", () => Defer({ forMs: 30 })],
  ])("that answers %s holds the event in its place, without an attempt", async (_what, later) => {
    const store = open();
    let asked = 0;
    const reaction = reactionOf(
      async (recorded) => {
        if (!isFirst(recorded)) return "fine";
        asked += 1;
        return asked > 3 ? "fine" : later();
      },
      { attemptsMax: 1 },
    );
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    const run = collect(broker(store, { name: "b", reactions: [reaction] }).run());
    await run.until(5);
    expect(run.seen.map(tell)).toEqual([...times(3, "Deferred x@1 (1)"), "Acked x@1 (1)", "Acked x@2 (1)"]);
  });

  it.each([
    ["throws", async () => Promise.reject(nonRetryable("hopeless"))],
    ["answers as a Left", async () => left(nonRetryable("hopeless"))],
  ] as const)(
    "that %s nonRetryable blocks at once, with its cause, and what was done before is not done again",
    async (_w, fail) => {
      const seen: Array<number> = [];
      const handler = async ({ event }: Recorded<Inc>) => {
        seen.push(event.by);
        return event.by === 2 ? fail() : undefined;
      };
      const { told, idle, b } = await toldOf(handler, { attemptsMax: 6 });
      expect(told.map(tell)).toEqual(["Acked x@1 (1)", "Blocked x@2 (1)"]);
      expect(idle).toMatchObject({ acked: 1, blocked: 1 });
      expect((await b.blockedStreams()).items).toMatchObject([{ cause: "hopeless" }]);
      expect(await b.runUntilIdle()).toMatchObject({ fetched: 0, delivered: 0, acked: 0, blocked: 0 });
      expect(seen).toEqual([1, 2]);
    },
  );

  it("that throws nonRetryable is passed over at once where it does not block", async () => {
    const handler = async (recorded: Recorded<Inc>) => {
      if (isFirst(recorded)) throw nonRetryable(new Error("hopeless"));
      return 1;
    };
    const { told } = await toldOf(handler, { attemptsMax: 6, blockOnError: false });
    expect(told.map(tell)).toEqual(["Skipped x@1 (1)", "Acked x@2 (1)"]);
    expect(told[0]).toMatchObject({ cause: { message: "hopeless" } });
  });
});

describe("Defer, by the clock of the store,", () => {
  it.each([
    ["forMs", 5_000, () => Defer({ forMs: 5_000 })],
    ["until", 7_000, () => Defer({ until: new Date(7_000) })],
    ["until a time that is past, at once", 1, () => Defer({ until: new Date(-60_000) })],
  ] as const)("holds %s", async (_what, atMs, later) => {
    await simulate(async ({ store, advance, nowMs }) => {
      const seen: Array<readonly [number, number]> = [];
      const reaction = reactionOf(async (_recorded, { attempt }) => {
        seen.push([nowMs(), attempt]);
        return seen.length === 1 ? later() : "fine";
      });
      const run = collect(broker(store, { name: "b", reactions: [reaction] }).run());
      await logOn(store).append("a/1", [inc(1)]);
      await advance(10);
      const [begun = -1] = seen[0] ?? [];
      expect(begun).toBe(0);
      const [deferred] = run.seen;
      expect(deferred).toMatchObject({ _tag: "Deferred", dueAtMs: atMs === 1 ? 0 : atMs });
      await advance(10_000);
      expect(seen).toHaveLength(2);
      expect(seen[1]?.[0]).toBeGreaterThanOrEqual(atMs === 1 ? 0 : atMs);
      expect(seen[1]?.[0]).toBeLessThanOrEqual(atMs + 1);
      expect(seen[1]?.[1]).toBe(1);
      run.stop();
    });
  });

  it("is told as a time of that clock, also where it is long after that of the process", async () => {
    await simulate(async ({ store, advance, scheduler }) => {
      await advance(90_000);
      const reaction = reactionOf(() => timer(500, scheduler).pipe(() => timer(500, scheduler)), {});
      const deferring = on(counts, "Dec").do(async () => Defer({ until: new Date(100_000) }), { name: "deferring" });
      const run = collect(broker(store, { name: "b", reactions: [reaction, deferring] }).run());
      await logOn(store).append("a/2", [{ type: "Dec", by: 1 }]);
      await advance(20);
      expect(run.seen).toMatchObject([{ _tag: "Deferred", dueAtMs: 100_000 }]);
      run.stop();
    });
  });
});
