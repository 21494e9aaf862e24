/** Programs of several versions on one broker: reactions that one of them lacks, and reactions that move to another lane. */
import { switchMap, timer } from "rxjs";
import { broker } from "sluice/broker";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, eventually, running, Seen, upTo } from "./scene.js";

/** The old program has the reaction a, the new one has b too. */
const programs = (store: Store) => {
  const seen = new Seen();
  const reactionsOf = (names: ReadonlyArray<string>) => names.map((name) => seen.reaction(name));
  const make = (...names: ReadonlyArray<string>) => broker(store, { name: "b", reactions: reactionsOf(names) });
  return { seen, make, older: () => make("a"), newer: () => make("a", "b") };
};

/** What stands in the line of a target is worked only by a program that has its reactions, so the old one may hold it up for a second. */
const patience = { timeout: 60_000 };

describe.each(mostStores())("an older program on %s", (_, open) => {
  it(
    "that leads leaves the reaction behind that it lacks; a newer one takes over, and nothing is lost or double",
    patience,
    async () => {
      const store = open();
      const { seen, older, newer } = programs(store);
      await append(store, upTo(10));
      await newer().runUntilIdle();
      await append(store, upTo(10, 11));
      await older().runUntilIdle();
      await append(store, upTo(10, 21));
      await older().runUntilIdle();
      expect(seen.of("a")).toEqual(upTo(30));
      expect(seen.of("b")).toEqual(upTo(10));
      await append(store, upTo(10, 31));
      await newer().runUntilIdle();
      expect(seen.of("b")).toEqual(upTo(40));
      expect(seen.of("a")).toEqual(upTo(40));
    },
  );

  it("gives the place away while it runs on, to a newer one that comes", patience, async () => {
    const store = open();
    const { seen, older, newer } = programs(store);
    const old = running(older());
    await append(store, upTo(5));
    await eventually(() => expect(seen.of("a")).toEqual(upTo(5)));
    const next = running(newer());
    let n = 5;
    await eventually(async () => {
      if (n < 8) {
        n += 1;
        await append(store, [n]);
      }
      expect(seen.of("b").length).toBeGreaterThan(0);
    });
    await append(store, [n + 1]);
    // It holds for a second what it is given of the reaction that it lacks, so all is quicker without it.
    await old.stop();
    await eventually(() => expect([seen.of("a"), seen.of("b")]).toEqual([upTo(n + 1), upTo(n + 1)]));
    expect(next.ended).toEqual({});
  });

  it.each(["older", "newer"] as const)(
    "beside a newer one: when the %s stops first, nothing is lost or double",
    patience,
    async (first) => {
      const store = open();
      const { seen, older, newer } = programs(store);
      const runs = { newer: running(newer()), older: running(older()) };
      let n = 0;
      const some = async () => {
        for (let i = 0; i < 20; i++) {
          n += 1;
          await append(store, [n]);
        }
      };
      await some();
      await runs[first].stop();
      await some();
      await runs[first === "older" ? "newer" : "older"].stop();
      await some();
      const last = running(newer());
      await eventually(() => expect([seen.of("a"), seen.of("b")]).toEqual([upTo(n), upTo(n)]));
      expect(last.ended).toEqual({});
    },
  );

  it("of two that each lack one, and of two alike that lack one, takes no place from the other", patience, async () => {
    const store = open();
    const { seen, make } = programs(store);
    await make("a", "gone").runUntilIdle();
    const brokers = [make("a"), make("a"), make("a", "b")];
    const correlated = brokers.map(() => 0);
    for (const [i, one] of brokers.entries())
      one.events$.subscribe((event) => {
        if (event._tag === "Correlated") correlated[i] = (correlated[i] ?? 0) + 1;
      });
    const [first] = [running(brokers[0]!)];
    await append(store, [1]);
    await eventually(() => expect(seen.of("a")).toEqual([1]));
    const others = brokers.slice(1).map((one) => running(one));
    for (const n of upTo(40, 2)) await append(store, [n]);
    await eventually(() => expect(seen.of("a")).toEqual(upTo(41)));
    expect(correlated.slice(1)).toEqual([0, 0]);
    for (const run of [first, ...others]) expect(run.ended).toEqual({});
  });

  it("of which a reaction was removed holds up no reaction that is newer still", patience, async () => {
    const store = open();
    const { seen, make } = programs(store);
    await append(store, upTo(3));
    await make("a", "gone").runUntilIdle();
    await make("a").runUntilIdle();
    await append(store, [4]);
    await make("a").runUntilIdle();
    await make("a", "late").runUntilIdle();
    await append(store, [5]);
    await make("a", "late").runUntilIdle();
    expect(seen.of("late")).toEqual(upTo(5));
    expect(seen.of("a")).toEqual(upTo(5));
  });

  it(
    "leaves a replay to a program that has all reactions, so that none of them misses what it drops",
    patience,
    async () => {
      const store = open();
      const { seen, older, newer } = programs(store);
      await append(store, upTo(10));
      await newer().runUntilIdle();
      seen.clear();
      await newer().reset("x");
      await append(store, [11]);
      await older().runUntilIdle();
      expect(seen.all).toEqual([]);
      await newer().runUntilIdle();
      expect([seen.of("a"), seen.of("b")]).toEqual([upTo(11), upTo(11)]);
    },
  );
});

