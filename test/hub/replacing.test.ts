/** Routes that are replaced while processes run. */
import { defineRoutes, type Hub, hub, type Routes } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { mostStores } from "../stores/eachStore.js";
import { all, allTo, completes } from "./scene.js";

const toB = allTo("B", { maxRetries: 7 });
const twoOn = (store: Store, routes: Routes<"A" | "B"> = allTo("A"), strict = false) =>
  hub(store, { name: "h", routes, destinations: { A: completes, B: completes }, strict });

const destinations = async <D extends string>(of: Hub<unknown, D>) =>
  (await all(of)).map(({ destination }) => destination);

describe.each(mostStores())("routes on %s", (_, open) => {
  it("are replaced for all who emit from then on, and taken back", async () => {
    const store = open();
    const mine = twoOn(store);
    const others = twoOn(store);
    await mine.emit([1]);
    await mine.replaceRoutes(toB);
    await others.emit([2]);
    await mine.emit([3]);
    expect(await destinations(mine)).toEqual(["A", "B", "B"]);
    expect((await all(mine)).map(({ settings }) => settings.maxRetries)).toEqual([5, 7, 7]);
    await others.replaceRoutes(undefined);
    await mine.emit([4]);
    expect(await destinations(mine)).toEqual(["A", "B", "B", "A"]);
    await mine.replaceRoutes(undefined);
  });

  it("refuse what names a destination that is not there, where the hub is strict", async () => {
    const store = open();
    const strict = twoOn(store, allTo("A"), true);
    const toC = allTo("C") as unknown as Routes<"A">;
    expect(() => strict.replaceRoutes(toC)).toThrow(/"C"/);
    expect(() => twoOn(store, toC, true)).toThrow(/destinations that the hub does not have: "C"/);
    expect(() => strict.replaceRoutes({ config: { routes: [] } } as unknown as Routes<"A">)).toThrow(/defineRoutes/);
  });
});

describe("processes", () => {
  it("go by what another one has replaced with their next emit, whatever they knew", async () => {
    await simulate(async ({ client }) => {
      const [one, two] = [client(), client()];
      const mine = twoOn(one.store);
      const others = twoOn(two.store);
      await others.emit([1]);
      await mine.replaceRoutes(toB);
      await others.emit([2, 3]);
      await mine.replaceRoutes(undefined);
      await others.emit([4]);
      expect(await destinations(mine)).toEqual(["A", "B", "B", "A"]);
    });
  });

  it("are told of it within two seconds, and of nothing else", async () => {
    await simulate(async ({ client, advance }) => {
      const [one, two] = [client(), client()];
      const deployed = allTo("A");
      const mine = twoOn(one.store, deployed);
      const others = twoOn(two.store, deployed);
      const told = collect(others.routes$);
      await advance(3_000);
      expect(told.seen).toEqual([deployed]);
      await mine.replaceRoutes(toB);
      await advance(2_000);
      expect(told.seen.map(({ config }) => config)).toEqual([deployed.config, toB.config]);
      await others.replaceRoutes(undefined);
      await advance(0);
      expect(told.seen.at(-1)).toBe(deployed);
      told.stop();
    });
  });

  it("warn where the routes that hold are not those that they are deployed with", async () => {
    await simulate(async ({ store, advance }) => {
      const warned: Array<unknown> = [];
      const logged: Store = Object.create(store, {
        logger: { value: { warn: (_: string, fields: { code: string }) => warned.push(fields.code) } },
      }) as Store;
      await twoOn(store).replaceRoutes(toB);
      const same = twoOn(logged, toB);
      await same.emit([1]);
      expect(warned).toEqual([]);
      const run = collect(twoOn(logged, defineRoutes({ routes: [] })).run());
      await advance(1);
      run.stop();
      expect(warned).toEqual(["SLUICE_HUB_ROUTES"]);
    });
  });
});
