/** Processes that die while they handle an event: it costs an attempt each time, and in the end it blocks without being run. */
import { NEVER } from "rxjs";
import { broker, on, type Reaction, type ReactionOptions } from "sluice/broker";
import type { Store } from "sluice/store";
import { type Simulation, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect, counts, inc, isDelivered, logOn, tell } from "./scene.js";

type Inc = { readonly type: "Inc"; readonly by: number };

const LEASE_MS = 1_000;

const brokerOn = (store: Store, reactions: ReadonlyArray<Reaction<unknown, "default">>) =>
  broker(store, { name: "b", reactions, leaseMs: LEASE_MS });

/** A reaction whose processes die of it where its event is the first. */
const killer = (seen: Array<string>, options: ReactionOptions<Inc, "default"> = {}) => {
  const kill = { now: (): void => undefined };
  const reaction = on(counts, "Inc").do(
    ({ event, stream }, { attempt }) => {
      seen.push(`${stream} ${event.by} (${attempt})`);
      if (event.by !== 1) return Promise.resolve(1);
      kill.now();
      return NEVER;
    },
    { name: "kills", attemptsMax: 3, ...options },
  );
  return { kill, reaction };
};

/** Lets processes die one after the other, and then a last one run on. */
const dieOf = async (
  { store, client, advance }: Simulation,
  { kill, reaction }: ReturnType<typeof killer>,
  deaths: number,
) => {
  const others = on(counts, "Dec").do(async () => 1, { name: "others" });
  for (let i = 0; i < deaths; i += 1) {
    const process = client();
    kill.now = process.crash;
    const run = collect(brokerOn(process.store, [reaction, others]).run());
    await advance(LEASE_MS * 3);
    run.stop();
  }
  kill.now = () => undefined;
  const b = brokerOn(store, [reaction, others]);
  const events = collect(b.events$);
  const run = collect(b.run());
  await advance(LEASE_MS * 30);
  run.stop();
  return { b, told: events.seen.filter(isDelivered) };
};

describe("an event that kills its processes", () => {
  it("is run as often as it may be tried, then blocks without being run once more; others go on", async () => {
    await simulate(async (simulation) => {
      const seen: Array<string> = [];
      await logOn(simulation.store).append("a/1", [inc(1), inc(2)]);
      await logOn(simulation.store).append("a/2", [inc(3)]);
      const { b, told } = await dieOf(simulation, killer(seen), 3);
      expect(seen.filter((line) => line.startsWith("a/1"))).toEqual(["a/1 1 (1)", "a/1 1 (2)", "a/1 1 (3)"]);
      expect(seen).toContain("a/2 3 (1)");
      const blocked = told.filter(({ stream }) => stream === "a/1");
      expect(blocked.map(tell)).toEqual(["Blocked a/1@1 (4)"]);
      expect((await b.blockedStreams()).items).toMatchObject([
        {
          stream: "a/1",
          cause: "3 attempts without an acknowledged progress: the last ones ended with their process, or their lease",
        },
      ]);
    });
  });

  it("is passed over where its reaction does not block, and the next one runs", async () => {
    await simulate(async (simulation) => {
      const seen: Array<string> = [];
      await logOn(simulation.store).append("a/1", [inc(1), inc(2)]);
      const { told } = await dieOf(simulation, killer(seen, { blockOnError: false, attemptsMax: 2 }), 2);
      expect(told.map(tell)).toEqual(["Skipped a/1@1 (3)", "Acked a/1@2 (1)"]);
      expect(seen).toEqual(["a/1 1 (1)", "a/1 1 (2)", "a/1 2 (1)"]);
    });
  });

  it("has its whole budget again once people unblock it", async () => {
    await simulate(async (simulation) => {
      const seen: Array<string> = [];
      const dying = killer(seen, { attemptsMax: 1 });
      await logOn(simulation.store).append("a/1", [inc(1)]);
      const { b, told } = await dieOf(simulation, dying, 1);
      expect(told.map(tell)).toEqual(["Blocked a/1@1 (2)"]);
      expect(await b.unblock("a/1")).toBe(1);
      const again = await dieOf(simulation, dying, 1);
      expect(again.told.map(tell)).toEqual(["Blocked a/1@1 (2)"]);
      expect(seen).toEqual(["a/1 1 (1)", "a/1 1 (1)"]);
    });
  });

  it("counts deaths and failures together", async () => {
    await simulate(async (simulation) => {
      const { store, client, advance } = simulation;
      const seen: Array<number> = [];
      const dying = client();
      const reaction = on(counts, "Inc").do(
        (_recorded, { attempt }) => {
          seen.push(attempt);
          if (attempt !== 2) return Promise.reject(new Error("no"));
          dying.crash();
          return NEVER;
        },
        { name: "both", attemptsMax: 3, backoff: { initialMs: 10 } },
      );
      await logOn(store).append("a/1", [inc(1)]);
      const first = collect(brokerOn(dying.store, [reaction]).run());
      await advance(LEASE_MS * 3);
      first.stop();
      const second = collect(brokerOn(store, [reaction]).run());
      await advance(LEASE_MS * 30);
      second.stop();
      expect(seen).toEqual([1, 2, 3]);
      expect(second.seen.map(tell)).toEqual(["Blocked a/1@1 (3)"]);
    });
  });

  it("costs neighbours nothing: what was leased and not begun when a process died begins at attempt 1", async () => {
    await simulate(async (simulation) => {
      const seen: Array<string> = [];
      for (let i = 1; i <= 30; i += 1) await logOn(simulation.store).append(`a/${i}`, [inc(i)]);
      const { told } = await dieOf(simulation, killer(seen, { attemptsMax: 2 }), 2);
      const others = told.filter(({ stream }) => stream !== "a/1");
      expect(others.every(({ _tag }) => _tag === "Acked")).toBe(true);
      const ran = seen.filter((line) => !line.startsWith("a/1 "));
      expect(new Set(ran).size).toBe(ran.length);
      expect(new Set(ran.map((line) => line.split(" ")[0])).size).toBe(29);
    });
  });
});
