/** What a hub tells of itself: on `events$`, to a logger, and by warnings of the process. */
import * as E from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { of, throwError } from "rxjs";
import { queue } from "sluice";
import { Complete, destination, type HubNotice, hub, type Routes } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { effect } from "../../src/core/Effect.js";
import { invalidConfig, streamClosed } from "../../src/core/SluiceError.js";
import { collect } from "../broker/scene.js";
import { allTo, completes, hubOn } from "./scene.js";

const HIDDEN = "h1dden";

interface Warned {
  readonly code: unknown;
  readonly sentence: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The same store, whose warnings are kept. */
const logged = (store: Store) => {
  const warned: Array<Warned> = [];
  const warn = (sentence: string, { code, ...fields }: Readonly<Record<string, unknown>>): void => {
    warned.push({ code, sentence, fields });
  };
  return { store: Object.create(store, { logger: { value: { warn } } }) as Store, warned };
};

const tagsOf = (notices: ReadonlyArray<HubNotice>): ReadonlyArray<string> => notices.map(({ _tag }) => _tag);

/** Each warning says which hub, and none shows a payload, nor the name of what is within. */
const sayTheHub = (warned: ReadonlyArray<Warned>): void => {
  for (const { sentence, fields } of warned) {
    expect(sentence).toMatch(/^The hub "h" .*\.$/);
    expect(fields).toMatchObject({ hub: "h" });
    expect(sentence + JSON.stringify(fields)).not.toContain(HIDDEN);
    expect(sentence).not.toContain("sluice.hub");
  }
};

describe("a hub tells", () => {
  it("of a breaker that opens, at each failed trial again, and that it has closed", () =>
    simulate(async (simulation) => {
      const { store, warned } = logged(simulation.store);
      let isDown = true;
      const broken = hubOn(
        store,
        destination(() => (isDown ? throwError(() => new Error("down")) : of(Complete)), {
          breakAfter: 2,
          breakMs: 5_000,
        }),
      );
      const told = collect(broken.events$);
      // Whatever face of it is asked.
      const alike = collect(hubOn(store, completes).events$);
      await broken.emit([HIDDEN, HIDDEN]);
      const run = collect(broken.run({ concurrency: 1 }));
      await simulation.advance(7_000);
      isDown = false;
      await simulation.advance(5_000);
      run.stop();
      const opened = { _tag: "BreakerOpened", destination: "A", error: "Error: down" };
      expect(told.seen).toEqual([
        { ...opened, failures: 2, untilMs: 5_000 },
        { ...opened, failures: 3, untilMs: 10_000 },
        { _tag: "BreakerClosed", destination: "A" },
      ]);
      expect(alike.seen).toEqual(told.seen);
      expect(warned.map(({ code, fields }) => [code, fields["failures"]])).toEqual([
        ["SLUICE_HUB_BREAKER", 2],
        ["SLUICE_HUB_BREAKER", 3],
      ]);
      sayTheHub(warned);
    }));

  it("of a result that the store refuses, and of calls that fail", () =>
    simulate(async (simulation) => {
      const { store: inner, warned } = logged(simulation.store);
      let refuses: "all of it" | "the list" | undefined = "all of it";
      const refusing = Object.create(inner, {
        write: {
          value: ((lists, writeId) => {
            if (refuses === undefined || !lists.flat().some(({ _tag }) => _tag === "Settle"))
              return inner.write(lists, writeId);
            const error = invalidConfig("client", "not this user");
            if (refuses === "all of it") return effect((asker) => asker.error(error));
            return effect((asker) => {
              asker.next(lists.map(() => E.left(streamClosed("of another one", 1))));
              asker.complete();
            });
          }) satisfies Store["write"],
        },
      }) as Store;
      const one = hub(refusing, { name: "h", leaseMs: 1_000, routes: allTo("A"), destinations: { A: completes } });
      const told = collect(one.events$);
      const [event] = await one.emit([HIDDEN]);
      const run = collect(one.run());
      await simulation.advance(100);
      const dispatchId = (await one.listDispatches()).items[0]?.id;
      expect(event).toBeDefined();
      expect(told.seen).toMatchObject([
        { _tag: "StoreFailed", destination: "A", during: "settle", error: { _tag: "InvalidConfig" } },
        { _tag: "Refused", destination: "A", dispatchId, error: { _tag: "InvalidConfig" } },
      ]);
      refuses = "the list";
      await simulation.advance(1_000);
      expect(told.seen.slice(2)).toMatchObject([{ _tag: "Refused", destination: "A", dispatchId }]);
      refuses = undefined;
      await simulation.advance(2_000);
      run.stop();
      expect(run.seen).toHaveLength(1);
      expect(warned.map(({ code }) => code)).toEqual([
        "SLUICE_HUB_SETTLE_FAILED",
        "SLUICE_HUB_REFUSED",
        "SLUICE_HUB_REFUSED",
      ]);
      sayTheHub(warned);
    }));

  it("of what is lost, and of what stands in a queue of its and is no message of a dispatch", () =>
    simulate(async (simulation) => {
      const { store, warned } = logged(simulation.store);
      const one = hubOn(store, completes);
      const told = collect(one.events$);
      await one.emit([HIDDEN]);
      await store.purge({ queue: "sluice.hub/A/h", limit: 10 }, "w-1");
      await simulation.advance(1_000);
      const { items } = await one.markLost({ elapsedMs: 0 });
      // What another program has put there.
      const foreign = queue(simulation.client().store, { name: "sluice.hub/A/h", codec: t.unknown });
      const { id } = await foreign.enqueue({ dispatchId: HIDDEN, [HIDDEN]: 5 });
      const run = collect(one.run());
      await simulation.advance(1_000);
      run.stop();
      const poisoned = { _tag: "Poisoned", destination: "A", messageId: id };
      expect(told.seen).toMatchObject([{ _tag: "Lost", dispatch: items[0] }, poisoned]);
      expect(JSON.stringify(told.seen)).not.toContain(HIDDEN);
      expect(warned.map(({ code, fields }) => [code, fields["dispatchId"], fields["messageId"]])).toEqual([
        ["SLUICE_HUB_LOST", items[0]?.id, undefined],
        ["SLUICE_HUB_POISONED", undefined, id],
      ]);
      sayTheHub(warned);
    }));

  it("of a dispatch that came to a program without its destination, and of routes to there", () =>
    simulate(async (simulation) => {
      const { store, warned } = logged(simulation.store);
      await hub(simulation.client().store, {
        name: "h",
        routes: allTo("B"),
        destinations: { B: completes },
      }).emit([HIDDEN]);
      const one = hubOn(store, completes);
      const told = collect(one.events$);
      const run = collect(one.run());
      await simulation.advance(3_000);
      expect(tagsOf(told.seen)).toEqual(["Misconfigured"]);
      expect(told.seen[0]).toMatchObject({ destination: "B", dispatchId: run.seen[0]?.dispatch.id });
      await hub(simulation.client().store, {
        name: "h",
        routes: allTo("B"),
        destinations: { B: completes },
      }).replaceRoutes(allTo("B"));
      await one.emit([2]);
      run.stop();
      expect(told.seen.slice(1)).toEqual([
        { _tag: "RoutesDiffer" },
        { _tag: "Lacks", destinations: ["B"] },
        { _tag: "RoutesReplaced" },
      ]);
      expect(warned.map(({ code }) => code)).toEqual([
        "SLUICE_HUB_MISCONFIGURED",
        "SLUICE_HUB_ROUTES",
        "SLUICE_HUB_LACKS",
      ]);
      sayTheHub(warned);
    }));

  it("that this process has replaced its routes, and taken them back, once each", () =>
    simulate(async ({ store }) => {
      const one = hubOn(store, completes);
      const told = collect(one.events$);
      await one.emit([1]);
      await one.replaceRoutes(allTo("A", { maxRetries: 1 }));
      await one.emit([2]);
      await one.replaceRoutes(undefined);
      await one.emit([3]);
      expect(tagsOf(told.seen)).toEqual(["RoutesReplaced", "RoutesReplaced"]);
      await one.replaceRoutes(allTo("X") as unknown as Routes<"A">);
      expect(told.seen.slice(2)).toEqual([{ _tag: "Lacks", destinations: ["X"] }, { _tag: "RoutesReplaced" }]);
    }));

  it("of its store, which is away and is back", () =>
    simulate(async ({ store, disconnect, reconnect, advance }) => {
      const one = hubOn(store, completes);
      const told = collect(one.events$);
      const run = collect(one.run());
      await advance(10);
      disconnect();
      await advance(1_000);
      reconnect();
      await advance(1_000);
      run.stop();
      const tags = tagsOf(told.seen);
      expect([tags.includes("StoreDown"), tags.includes("StoreUp")]).toEqual([true, true]);
      for (const notice of told.seen)
        if (notice._tag === "StoreFailed")
          expect(notice).toMatchObject({ destination: "A", during: "lease", error: { retryable: true } });
    }));
});
