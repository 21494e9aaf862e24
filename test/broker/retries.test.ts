/** Failures: how often an event is tried, how long its line waits between, and what comes then. On virtual time. */
import { map } from "rxjs";
import { broker, nonRetryable, on, type ReactionBackoff, type ReactionOptions } from "sluice/broker";
import { type Simulation, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect, counts, dec, inc, logOn, tell } from "./scene.js";

type Inc = { readonly type: "Inc"; readonly by: number };
type Options = ReactionOptions<Inc, "default">;

/** When the attempts of one event ran that always fails. */
const attemptsOf = (options: Options, ms: number, count = 1): Promise<ReadonlyArray<number>> =>
  simulate(async ({ store, advance, nowMs }: Simulation) => {
    const times: Array<number> = [];
    const fails = on(counts, "Inc").do(
      async () => {
        times.push(nowMs());
        throw new Error("no");
      },
      { name: "fails", ...options },
    );
    const run = collect(broker(store, { name: "b", reactions: [fails] }).run());
    await logOn(store).append(
      "a/1",
      Array.from({ length: count }, (_, i) => inc(i)),
    );
    await advance(ms);
    run.stop();
    return times;
  });

/** How long each attempt came after the one before. */
const waits = (times: ReadonlyArray<number>) => times.slice(1).map((time, i) => time - (times[i] ?? 0));

describe("a target with two reactions, of which one always fails,", () => {
  it("acks what comes before it, tries it as often as it may, and blocks at the position of the event before", async () => {
    await simulate(async ({ store, advance }) => {
      const seen: Array<string> = [];
      const incs = on(counts, "Inc")
        .do(async ({ event }) => seen.push(`inc ${event.by}`), { name: "inc" })
        .to("x");
      const decs = on(counts, "Dec")
        .do(
          async ({ event }) => {
            seen.push(`dec ${event.by}`);
            throw new Error("no");
          },
          { name: "dec", attemptsMax: 3 },
        )
        .to("x");
      const other = on(counts, "Noted").do(async () => seen.push("other"), { name: "other" });
      const b = broker(store, { name: "b", reactions: [incs, decs, other] });
      const run = collect(b.run());
      const second = await logOn(store).append("a/1", [inc(1), inc(2)]);
      await logOn(store).append("a/1", [dec(3)]);
      await logOn(store).append("a/2", [inc(9), { type: "Noted", text: "" }]);
      await advance(60_000);
      expect(run.seen.filter(({ stream }) => stream === "x").map(tell)).toEqual([
        "Acked x@1 (1)",
        "Acked x@2 (1)",
        "Retrying x@3 (1)",
        "Retrying x@3 (2)",
        "Blocked x@3 (3)",
      ]);
      // Others flow, and what is behind in its line waits.
      expect(seen.filter((line) => line === "other" || line === "inc 9")).toEqual(["other"]);
      expect(await b.position("x")).toBe(second.position);
      const { items } = await b.blockedStreams();
      expect(items).toMatchObject([{ stream: "x", position: second.position, reactions: ["dec"], cause: "Error: no" }]);
      run.stop();
    });
  });

  it("is tried as often after each progress", async () => {
    await simulate(async ({ store, advance }) => {
      const flaky = on(counts, "Inc").do(
        async ({ event }, { attempt }) => {
          if (attempt < 3 || event.by === 3) throw new Error("no");
        },
        { attemptsMax: 3, name: "flaky" },
      );
      const run = collect(broker(store, { name: "b", reactions: [flaky] }).run());
      await logOn(store).append("a/1", [inc(1), inc(2), inc(3)]);
      await advance(60_000);
      expect(run.seen.map(tell)).toEqual([
        ...["Retrying a/1@1 (1)", "Retrying a/1@1 (2)", "Acked a/1@1 (3)"],
        ...["Retrying a/1@2 (1)", "Retrying a/1@2 (2)", "Acked a/1@2 (3)"],
        ...["Retrying a/1@3 (1)", "Retrying a/1@3 (2)", "Blocked a/1@3 (3)"],
      ]);
      run.stop();
    });
  });
});

