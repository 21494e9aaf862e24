/** Correlators that die before or after any of their calls: whoever goes on gives each event once, in order. */
import { broker } from "sluice/broker";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, dyingAt, eventually, pause, running, Seen, upTo } from "./scene.js";

const deaths = upTo(13).flatMap((call) => [
  { call, when: "before" as const },
  { call, when: "after" as const },
]);

/** A process that dies while it runs; it only correlates, so that what is seen is seen by others. */
const dying = async (
  store: Store,
  { call, when }: (typeof deaths)[number],
  name: string,
  reactions: ReadonlyArray<string>,
) => {
  const doomed = dyingAt(store, call, when);
  const noted = new Seen();
  // Its handlers never end, and its deliveries are given back with its process.
  const never = () => new Promise(() => undefined);
  const one = broker(doomed.store, {
    name,
    reactions: reactions.map((reaction) => noted.reaction(reaction, {}, never)),
    leaseMs: 50,
  });
  const run = running(one, { concurrency: 1 });
  await Promise.race([eventually(() => expect(doomed.died()).toBe(true)), pause(2_500)]);
  const died = doomed.died();
  run.kill();
  return died;
};

const patience = { timeout: 120_000 };

describe.each(mostStores())("a correlator that dies between any two calls on %s", (_, open) => {
  it("leaves each event to be given once, in order, and their positions right", patience, async () => {
    const store = open();
    await append(store, upTo(60));
    const end = await append(store, upTo(60), { to: "y", stream: "s/2" });
    const ends = await Promise.all(
      deaths.map(async (death) => {
        const name = `b-${death.call}-${death.when}`;
        const died = await dying(store, death, name, ["r"]);
        const seen = new Seen();
        const next = broker(store, { name, reactions: [seen.reaction("r", { attemptsMax: 100 })], leaseMs: 30_000 });
        running(next, { concurrency: 5 });
        await eventually(() => expect([seen.of("r"), seen.of("r", "y")]).toEqual([upTo(60), upTo(60)]));
        await eventually(async () => expect(await next.position("x")).toBe(end));
        return died;
      }),
    );
    expect(ends.filter((died) => died).length).toBeGreaterThan(8);
  });

  it("leaves a reaction that was being caught up each of its events once", patience, async () => {
    const store = open();
    await append(store, upTo(60));
    const names = deaths.map(({ call, when }) => `b-${call}-${when}`);
    for (const name of names) await broker(store, { name, reactions: [new Seen().reaction("old")] }).runUntilIdle();
    const ends = await Promise.all(
      deaths.map(async (death, i) => {
        const name = names[i]!;
        const died = await dying(store, death, name, ["old", "new"]);
        const seen = new Seen();
        const reactions = ["old", "new"].map((reaction) => seen.reaction(reaction, { attemptsMax: 100 }));
        running(broker(store, { name, reactions, leaseMs: 30_000 }), { concurrency: 5 });
        await eventually(() => expect(seen.of("new")).toEqual(upTo(60)));
        expect(seen.of("old")).toEqual([]);
        return died;
      }),
    );
    expect(ends.filter((died) => died).length).toBeGreaterThan(8);
  });

  it("leaves a replay that gives each event once and in order", patience, async () => {
    const store = open();
    await append(store, upTo(60));
    await append(store, upTo(60), { to: "y", stream: "s/2" });
    const names = deaths.map(({ call, when }) => `b-${call}-${when}`);
    for (const name of names) await broker(store, { name, reactions: [new Seen().reaction("r")] }).runUntilIdle();
    const ends = await Promise.all(
      deaths.map(async (death, i) => {
        const name = names[i]!;
        const seen = new Seen();
        const next = broker(store, { name, reactions: [seen.reaction("r", { attemptsMax: 100 })], leaseMs: 30_000 });
        await next.reset("x");
        const died = await dying(store, death, name, ["r"]);
        running(next, { concurrency: 5 });
        await eventually(() => expect(seen.of("r")).toEqual(upTo(60)));
        expect(seen.of("r", "y")).toEqual([]);
        return died;
      }),
    );
    expect(ends.filter((died) => died).length).toBeGreaterThan(8);
  });
});
