/** What a handler may be, and what its answers mean: each kind of work that succeeds, and each way to fail. */
import { left, right } from "fp-ts/lib/Either.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { concat, EMPTY, firstValueFrom, of, throwError, timer } from "rxjs";
import { queue, Reject } from "sluice";
import { broker, on } from "sluice/broker";
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/core/Work.js";
import { mostStores } from "../stores/eachStore.js";
import { collect, counts, inc, isDelivered, logOn } from "./scene.js";

/** A program without types may answer anything. */
const odd = (value: unknown): Work => value as Work;

const succeeding: ReadonlyArray<readonly [string, () => Work, unknown]> = [
  ["an Observable, by its last value", () => of(1, 2, 3), 3],
  ["an Observable that takes a while", () => concat(of("early"), timer(2)), 0],
  ["a promise", async () => "done", "done"],
  ["a promise of nothing", async () => undefined, undefined],
  ["a promise of a Right, by its value", async () => right(5), 5],
  ["a Task", () => async () => "task", "task"],
  ["a TaskEither, by its Right", () => TE.right(7), 7],
];

const failing: ReadonlyArray<readonly [string, () => Work, string]> = [
  ["a Left of a TaskEither", () => TE.left("refused"), "refused"],
  ["a Left in a promise", async () => left(new Error("left")), "left"],
  ["a Left in an Observable", () => of(left("observed")), "observed"],
  ["a promise that rejects", async () => Promise.reject(new Error("rejects")), "rejects"],
  ["an Observable that fails", () => throwError(() => new Error("fails")), "fails"],
  [
    "a function that throws",
    () => {
      throw new Error("throws");
    },
    "throws",
  ],
  ["an Observable without a value", () => EMPTY, "without a value"],
  ["what is no work", () => odd(5), "returned no work"],
  ["nothing", () => odd(undefined), "returned no work"],
  ["a work in a work, which nobody would run", async () => odd(TE.right(1)), "which nobody runs"],
  ["what only looks like an outcome", async () => ({ _tag: "Retry" }), "looks like an Outcome"],
  ["an outcome that was not called", async () => Reject, "call it"],
  ["what throws when it is read", async () => new Proxy({}, { has: () => thrown() }), "a trap"],
];

const thrown = (): never => {
  throw new Error("a trap");
};

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

describe.each(mostStores())("a handler on %s", (_, open) => {
  it.each(succeeding)("may answer %s", async (_what, handler, expected) => {
    const store = open();
    const results: Array<unknown> = [];
    const only = on(counts, "Inc")
      .do(handler, { name: "only" })
      .followUp((result, { version }) => {
        results.push([result, version]);
        return [];
      });
    const b = broker(store, { name: "b", reactions: [only] });
    await logOn(store).append("a/1", [inc(1)]);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1, blocked: 0 });
    // And so it does where others stand at its target.
    const other = on(counts, "Inc").do(async () => "other", { name: "other" });
    expect(await broker(store, { name: "two", reactions: [other, only] }).runUntilIdle()).toMatchObject({ acked: 1 });
    expect(results).toEqual([
      [expected, 1],
      [expected, 1],
    ]);
  });

  it.each(failing)("fails by %s", async (_what, handler, sentence) => {
    const store = open();
    const fails = on(counts, "Inc").do(handler, { name: "fails", attemptsMax: 1 });
    const other = on(counts, "Inc").do(async () => "other", { name: "other" });
    await logOn(store).append("a/1", [inc(1)]);
    for (const reactions of [[fails], [other, fails]] as const) {
      const b = broker(store, { name: `of ${reactions.length}`.replace(" ", "-"), reactions });
      const told = collect(b.events$);
      expect(await b.runUntilIdle()).toMatchObject({ delivered: 1, acked: 0, blocked: 1 });
      const [blocked] = told.seen.filter(isDelivered);
      expect(blocked).toMatchObject({ _tag: "Blocked", attempt: 1, reactions: reactions.map(({ name }) => name) });
      expect(messageOf(blocked?._tag === "Blocked" && blocked.cause)).toContain(sentence);
      expect((await b.blockedStreams()).items[0]?.cause).toContain(sentence);
    }
  });

  it("may answer an Effect of the library, and is given its value", async () => {
    const store = open();
    const mails = queue(store, { name: "mails", codec: t.string });
    const counted: Array<number> = [];
    const reaction = on(counts, "Inc")
      .do(() => mails.stats(), { name: "stats" })
      .followUp((stats) => {
        counted.push(stats.enqueued);
        return [mails.enqueue("one more")];
      })
      .to("x");
    const b = broker(store, { name: "b", reactions: [reaction] });
    await logOn(store).append("a/1", [inc(1), inc(2), inc(3)]);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 3 });
    expect(counted).toEqual([0, 1, 2]);
  });

  it("is told where the event stands, and is given what its codec decodes", async () => {
    const store = open();
    const seen: Array<unknown> = [];
    const reaction = on(counts, "Inc").do(async (recorded, context) => {
      seen.push([recorded.event, recorded.version, recorded.stream, context.stream, context.attempt]);
    });
    const appended = await logOn(store).append("a/1", [inc(4)]);
    const b = broker(store, { name: "b", reactions: [reaction] });
    const [first] = await Promise.all([firstValueFrom(b.run())]);
    expect(seen).toEqual([[inc(4), 1, "a/1", "a/1", 1]]);
    expect(first).toMatchObject({ _tag: "Acked", stream: "a/1", lane: "default", reactions: ["Inc"], attempt: 1 });
    expect(first.recorded).toMatchObject({ position: appended.position, event: inc(4) });
  });
});
