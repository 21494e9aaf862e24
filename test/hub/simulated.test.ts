/** A hub on virtual time, as users test theirs: the program of the design, and the faults that `simulate` offers. */
import * as RTE from "fp-ts/lib/ReaderTaskEither.js";
import * as t from "io-ts";
import { map, NEVER, of, take, throwError, timer } from "rxjs";
import { Complete, defineRoutes, type Handler, hub } from "sluice/hub";
import { RH } from "sluice/reader";
import { H } from "sluice/task";
import { type Simulation, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { all, errorsOf, tell } from "./scene.js";

const LEASE_MS = 5_000;

const definitionOf = (x: Handler<number>) => ({
  name: "h",
  codec: t.number,
  leaseMs: LEASE_MS,
  routes: defineRoutes({
    routes: [
      {
        condition: { path: "$", exists: true },
        destination: "X",
        maxRetries: 1,
        retryDelay: { type: "constant", interval: 1 },
      },
    ],
  }),
  destinations: { X: x },
});

/** A hub that says when its handler ran. */
const telling = (
  { nowMs }: Pick<Simulation, "nowMs">,
  ran: Array<string>,
  work: Handler<number> = () => of(Complete),
) =>
  definitionOf((event, context) => {
    ran.push(`${event.payload} at ${nowMs()}, attempt ${context.attempt}`);
    return work(event, context);
  });

it("tells a failure of a dispatch, then its success, on virtual time", () =>
  simulate(async ({ store, advance, expect$ }) => {
    const flaky = hub(
      store,
      definitionOf((_, { attempt }) => (attempt === 1 ? throwError(() => new Error("no")) : of(Complete))),
    );
    flaky.emit([1]).subscribe();
    expect$(
      flaky.run().pipe(
        map(({ dispatch, result }) => `${dispatch.status} ${result}`),
        take(2),
      ),
    ).toBe("a 999ms (b|)", { a: "ongoing failed", b: "complete complete" });
    await advance(2_000);
  }));

describe("a hub in a simulation", () => {
  it("whose process dies in a handler leaves the dispatch to another one, after its lease, at the cost of an attempt", () =>
    simulate(async (simulation) => {
      const { store, client, crash, advance } = simulation;
      const ran: Array<string> = [];
      const dies = hub(
        store,
        telling(simulation, ran, ({ payload }) => {
          if (payload === 1) return of(Complete);
          crash();
          return NEVER;
        }),
      );
      const other = hub(client().store, telling(simulation, ran));
      await other.emit([1, 2]);
      const first = collect(dies.run());
      await advance(10);
      expect(ran).toEqual(["1 at 0, attempt 1", "2 at 0, attempt 1"]);
      const second = collect(other.run());
      await advance(LEASE_MS - 20);
      expect(ran).toHaveLength(2);
      await advance(10_000);
      expect(ran.slice(2)).toEqual(["2 at 5000, attempt 2"]);
      expect([first, second].map(({ seen }) => seen.map(({ dispatch }) => tell(dispatch)))).toEqual([
        ["complete, 1 of 1: complete"],
        ["complete, 2 of 2: failed, complete"],
      ]);
      const [, died] = await all(other);
      expect(errorsOf(died?.executions ?? [])).toEqual([expect.stringMatching(/^its process ended/), undefined]);
      first.stop();
      second.stop();
    }));

  it("whose hints are lost is 2 s late, and no more", () =>
    simulate(async (simulation) => {
      const { store, client, dropHints, advance } = simulation;
      const ran: Array<string> = [];
      const definition = telling(simulation, ran);
      const run = collect(hub(store, definition).run());
      const shop = hub(client().store, definition);
      await advance(50);
      await shop.emit([1]);
      await advance(50);
      dropHints();
      await shop.emit([2]);
      await advance(1_900);
      expect(ran).toEqual(["1 at 50, attempt 1"]);
      await advance(10_000);
      await shop.emit([3]);
      await advance(0);
      run.stop();
      expect(ran).toEqual(["1 at 50, attempt 1", "2 at 2100, attempt 1", "3 at 12000, attempt 1"]);
    }));

  it("whose replies are lost calls each handler once, and writes each result once", () =>
    simulate(async (simulation) => {
      const { store, client, dropReply, advance, scheduler } = simulation;
      const ran: Array<string> = [];
      const definition = telling(simulation, ran, () => timer(20, scheduler).pipe(map(() => Complete)));
      const run = collect(hub(store, definition).run());
      const shop = hub(client().store, definition);
      for (let n = 1; n <= 6; n++) {
        await shop.emit([n]);
        dropReply(n % 3);
        await advance(1_000);
      }
      await advance(30_000);
      run.stop();
      expect(ran.map((one) => one[0])).toEqual(["1", "2", "3", "4", "5", "6"]);
      expect(new Set((await all(shop)).map(tell))).toEqual(new Set(["complete, 1 of 1: complete"]));
      expect(run.seen).toHaveLength(6);
    }));

  it("emits once by a task that is run again where its reply was lost", () =>
    simulate(async ({ store, dropReply }) => {
      const definition = definitionOf(() => of(Complete));
      const emit = H.emit(hub(store, definition))([1, 2]);
      dropReply();
      expect(await emit()).toMatchObject({ left: { _tag: "StoreUnavailable" } });
      const again = await emit();
      const kept = await RTE.map(({ items }: { readonly items: ReadonlyArray<{ readonly id: string }> }) =>
        items.map(({ id }) => id),
      )(RH.listEvents(definition)({ order: "oldest first" }))({ store })();
      expect(kept).toEqual(again);
    }));

  it("whose store is away rides that out", () =>
    simulate(async (simulation) => {
      const { store, client, disconnect, reconnect, advance } = simulation;
      const ran: Array<string> = [];
      const definition = telling(simulation, ran);
      const run = collect(hub(store, definition).run());
      const shop = hub(client().store, definition);
      await shop.emit([1]);
      await advance(100);
      disconnect();
      await shop.emit([2]);
      await advance(60_000);
      expect(ran).toHaveLength(1);
      reconnect();
      await advance(5_000);
      run.stop();
      expect([run.seen.length, run.end]).toEqual([2, {}]);
      // What was on its way to it when the store went away may have cost an attempt, as where a process dies.
      expect(ran.map((one) => one[0])).toEqual(["1", "2"]);
      expect((await all(shop)).map(({ status }) => status)).toEqual(["complete", "complete"]);
    }));
});
