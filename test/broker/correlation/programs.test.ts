/** What programs of other versions leave behind: lanes, types, sources and reactions that the next one does not have. */
import { firstValueFrom } from "rxjs";
import { broker, Defer, on } from "sluice/broker";
import { memoryStore } from "sluice/memory";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { atEnd } from "../../support/atEnd.js";
import { append, codec, Seen, upTo } from "./scene.js";

const brokerOf = (store: Store, reactions: Parameters<typeof broker>[1]["reactions"], more: object = {}) =>
  broker(store, { name: "b", reactions, ...more } as Parameters<typeof broker>[1]);

describe.each(mostStores())("a lane that the next program does not have, on %s", (_, open) => {
  it("is delivered to its end, and counts for positions and for people", async () => {
    const store = open();
    const seen = new Seen();
    let fails = true;
    const work = (): void => {
      if (fails) throw new Error("not yet");
    };
    const slow = brokerOf(store, [seen.reaction("r", { lane: "slow", attemptsMax: 1 }, work)], { lanes: { slow: {} } });
    await append(store, [1, 2]);
    const first = await slow.runUntilIdle();
    expect(first.blocked).toBe(1);
    const next = brokerOf(store, [seen.reaction("r")]);
    await append(store, [3]);
    await next.runUntilIdle();
    expect(seen.of("r")).toEqual([3]);
    expect(await next.position("x")).toBeUndefined();
    expect((await next.blockedStreams()).items.map(({ stream, lane }) => [stream, lane])).toEqual([["x", "slow"]]);
    fails = false;
    expect(await next.unblock("x")).toBe(1);
    await next.runUntilIdle();
    expect(seen.of("r")).toEqual([3, 1, 2]);
    expect(await next.position("x")).toBeDefined();
  });
});