describe("the budget of attempts", () => {
  it.each([
    [1, 1],
    [3, 3],
    [undefined, 4],
  ])("of attemptsMax %s is %i runs", async (attemptsMax, runs) => {
    expect(await attemptsOf({ attemptsMax }, 600_000)).toHaveLength(runs);
  });

  it("has no end where that is said", async () => {
    const backoff: ReactionBackoff = { initialMs: 10, growth: "none" };
    const times = await attemptsOf({ attemptsMax: Number.POSITIVE_INFINITY, backoff }, 10_000);
    expect(times.length).toBeGreaterThan(900);
  });

  it("where it does not block is used up too, and then each event is passed over and told as Skipped", async () => {
    await simulate(async ({ store, advance }) => {
      const fails = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), {
        name: "fails",
        attemptsMax: 3,
        blockOnError: false,
      });
      const b = broker(store, { name: "b", reactions: [fails] });
      const run = collect(b.run().pipe(map((one) => [tell(one), "cause" in one && String(one.cause)])));
      const { position } = await logOn(store).append("a/1", [inc(1), inc(2)]);
      await advance(60_000);
      expect(run.seen).toEqual(
        [1, 2].flatMap((version) => [
          [`Retrying a/1@${version} (1)`, "Error: no"],
          [`Retrying a/1@${version} (2)`, "Error: no"],
          [`Skipped a/1@${version} (3)`, "Error: no"],
        ]),
      );
      expect((await b.blockedStreams()).items).toEqual([]);
      expect(await b.position("a/1")).toBe(position);
      run.stop();
    });
  });

  it("is one attempt for what no attempt would mend", async () => {
    await simulate(async ({ store, advance }) => {
      const hopeless = on(counts, "Inc").do(
        async ({ event }) => {
          if (event.by === 2) throw nonRetryable("hopeless");
        },
        { name: "hopeless", attemptsMax: 6 },
      );
      const run = collect(broker(store, { name: "b", reactions: [hopeless] }).run());
      await logOn(store).append("a/1", [inc(1), inc(2)]);
      await advance(600_000);
      expect(run.seen.map(tell)).toEqual(["Acked a/1@1 (1)", "Blocked a/1@2 (1)"]);
      run.stop();
    });
  });

  it("is that of the reaction that failed, where several stand at one target", async () => {
    await simulate(async ({ store, advance }) => {
      const steady = on(counts, "Inc").do(async () => 1, { name: "steady", attemptsMax: 9 });
      const fails = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), {
        name: "fails",
        attemptsMax: 2,
      });
      const run = collect(broker(store, { name: "b", reactions: [steady, fails] }).run());
      await logOn(store).append("a/1", [inc(1)]);
      await advance(600_000);
      expect(run.seen.map(tell)).toEqual(["Retrying a/1@1 (1)", "Blocked a/1@1 (2)"]);
      run.stop();
    });
  });
});

describe("a backoff", () => {
  const cases: ReadonlyArray<readonly [string, ReactionBackoff, ReadonlyArray<number>]> = [
    ["fixed", { initialMs: 200, growth: "none" }, [200, 200, 200, 200]],
    ["linear", { initialMs: 50, growth: "linear" }, [50, 100, 150, 200, 250]],
    ["exponential", { initialMs: 100 }, [100, 200, 400, 800]],
    ["exponential with a cap", { initialMs: 100, delayMsMax: 500 }, [100, 200, 400, 500, 500]],
    ["by a factor", { initialMs: 10, factor: 3 }, [10, 30, 90, 270]],
    ["without an end of seconds", {}, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000]],
    ["of 0", { initialMs: 0 }, [0, 0, 0]],
  ];
  it.each(cases)("that is %s waits so long, whatever the lease", async (_what, backoff, expected) => {
    for (const leaseMs of [10, 3_600_000]) {
      const attemptsMax = expected.length + 1;
      const times = await simulate(async ({ store, advance, nowMs }) => {
        const seen: Array<number> = [];
        const fails = on(counts, "Inc").do(
          async () => {
            seen.push(nowMs());
            throw new Error("no");
          },
          { name: "fails", attemptsMax, backoff },
        );
        const run = collect(broker(store, { name: "b", reactions: [fails], leaseMs }).run());
        await logOn(store).append("a/1", [inc(1)]);
        await advance(300_000);
        run.stop();
        return seen;
      });
      expect(waits(times)).toEqual(expected);
    }
  });

  it("of 200 ms is not over after 50 ms, and is after 250, for every process: others are free meanwhile", async () => {
    await simulate(async ({ store, client, advance, nowMs }) => {
      const seen: Array<string> = [];
      const flaky = on(counts, "Inc").do(
        async ({ stream }, { attempt }) => {
          seen.push(`${stream} (${attempt}) at ${nowMs()}`);
          if (stream === "a/1" && attempt === 1) throw new Error("no");
        },
        { name: "flaky", backoff: { initialMs: 200, growth: "none" } },
      );
      const [one, two] = [store, client().store].map((view) => broker(view, { name: "b", reactions: [flaky] }));
      const runs = [one, two].map((b) => collect(b!.run()));
      await logOn(store).append("a/1", [inc(1), inc(2)]);
      await advance(50);
      await logOn(store).append("a/2", [inc(3)]);
      await advance(10);
      expect(seen).toEqual(["a/1 (1) at 0", "a/2 (1) at 50"]);
      await advance(190);
      expect(seen.slice(2)).toEqual(["a/1 (2) at 200", "a/1 (1) at 200"]);
      for (const run of runs) run.stop();
    });
  });

  it("is told with the time of the next attempt", async () => {
    await simulate(async ({ store, advance }) => {
      const fails = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), {
        name: "fails",
        attemptsMax: 3,
        backoff: { initialMs: 1_000, growth: "linear" },
      });
      const run = collect(broker(store, { name: "b", reactions: [fails] }).run());
      await logOn(store).append("a/1", [inc(1)]);
      await advance(20_000);
      expect(run.seen.map((one) => "dueAtMs" in one && one.dueAtMs)).toEqual([1_000, 3_000, false]);
      run.stop();
    });
  });

  it("with jitter lies between nothing and the whole of it", async () => {
    const backoff: ReactionBackoff = { initialMs: 10_000, growth: "none", jitter: "full" };
    const times = waits(await attemptsOf({ attemptsMax: 20, backoff }, 600_000));
    expect(times).toHaveLength(19);
    expect(Math.max(...times)).toBeLessThanOrEqual(10_000);
    expect(new Set(times).size).toBeGreaterThan(5);
  });
});
