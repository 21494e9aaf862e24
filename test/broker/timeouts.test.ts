/** How long a work may take, on virtual time: each reaction by its own option. */
import { config, map, NEVER, Observable, of, timer } from "rxjs";
import { broker, on, type ReactionOptions } from "sluice/broker";
import { type Simulation, simulate } from "sluice/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Work } from "../../src/core/Work.js";
import { collect, counts, inc, logOn, tell } from "./scene.js";

afterEach(() => {
  config.onUnhandledError = null;
});

type Inc = { readonly type: "Inc"; readonly by: number };
type Handler = (context: { readonly signal: AbortSignal; readonly attempt: number }) => Work;

const reactionOf = (name: string, handler: Handler, options: ReactionOptions<Inc, "default"> = {}) =>
  on(counts, "Inc").do((_recorded, context) => handler(context), { name, attemptsMax: 1, ...options });

/** Runs these reactions on one event for so long, and answers what was told and when. */
const runFor = async (
  { store, advance, nowMs }: Simulation,
  reactions: ReadonlyArray<ReturnType<typeof reactionOf>>,
  ms: number,
) => {
  const told: Array<readonly [string, number, unknown]> = [];
  const run = collect(
    broker(store, { name: "b", reactions })
      .run()
      .pipe(
        map((one) => {
          const cause = "cause" in one && one.cause instanceof Error ? one.cause.message : undefined;
          told.push([tell(one), nowMs(), cause]);
          return one;
        }),
      ),
  );
  await logOn(store).append("a/1", [inc(1)]);
  await advance(ms);
  run.stop();
  return told;
};

describe("a work", () => {
  it("that takes longer than its timeout is unsubscribed, aborted, and has failed", async () => {
    await simulate(async (simulation) => {
      const seen: Array<string> = [];
      const slow = reactionOf(
        "slow",
        ({ signal }) =>
          new Observable(() => {
            signal.addEventListener("abort", () => seen.push(`aborted at ${simulation.nowMs()}`));
            return () => seen.push(`unsubscribed at ${simulation.nowMs()}`);
          }),
        { timeoutMs: 700 },
      );
      expect(await runFor(simulation, [slow], 5_000)).toEqual([["Blocked a/1@1 (1)", 700, "timed out after 700 ms"]]);
      expect(seen).toEqual(["aborted at 700", "unsubscribed at 700"]);
    });
  });

  it("that is a promise tells its timeout by its signal alone", async () => {
    await simulate(async (simulation) => {
      const signals: Array<AbortSignal> = [];
      const slow = reactionOf(
        "slow",
        async ({ signal }) => {
          signals.push(signal);
          return new Promise(() => undefined);
        },
        { timeoutMs: 40, attemptsMax: 2, backoff: { initialMs: 100 } },
      );
      expect(await runFor(simulation, [slow], 1_000)).toEqual([
        ["Retrying a/1@1 (1)", 40, "timed out after 40 ms"],
        ["Blocked a/1@1 (2)", 180, "timed out after 40 ms"],
      ]);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    });
  });

  it("has five minutes where nothing is said", async () => {
    await simulate(async (simulation) => {
      expect(await runFor(simulation, [reactionOf("slow", () => NEVER)], 400_000)).toEqual([
        ["Blocked a/1@1 (1)", 300_000, "timed out after 300000 ms"],
      ]);
    });
  });

  it("of timeout 0 succeeds where it ends at once, and has failed where it does not", async () => {
    await simulate(async (simulation) => {
      const quick = reactionOf("quick", () => of(1), { timeoutMs: 0 });
      expect(await runFor(simulation, [quick], 10)).toEqual([["Acked a/1@1 (1)", 0, undefined]]);
    });
    await simulate(async (simulation) => {
      const slow = reactionOf("slow", () => NEVER, { timeoutMs: 0 });
      expect(await runFor(simulation, [slow], 10)).toEqual([["Blocked a/1@1 (1)", 0, "timed out after 0 ms"]]);
    });
  });

  it("of timeout Infinity may take hours: its lease is renewed", async () => {
    await simulate(async (simulation) => {
      const hours = 5 * 3_600_000;
      const slow = reactionOf("slow", () => timer(hours, simulation.scheduler), {
        timeoutMs: Number.POSITIVE_INFINITY,
      });
      expect(await runFor(simulation, [slow], hours + 100)).toEqual([["Acked a/1@1 (1)", hours, undefined]]);
    });
  });

  it("has the timeout of its own reaction where several stand at one target, each from its own start", async () => {
    await simulate(async (simulation) => {
      const { scheduler } = simulation;
      const first = reactionOf("first", () => timer(900, scheduler), { timeoutMs: 1_000 });
      const second = reactionOf("second", () => timer(150, scheduler), { timeoutMs: 200 });
      const third = reactionOf("third", () => timer(60, scheduler), { timeoutMs: 50 });
      expect(await runFor(simulation, [first, second, third], 5_000)).toEqual([
        ["Blocked a/1@1 (1)", 900 + 150 + 50, "timed out after 50 ms"],
      ]);
    });
  });

  it("whose teardown throws at its timeout has failed like any other, and later ones time out too", async () => {
    await simulate(async (simulation) => {
      const reported: Array<unknown> = [];
      config.onUnhandledError = (error) => reported.push(error);
      const rude = reactionOf(
        "rude",
        () =>
          new Observable(() => () => {
            throw new Error("teardown");
          }),
        { timeoutMs: 100, attemptsMax: 3, backoff: { initialMs: 100, growth: "none" } },
      );
      expect(await runFor(simulation, [rude], 5_000)).toEqual([
        ["Retrying a/1@1 (1)", 100, "timed out after 100 ms"],
        ["Retrying a/1@1 (2)", 300, "timed out after 100 ms"],
        ["Blocked a/1@1 (3)", 500, "timed out after 100 ms"],
      ]);
      await vi.waitFor(() => expect(reported).toHaveLength(3));
    });
  });
});
