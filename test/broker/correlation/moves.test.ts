/** What becomes of events of reactions that are moved to other lanes, while targets are replayed and versions of a program come and go. */

import { Subject } from "rxjs";
import { broker, nonRetryable } from "sluice/broker";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, eventually, running, Seen, upTo } from "./scene.js";

const patience = { timeout: 30_000 };

/** Programs of the same reactions, each in the lane that is said. One of them fails at the first event, for as long as it is told to. */
const programs = (store: Store, failing: string) => {
  const seen = new Seen();
  const fails = { does: true };
  const make = (lanes: Readonly<Record<string, string>>) => {
    const reactions = Object.entries(lanes).map(([name, lane]) =>
      seen.reaction(name, { lane }, (n) => {
        if (fails.does && name === failing && n === 1) throw nonRetryable("not yet");
      }),
    );
    const all = Object.fromEntries(Object.values(lanes).map((lane) => [lane, {}]));
    const of = broker(store, { name: "b", reactions, lanes: all });
    of.events$.subscribe();
    return of;
  };
  return { seen, fails, make };
};

describe.each(mostStores())("a replay on %s", (_, open) => {
  it("that an older program asks for brings what it drops of a reaction that was moved", patience, async () => {
    const store = open();
    const { seen, fails, make } = programs(store, "r");
    const older = make({ r: "one", s: "one" });
    await append(store, upTo(5));
    await older.runUntilIdle();
    const newer = make({ r: "two", s: "one" });
    await newer.runUntilIdle();
    await older.reset("x");
    fails.does = false;
    await newer.runUntilIdle();
    expect(seen.of("r")).toEqual(upTo(5));
    expect(seen.of("s")).toEqual(upTo(5));
  });

  it(
    "that comes with one reaction to a lane brings what it drops there of another one that has left it",
    patience,
    async () => {
      const store = open();
      const { seen, fails, make } = programs(store, "r");
      const first = make({ r: "one", s: "two" });
      await append(store, upTo(5));
      await first.runUntilIdle();
      await first.reset("x");
      // Done in the lane of the one, and still to be done in that of the other.
      const run = running(first, { lanes: ["one"] });
      await eventually(async () => expect((await store.stats("sluice.broker/one/b")).enqueued).toBe(10));
      await run.stop();
      fails.does = false;
      const second = make({ r: "three", s: "one" });
      await second.runUntilIdle();
      expect(new Set(seen.of("r"))).toEqual(new Set(upTo(5)));
      expect(seen.of("s").slice(-5)).toEqual(upTo(5));
    },
  );
});

describe("a newer program that moves a reaction and is rolled back", () => {
  const rolledBack = (end: (newer: { readonly stop: () => void; readonly crash: () => void }) => void) =>
    simulate(async ({ client, advance }) => {
      const seen = new Seen();
      const make = (store: Store, lane: string) =>
        broker(store, {
          name: "b",
          reactions: [seen.reaction("r", { lane }), seen.reaction("s")],
          lanes: { [lane]: {} },
        });
      const [old, next, people] = [client(), client(), client()];
      const older = make(old.store, "one").run().subscribe();
      await append(people.store, upTo(5));
      await advance(1_000);
      const stop$ = new Subject<void>();
      const newer = make(next.store, "two").run({ stop$ }).subscribe();
      await append(people.store, upTo(5, 6));
      await advance(20_000);
      // Side by side nothing is moved to and fro.
      for (const n of upTo(10, 11)) {
        await append(people.store, [n]);
        await advance(1_000);
      }
      expect((await next.store.stats("sluice.broker/two/b")).enqueued).toBe(15);
      end({
        stop: () => stop$.next(),
        crash: () => {
          next.crash();
          newer.unsubscribe();
        },
      });
      await append(people.store, upTo(5, 21));
      await advance(45_000);
      await append(people.store, [26]);
      await advance(45_000);
      for (const name of ["r", "s"]) expect([...seen.of(name)].sort((a, b) => a - b)).toEqual(upTo(26));
      expect(seen.of("r").at(-1)).toBe(26);
      newer.unsubscribe();
      older.unsubscribe();
    });

  it("by a stop leaves it to the old one, which goes on with it and loses and doubles nothing", () =>
    rolledBack(({ stop }) => stop()));

  it("by a crash leaves it to the old one too", () => rolledBack(({ crash }) => crash()));
});
