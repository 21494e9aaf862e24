/** Replays whose targets are in somebody's hands for long: they wait, and nobody else does. */
import { broker, Defer, on } from "sluice/broker";
import { type Store, viewOf } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, codec, Seen, upTo } from "./scene.js";

const LONG_MS = 5 * 60_000;

/** Targets that begin with "held" are deferred at their first event, for long the first time; all others are done at once. */
const brokerOn = (store: Store, seen: Seen) => {
  const held = new Set<string>();
  const reaction = on(codec, "A")
    .do(
      async ({ event: { n } }, { stream }) => {
        if (stream.startsWith("held") && !held.has(stream)) {
          held.add(stream);
          return Defer({ forMs: LONG_MS });
        }
        return seen.all.push(`r ${stream} ${n}`);
      },
      { name: "r" },
    )
    .to(({ event }) => event.to);
  return broker(store, { name: "b", reactions: [reaction] });
};

const targets = ["held/1", "held/2", "free/1", "free/2"];

const appended = async (store: Store): Promise<void> => {
  for (const to of targets) await append(store, upTo(3), { to, stream: `s/${to}` });
};

describe.each(mostStores())("replays that wait for the heads of their targets, on %s", (_, open) => {
  it("end a run until all is idle, and hold up no other target of the same call", { timeout: 30_000 }, async () => {
    const store = open();
    const seen = new Seen();
    const one = brokerOn(store, seen);
    await appended(store);
    await one.runUntilIdle();
    seen.clear();
    await one.reset(targets);
    await one.runUntilIdle();
    for (const target of ["free/1", "free/2"]) expect(seen.of("r", target)).toEqual(upTo(3));
    for (const target of ["held/1", "held/2"]) expect(await one.position(target)).toBeUndefined();
    // One more is asked for, and two wait.
    await one.reset("held/1");
    await append(store, [4], { to: "held/1", stream: "s/held/1" });
    await append(store, [4], { to: "free/1", stream: "s/free/1" });
    await one.runUntilIdle();
    expect(seen.of("r", "free/1")).toEqual(upTo(4));
    expect(seen.of("r", "held/1")).toEqual([]);
  });
});

describe("two replays that wait for the heads of their targets", () => {
  it("rest, let all else go on, and are done once the heads are", () =>
    simulate(async ({ store, advance }) => {
      const seen = new Seen();
      let calls = 0;
      const counted = viewOf(store, {
        around: (run) => {
          calls += 1;
          return run();
        },
      });
      const one = brokerOn(counted, seen);
      const run = one.run().subscribe();
      await appended(store);
      await advance(1_000);
      seen.clear();
      await one.reset(["held/1", "free/1"]);
      await advance(10);
      await one.reset(["held/2", "free/2"]);
      await advance(20_000);
      for (const target of ["free/1", "free/2"]) expect(seen.of("r", target)).toEqual(upTo(3));
      const before = calls;
      await advance(2 * 60_000);
      // Every two seconds a look at the heads, at the log, and at what all agree upon; a sign now and then.
      expect(calls - before).toBeLessThan(2 * 30 * 5);
      await append(store, [4], { to: "held/1", stream: "s/held/1" });
      await append(store, [4], { to: "free/1", stream: "s/free/1" });
      await advance(2_000);
      expect(seen.of("r", "free/1")).toEqual(upTo(4));
      expect(seen.of("r", "held/1")).toEqual([]);
      await advance(3 * 60_000);
      expect(seen.of("r", "held/1")).toEqual([1, ...upTo(4)]);
      expect(seen.of("r", "held/2")).toEqual([1, ...upTo(3)]);
      run.unsubscribe();
    }));

  it("go on with another process where the one that looked has died, though the log stands still", () =>
    simulate(async ({ client, advance }) => {
      const seen = new Seen();
      const [first, second] = [client(), client()];
      const one = brokerOn(first.store, seen);
      const runs = [one.run().subscribe()];
      await append(first.store, upTo(2), { to: "held/1" });
      await advance(1_000);
      await one.reset("held/1");
      await advance(5_000);
      // The heads that this one has in hand are deferred too, so it has nothing to give back.
      runs.push(brokerOn(second.store, seen).run().subscribe());
      await advance(5_000);
      first.crash();
      runs[0]?.unsubscribe();
      await advance(2 * LONG_MS + 20_000);
      expect(seen.of("r", "held/1")).toEqual([1, ...upTo(2)]);
      runs[1]?.unsubscribe();
    }));
});
