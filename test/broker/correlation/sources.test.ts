/** Brokers that read several logs, and logs that went back or were trimmed. */
import { broker, on } from "sluice/broker";
import { memoryStore } from "sluice/memory";
import { faultyStore } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { atEnd } from "../../support/atEnd.js";
import { append, codec, errorOf, eventually, logOn, restorable, running, Seen, upTo } from "./scene.js";

const memory = () => {
  const store = memoryStore();
  atEnd(() => store.close());
  return store;
};

describe.each(mostStores())("a broker on %s that reads a log in memory too", (_, open) => {
  it("gives each event of both once, in the order of its log, and knows a position in each", async () => {
    const [store, other] = [open(), memory()];
    const seen = new Seen();
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")], sources: [store, other] });
    const run = running(one);
    for (const n of upTo(20)) {
      await append(store, [n]);
      await append(other, [100 + n], { stream: "s/9" });
    }
    await eventually(() => expect(seen.of("r").length).toBe(40));
    const numbers = seen.of("r");
    expect(numbers.filter((n) => n <= 100)).toEqual(upTo(20));
    expect(numbers.filter((n) => n > 100)).toEqual(upTo(20, 101));
    const ends = [await append(store, [21]), await append(other, [121], { stream: "s/9" })];
    await eventually(async () => expect(await one.position("x")).toBe(ends.join(",")));
    expect(await one.position("quiet")).toBe(ends.join(","));
    expect(run.ended).toEqual({});
  });

  it("takes a log that is added at the end from its start", async () => {
    const [store, other] = [open(), memory()];
    const seen = new Seen();
    await append(store, [1]);
    await append(other, [101, 102]);
    const before = broker(store, { name: "b", reactions: [seen.reaction("r")] });
    await before.runUntilIdle();
    const reaction = seen.reaction("r");
    const next = broker(store, { name: "b", reactions: [reaction], sources: [store, other] });
    await append(store, [2]);
    await next.runUntilIdle();
    expect([...seen.of("r")].sort((a, b) => a - b)).toEqual([1, 2, 101, 102]);
    seen.clear();
    await next.reset("x");
    await next.runUntilIdle();
    expect([...seen.of("r")].sort((a, b) => a - b)).toEqual([1, 2, 101, 102]);
  });

  it("goes on with one while the other does not answer, and catches up when it does", { timeout: 30_000 }, async () => {
    const [store, other] = [open(), memory()];
    const seen = new Seen();
    const { store: broken, faults } = faultyStore(other);
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")], sources: [store, broken] });
    const run = running(one);
    await append(store, [1]);
    await append(other, [101]);
    await eventually(() => expect(seen.of("r").length).toBe(2));
    faults.disconnect();
    for (const n of upTo(10, 2)) {
      await append(store, [n]);
      await append(other, [100 + n]);
      await eventually(() => expect(seen.of("r")).toContain(n));
    }
    expect(seen.of("r").filter((n) => n > 100)).toEqual([101]);
    faults.reconnect();
    await eventually(() => expect(seen.of("r").filter((n) => n > 100)).toEqual(upTo(11, 101)));
    expect(run.ended).toEqual({});
    // What runs until it is idle cannot know that it is.
    faults.disconnect();
    expect(await errorOf(one.runUntilIdle())).toMatchObject({ _tag: "StoreUnavailable" });
  });

  it("reads six logs; seven are refused", async () => {
    const store = open();
    const sources = [store, ...upTo(5).map(memory)];
    const seen = new Seen();
    for (const [i, source] of sources.entries()) await append(source, [i]);
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")], sources });
    expect(await one.runUntilIdle()).toMatchObject({ acked: 6 });
    expect([...seen.of("r")].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await one.position("x"))?.split(",").length).toBe(6);
    expect(() =>
      broker(store, { name: "c", reactions: [seen.reaction("r")], sources: [...sources, memory()] }),
    ).toThrow(/sources/);
  });
});