/** Programs that have the reaction r in the default lane, in the lane other, or beside one that is slow. */
const moving = (store: Store) => {
  const seen = new Seen();
  const lanes = { other: {} };
  return {
    seen,
    here: () =>
      broker(store, {
        name: "b",
        reactions: [seen.reaction("r"), seen.reaction("stays", { lane: "other" }), seen.reaction("d")] as const,
        lanes,
      }),
    there: () =>
      broker(store, {
        name: "b",
        reactions: [
          seen.reaction("r", { lane: "other" }),
          seen.reaction("stays", { lane: "other" }),
          seen.reaction("d"),
        ] as const,
        lanes,
      }),
  };
};

describe.each(mostStores())("a reaction that is moved to another lane on %s", (_, open) => {
  it("goes on where it was, also where its new lane is behind or ahead", patience, async () => {
    const store = open();
    const { seen, here, there } = moving(store);
    await append(store, upTo(10));
    // The old lane is ahead by ten: nobody serves the other one.
    const ahead = running(here(), { lanes: ["default"] });
    await eventually(() => expect(seen.of("r")).toEqual(upTo(10)));
    await ahead.stop();
    await append(store, upTo(5, 11));
    await there().runUntilIdle();
    expect(seen.of("r")).toEqual(upTo(15));
    expect(seen.of("stays")).toEqual(upTo(15));
    // And back, to where the default lane has not been run since.
    await append(store, upTo(5, 16));
    await there().runUntilIdle();
    await append(store, upTo(5, 21));
    await here().runUntilIdle();
    expect(seen.of("r")).toEqual(upTo(25));
    expect(seen.of("stays")).toEqual(upTo(25));
  });

  it("to a lane that is new, and behind it, sees nothing twice", patience, async () => {
    const store = open();
    const { seen, here } = moving(store);
    await append(store, upTo(10));
    const ahead = running(here(), { lanes: ["default"] });
    await eventually(() => expect(seen.of("r")).toEqual(upTo(10)));
    await ahead.stop();
    const reactions = [seen.reaction("r", { lane: "third" }), seen.reaction("stays", { lane: "other" })] as const;
    const next = broker(store, { name: "b", reactions, lanes: { third: {}, other: {} } });
    await append(store, [11]);
    await next.runUntilIdle();
    await next.runUntilIdle();
    expect(seen.of("r")).toEqual(upTo(11));
  });

  it(
    "before it was caught up goes on in its new lane, though nobody serves the old one any more",
    patience,
    async () => {
      const store = open();
      const { seen, there } = moving(store);
      await append(store, upTo(40));
      const stays = () => seen.reaction("stays", { lane: "other" });
      await broker(store, {
        name: "b",
        reactions: [stays(), seen.reaction("d")] as const,
        lanes: { other: {} },
      }).runUntilIdle();
      // New in the default lane: said, and never run there.
      const reactions = [stays(), seen.reaction("d"), seen.reaction("r")] as const;
      await broker(store, { name: "b", reactions, lanes: { other: {} } }).prioritize("x", 1);
      await append(store, [41]);
      await there().runUntilIdle();
      expect(seen.of("r")).toEqual(upTo(41));
    },
  );

  it("while a target is replayed takes the replay along", patience, async () => {
    const store = open();
    const { seen, here, there } = moving(store);
    await append(store, upTo(10));
    await here().runUntilIdle();
    seen.clear();
    await here().reset("x");
    await there().runUntilIdle();
    expect(seen.of("r").slice(-10)).toEqual(upTo(10));
    expect(seen.of("stays").slice(-10)).toEqual(upTo(10));
  });

  it(
    "is not moved to and fro by two versions that run side by side, and loses nothing when one is run anew",
    patience,
    async () => {
      const store = open();
      const { seen, here, there } = moving(store);
      let n = 0;
      const some = async () => {
        for (let i = 0; i < 15; i++) {
          n += 1;
          await append(store, [n]);
        }
      };
      const olds = [running(here())];
      await some();
      running(there());
      await some();
      await olds[0]?.stop();
      olds.push(running(here()));
      await some();
      await olds[1]?.stop();
      await some();
      const sorted = (numbers: ReadonlyArray<number>) => [...numbers].sort((a, b) => a - b);
      // What stands in its old lane and what comes in the new one are two lines while it moves.
      await eventually(() => expect([sorted(seen.of("r")), seen.of("stays")]).toEqual([upTo(n), upTo(n)]));
    },
  );
});

describe.each(mostStores())("a replay on %s", (_, open) => {
  it("brings what a reaction had by then that is caught up behind it", patience, async () => {
    const store = open();
    const { seen, make } = programs(store);
    await append(store, upTo(600));
    await make("a").runUntilIdle();
    // Said, and run by nobody: the first catch-up of the lane, behind which the replay waits.
    await make("a", "gone").prioritize("x", 1);
    await make("a", "gone").reset("x");
    const part = make("a", "b");
    const died = new Promise<void>((resolve) => {
      part.events$.subscribe((event) => {
        if (event._tag !== "Correlated") return;
        subscription.unsubscribe();
        resolve();
      });
    });
    const subscription = timer(0)
      .pipe(switchMap(() => part.run()))
      .subscribe();
    await died;
    running(make("a", "gone", "b"));
    await eventually(() => expect(new Set(seen.of("b"))).toEqual(new Set(upTo(600))));
    await eventually(() => expect(seen.of("gone").slice(-600)).toEqual(upTo(600)));
  });
});