describe("programs of two versions", () => {
  it("lose no event of a type that a reaction has gained", async () => {
    const store = memoryStore();
    atEnd(() => store.close());
    const seen = new Seen();
    const older = brokerOf(store, [seen.reaction("r", { types: ["A"] })]);
    const newer = brokerOf(store, [seen.reaction("r", { types: ["A", "B"] })]);
    await append(store, [1]);
    await older.runUntilIdle();
    await newer.runUntilIdle();
    await append(store, [2], { type: "B" });
    // It leaves the reaction behind, since it does not have all its types.
    await older.runUntilIdle();
    await append(store, [3], { type: "B" });
    await newer.runUntilIdle();
    expect(seen.of("r")).toEqual([1, 2, 3]);
  });

  it("take a type away from a reaction by saying so", async () => {
    const store = memoryStore();
    atEnd(() => store.close());
    const seen = new Seen();
    await append(store, [1], { type: "B" });
    await brokerOf(store, [seen.reaction("r", { types: ["A", "B"] })]).runUntilIdle();
    const fewer = brokerOf(store, [seen.reaction("r", { types: ["A"], without: ["B"] })]);
    await append(store, [2], { type: "B" });
    await append(store, [3]);
    await fewer.runUntilIdle();
    expect(seen.of("r")).toEqual([1, 3]);
    expect(() => seen.reaction("r", { without: "B" as never })).toThrow(/without must be an array/);
  });

  it("read a source once that only one of them has", async () => {
    const [store, other] = [memoryStore(), memoryStore()];
    for (const one of [store, other]) atEnd(() => one.close());
    const seen = new Seen();
    const older = brokerOf(store, [seen.reaction("r")], { sources: [store] });
    const newer = brokerOf(store, [seen.reaction("r")], { sources: [store, other] });
    await append(store, [1]);
    await append(other, [101]);
    await newer.runUntilIdle();
    await append(store, [2]);
    await older.runUntilIdle();
    await append(other, [102]);
    await newer.runUntilIdle();
    expect([...seen.of("r")].sort((a, b) => a - b)).toEqual([1, 2, 101, 102]);
  });

  it("miss nobody who was retired once by void()", async () => {
    const store = memoryStore();
    atEnd(() => store.close());
    const seen = new Seen();
    await append(store, [1]);
    await brokerOf(store, [seen.reaction("a"), seen.reaction("gone")]).runUntilIdle();
    const retiring = on(codec, "A")
      .do(async () => undefined, { name: "gone" })
      .void();
    await append(store, [2]);
    await brokerOf(store, [seen.reaction("a"), retiring]).runUntilIdle();
    const next = brokerOf(store, [seen.reaction("a")]);
    const told: Array<string> = [];
    next.events$.subscribe(({ _tag }) => told.push(_tag));
    await append(store, [3]);
    await next.reset("x");
    await next.runUntilIdle();
    expect(told).not.toContain("Lacks");
    expect(seen.of("a")).toEqual([1, 2, 1, 2, 3]);
    expect(seen.of("gone")).toEqual([1]);
  });

  it("are told which reactions are left behind, and replay once a program has them", async () => {
    const store = memoryStore();
    atEnd(() => store.close());
    const seen = new Seen();
    const whole = () => brokerOf(store, [seen.reaction("a"), seen.reaction("b")]);
    await append(store, [1]);
    await whole().runUntilIdle();
    const part = brokerOf(store, [seen.reaction("a")]);
    const lacked: Array<ReadonlyArray<string>> = [];
    part.events$.subscribe((event) => {
      if (event._tag === "Lacks") lacked.push(event.reactions);
    });
    await part.reset("x");
    await part.runUntilIdle();
    expect(lacked).toContainEqual(["b"]);
    expect(seen.of("a")).toEqual([1]);
    await whole().runUntilIdle();
    expect([seen.of("a"), seen.of("b")]).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});

describe("a replay whose target is in somebody's hands", () => {
  it("lets a new reaction be caught up first, and misses nothing of its target", () =>
    simulate(async ({ store, advance }) => {
      const seen = new Seen();
      const held = on(codec, "A")
        .do(
          async ({ event: { n }, appendedAtMs }) => {
            if (n === 1 && store.scheduler.now() < appendedAtMs + 60_000) return Defer({ forMs: 60_000 });
            seen.all.push(`held x ${n}`);
            return undefined;
          },
          { name: "held" },
        )
        .to("x");
      const old = brokerOf(store, [held]).run().subscribe();
      await append(store, [1, 2]);
      await advance(1_000);
      await brokerOf(store, [held]).reset("x");
      await advance(3_000);
      old.unsubscribe();
      const next = brokerOf(store, [held, seen.reaction("new")])
        .run()
        .subscribe();
      await append(store, [3], { to: "y" });
      await advance(10_000);
      expect(seen.of("new", "y")).toEqual([3]);
      await advance(120_000);
      next.unsubscribe();
      await advance(1_000);
      expect(
        seen
          .of("held")
          .filter((n) => n !== 1)
          .slice(-2),
      ).toEqual([2, 3]);
      expect(seen.of("new").length + seen.of("new", "y").length).toBe(3);
    }));

  it("has the position of its start from the moment on in which it was asked for", async () => {
    const store = memoryStore();
    atEnd(() => store.close());
    const seen = new Seen();
    const b = brokerOf(store, [seen.reaction("a")]);
    await append(store, upTo(3));
    await b.runUntilIdle();
    await b.reset("other");
    await b.reset("x");
    expect(await b.position("x")).toBeUndefined();
    await b.runUntilIdle();
    expect(seen.of("a")).toEqual([...upTo(3), ...upTo(3)]);
    expect(await b.position("x")).toBeDefined();
  });

  it("takes no more names than one record holds", async () => {
    const store = memoryStore();
    atEnd(() => store.close());
    const b = brokerOf(store, [new Seen().reaction("a")]);
    const names = (round: number): ReadonlyArray<string> =>
      Array.from({ length: 1_000 }, (_, i) => `${"n".repeat(500)}${round}-${i}`);
    await b.reset(names(0));
    await b.reset(names(1));
    await expect(Promise.resolve(b.reset(names(2)))).rejects.toMatchObject({
      _tag: "InvalidConfig",
      option: "streams",
    });
  });
});

it("a thousand reactions at one target that end at once need no deeper stack", async () => {
  const store = memoryStore();
  atEnd(() => store.close());
  const seen = new Seen();
  const all = upTo(1_000).map((i) => seen.reaction(`r${i}`));
  await append(store, [1]);
  const { acked } = await brokerOf(store, all).runUntilIdle();
  expect(acked).toBe(1);
  expect(seen.all.length).toBe(1_000);
});

it("a reaction begins at positions of no more logs than the broker has", () => {
  const store = memoryStore();
  atEnd(() => store.close());
  const from = "-,-" as never;
  expect(() => brokerOf(store, [new Seen().reaction("a", { from })])).toThrow(/more logs than the broker has sources/);
});

describe.each(mostStores())("a lane that no program has any more, on %s", (_, open) => {
  const lanesOf = async (of: Pick<ReturnType<typeof brokerOf>, "status$">): Promise<ReadonlyArray<string>> =>
    Object.keys((await firstValueFrom(of.status$)).lanes).sort();

  it("is told of as long as something is pending there, and forgotten then", async () => {
    const store = open();
    const seen = new Seen();
    let fails = true;
    const work = (): void => {
      if (fails) throw new Error("not yet");
    };
    const older = () =>
      brokerOf(
        store,
        [seen.reaction("r", { lane: "slow", attemptsMax: 1 }, work), seen.reaction("s", { lane: "quick" })],
        {
          lanes: { slow: {}, quick: {} },
        },
      );
    older().events$.subscribe();
    await append(store, [1, 2]);
    await older().runUntilIdle();
    const retired = on(codec, "A")
      .do(async () => undefined, { name: "s", lane: "quick" })
      .void();
    await brokerOf(store, [seen.reaction("r"), retired], { lanes: { quick: {} } }).runUntilIdle();
    const newer = brokerOf(store, [seen.reaction("r")]);
    await newer.runUntilIdle();
    expect(await lanesOf(newer)).toEqual(["default", "slow"]);
    fails = false;
    await newer.unblock("x");
    await newer.runUntilIdle();
    const before = await newer.position("x");
    await newer.runUntilIdle();
    expect(await lanesOf(newer)).toEqual(["default"]);
    expect(await newer.position("x")).toBe(before);
    // Whoever has them still makes them anew, and nothing is lost or double.
    const last = await append(store, [3]);
    expect(await older().position("x")).toBe(before);
    await older().runUntilIdle();
    expect(await lanesOf(older())).toEqual(["quick", "slow"]);
    expect([seen.of("r"), seen.of("s")]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(await older().position("x")).toBe(last);
  });
});