describe.each(mostStores())("a log that went back or was trimmed, on %s", (_, open) => {
  it("ends a run with LogWentBack", async () => {
    const [before, after] = [open(), open()];
    const { store, restore } = restorable(before);
    const source = restorable(before);
    const seen = new Seen();
    const one = broker(before, { name: "b", reactions: [seen.reaction("r")], sources: [source.store] });
    await append(store, [1, 2]);
    await append(after, [7]);
    const run = running(one);
    await eventually(() => expect(seen.of("r")).toEqual([1, 2]));
    restore(after);
    source.restore(after);
    await eventually(() => expect(run.ended.error).toMatchObject({ _tag: "LogWentBack" }));
    expect(await errorOf(one.runUntilIdle())).toMatchObject({ _tag: "LogWentBack" });
    expect(seen.of("r")).toEqual([1, 2]);
  });

  it("ends a run with LogTrimmed where it had not come so far, and is nothing to one that had", async () => {
    const store = open();
    const seen = new Seen();
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")] });
    const first = await append(store, [1]);
    await one.runUntilIdle();
    await store.trimLog({ upTo: first, limit: 1_000 }, "first");
    const second = await append(store, [2]);
    await append(store, [3]);
    await store.trimLog({ upTo: second, limit: 1_000 }, "second");
    expect(await errorOf(one.runUntilIdle())).toMatchObject({ _tag: "LogTrimmed", trimmedTo: second });
    const run = running(one);
    await eventually(() => expect(run.ended.error).toMatchObject({ _tag: "LogTrimmed", trimmedTo: second }));
    expect(seen.of("r")).toEqual([1]);
  });

  it("begins at what is left of it, for a new broker, a new reaction and a replay", async () => {
    const store = open();
    const seen = new Seen();
    await append(store, [1, 2]);
    const old = broker(store, { name: "b", reactions: [seen.reaction("old")] });
    await old.runUntilIdle();
    const trimmed = await append(store, [3]);
    await append(store, [4]);
    await old.runUntilIdle();
    await store.trimLog({ upTo: trimmed, limit: 1_000 }, "trim");
    seen.clear();
    const next = broker(store, { name: "b", reactions: [seen.reaction("old"), seen.reaction("new")] });
    await next.runUntilIdle();
    expect(seen.of("new")).toEqual([4]);
    await broker(store, { name: "c", reactions: [seen.reaction("first")] }).runUntilIdle();
    expect(seen.of("first")).toEqual([4]);
    seen.clear();
    await next.reset("x");
    await next.runUntilIdle();
    expect([seen.of("old"), seen.of("new")]).toEqual([[4], [4]]);
  });
});

describe.each(mostStores())("an event whose targets cannot be told, on %s", (_, open) => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("no idea");
      },
    ],
    ["answers a number", () => 42],
    ["answers no text", () => ""],
    ["answers 513 bytes", () => `${"é".repeat(256)}x`],
  ] as ReadonlyArray<readonly [string, () => unknown]>)(
    "since its resolver %s blocks its own stream, and is asked again: then it goes to its target",
    async (_what, garbage) => {
      const store = open();
      const seen = new Seen();
      let bad = true;
      const reaction = on(codec, "A")
        .do(async ({ event: { n } }, { stream }) => seen.all.push(`r ${stream} ${n}`), { name: "r" })
        .to(({ event }) => (bad && event.n === 2 ? (garbage() as string) : event.to));
      const one = broker(store, { name: "b", reactions: [reaction] });
      one.events$.subscribe();
      await append(store, upTo(3));
      expect(await one.runUntilIdle()).toMatchObject({ acked: 2, blocked: 1 });
      expect(seen.of("r")).toEqual([1, 3]);
      expect((await one.blockedStreams()).items).toMatchObject([{ stream: "s/1", recorded: { version: 2 } }]);
      expect(await one.unblock("s/1")).toBe(1);
      expect(await one.runUntilIdle()).toMatchObject({ acked: 0, blocked: 1 });
      bad = false;
      await one.unblock("s/1");
      await one.runUntilIdle();
      expect([seen.of("r", "s/1"), seen.of("r")]).toEqual([[], [1, 3, 2]]);
    },
  );

  it("by a strategy: foreign reactions and errors block, an empty answer goes nowhere", async () => {
    const store = open();
    const seen = new Seen();
    const foreign = seen.reaction("foreign");
    const one = broker(store, {
      name: "b",
      reactions: [seen.reaction("r")],
      correlate: ({ event: { n, to } }, [reaction]) => {
        if (n === 1) return [{ stream: to, reaction: foreign }];
        if (n === 2) throw new Error("no idea");
        if (n === 3) return [];
        if (n === 4) return 42 as never;
        return [{ stream: `to/${to}`, reaction: reaction! }];
      },
    });
    one.events$.subscribe();
    await append(store, upTo(3));
    await append(store, [4], { stream: "s/4" });
    await append(store, [5], { stream: "s/5" });
    expect(await one.runUntilIdle()).toMatchObject({ fetched: 5, acked: 1, blocked: 2 });
    expect(seen.all).toEqual(["r to/x 5"]);
    const causes = (await one.blockedStreams()).items.map(({ stream, cause }) => `${stream}: ${cause}`);
    expect(causes).toEqual([expect.stringMatching(/s\/1: .*not among/), expect.stringMatching(/s\/4: .*array/)]);
    expect(await one.skip("s/1")).toBe(1);
    await one.runUntilIdle();
    expect((await one.blockedStreams()).items.map(({ cause }) => cause)).toContain("no idea");
    expect(await logOn(store).head("s/1")).toMatchObject({ version: 3 });
  });
});
