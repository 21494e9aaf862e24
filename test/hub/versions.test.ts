/** Other versions of the library, and of the program, beside this one. */
import { Complete, defineRoutes, type Handler, hub } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { newId } from "../../src/core/newId.js";
import { revisionOf } from "../../src/core/Revision.js";
import { collect } from "../broker/scene.js";
import { all, completes, hubOn, tell } from "./scene.js";

const EVENT_PLACES = { indexes: [{ name: "all", sort: "-" }] };

/** The event's record as another version of the library would have it. */
const rewritten = async (store: Store, id: string, change: (value: string) => string): Promise<void> => {
  const name = { collection: "sluice.hub/events/h", id };
  const [record] = await store.getRecords([name]);
  const revision = revisionOf(newId());
  await store.write(
    [[{ _tag: "Put", ...name, expected: { _tag: "Any" }, revision, value: change(record!.value), keep: EVENT_PLACES }]],
    newId(),
  );
};

describe("an event that another version of the library has written", () => {
  it.each([
    ["in another envelope", (value: string) => `9${value.slice(1)}`],
    ["with other parts", () => '1{"payload":1}'],
  ])("%s is given back, and costs no attempt", async (_, change) => {
    await simulate(async ({ store, client, advance }) => {
      let calls = 0;
      const shop = hubOn(
        store,
        async () => {
          calls += 1;
          return Complete;
        },
        { maxRetries: 0 },
      );
      const [id] = await shop.emit([1]);
      let before = "";
      await rewritten(store, id!, (value) => {
        before = value;
        return change(value);
      });
      const run = collect(shop.run());
      await advance(60_000);
      expect([calls, run.seen, (await all(shop)).map(tell)]).toEqual([0, [], ["ongoing, 0 of 0: "]]);
      await rewritten(client().store, id!, () => before);
      await advance(20_000);
      run.stop();
      expect([calls, (await all(shop)).map(tell)]).toEqual([1, ["complete, 1 of 1: complete"]]);
    });
  });
});

describe("a definition", () => {
  it("refuses a destination that no route can name", async () => {
    await simulate(({ store }) => {
      const routes = defineRoutes<string>({ routes: [] });
      for (const name of ["", "a b", "a/b", "x".repeat(65), "\u0000", "__proto__"]) {
        const destinations = Object.fromEntries([[name, completes]]);
        expect(() => hub<string>(store, { name: "h", routes, destinations })).toThrow(
          expect.objectContaining({ _tag: "InvalidConfig", option: "destinations" }),
        );
      }
      expect(() => hub<string>(store, { name: "h", routes, destinations: { "é.1:@-": completes } })).not.toThrow();
    });
  });
});

describe("what takes the place of a hub", () => {
  it("fails an execution where it answers no Write", async () => {
    await simulate(async ({ store, advance }) => {
      for (const answer of [Promise.resolve(), undefined, null]) {
        // What the types refuse, JavaScript does.
        const other = { emit: () => answer } as unknown as Handler<unknown>;
        const shop = hub(store, {
          name: "h",
          routes: defineRoutes({
            defaultMaxRetries: 0,
            routes: [{ condition: { allOf: [] }, destination: "A" }],
          }),
          destinations: { A: other },
        });
        await shop.emit([1]);
        const run = collect(shop.run());
        await advance(10);
        run.stop();
        expect(run.seen.map(({ dispatch }) => tell(dispatch))).toEqual(["failed, 1 of 1: failed"]);
      }
    });
  });
});
