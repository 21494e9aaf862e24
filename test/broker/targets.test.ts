/** Whose line the events of a reaction stand in, and what reactions of one line have to do with each other. */
import { broker, on } from "sluice/broker";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { counts, dec, inc, logOn, noted } from "./scene.js";

describe.each(mostStores())("targets on %s", (_, open) => {
  it("are the event's own stream where nothing is said", async () => {
    const store = open();
    const streams: Array<string> = [];
    const own = on(counts, "Inc").do(async ({ event }, { stream }) => streams.push(`${stream} ${event.by}`));
    const b = broker(store, { name: "b", reactions: [own] });
    await logOn(store).append("a/1", [inc(1), dec(9), inc(2)]);
    const last = await logOn(store).append("a/2", [inc(3)]);
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 3, delivered: 3, acked: 3, blocked: 0 });
    expect(streams.filter((line) => line.startsWith("a/1"))).toEqual(["a/1 1", "a/1 2"]);
    expect(streams).toContain("a/2 3");
    expect(await b.position("a/1")).toBe(last.position);
  });

  it("may be fixed: then all events are one line, in the order of the log", async () => {
    const store = open();
    const seen: Array<number> = [];
    const fixed = on(counts, "Inc")
      .do(async ({ event }, { stream }) => {
        expect(stream).toBe("all of them");
        seen.push(event.by);
      })
      .to("all of them");
    const b = broker(store, { name: "b", reactions: [fixed] });
    for (let i = 0; i < 12; i += 1) await logOn(store).append(`a/${i % 3}`, [inc(i)]);
    await b.runUntilIdle();
    expect(seen).toEqual([...Array(12).keys()]);
  });

  it("may be found by a function, and undefined goes nowhere", async () => {
    const store = open();
    const seen: Array<string> = [];
    const found = on(counts, "Inc")
      .do(async ({ event }, { stream }) => seen.push(`${stream} ${event.by}`))
      .to(({ event }) => (event.by % 3 === 0 ? undefined : `rest ${event.by % 3}`));
    const b = broker(store, { name: "b", reactions: [found] });
    await logOn(store).append("a/1", [1, 2, 3, 4, 5, 6].map(inc));
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 6, delivered: 4, acked: 4 });
    expect(seen.filter((line) => line.startsWith("rest 1"))).toEqual(["rest 1 1", "rest 1 4"]);
    expect(seen.filter((line) => line.startsWith("rest 2"))).toEqual(["rest 2 2", "rest 2 5"]);
  });

  it("are independent: where one event has two, the one that fails holds up its own line alone", async () => {
    const store = open();
    const seen: Array<string> = [];
    const good = on(counts, "Inc")
      .do(async ({ event }) => seen.push(`good ${event.by}`), { name: "good" })
      .to("good");
    const bad = on(counts, "Inc")
      .do(async () => Promise.reject(new Error("no")), { name: "bad", attemptsMax: 1 })
      .to("bad");
    const b = broker(store, { name: "b", reactions: [good, bad] });
    const { position } = await logOn(store).append("a/1", [inc(1), inc(2)]);
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 2, delivered: 3, acked: 2, blocked: 1 });
    expect(seen).toEqual(["good 1", "good 2"]);
    expect(await b.position("good")).toBe(position);
    expect(await b.position("bad")).toBeUndefined();
  });

  it("run several reactions of an event in turn, in the order of the register, and those of different streams too", async () => {
    const store = open();
    const seen: Array<string> = [];
    let running = 0;
    const reaction = (name: string) =>
      on(counts, "Inc")
        .do(
          async ({ event }) => {
            running += 1;
            expect(running).toBe(1);
            await new Promise((resolve) => setTimeout(resolve, 2));
            running -= 1;
            seen.push(`${name} ${event.by}`);
          },
          { name },
        )
        .to("one line");
    const b = broker(store, { name: "b", reactions: [reaction("second"), reaction("first")] });
    await logOn(store).append("a/1", [inc(1)]);
    await logOn(store).append("a/2", [inc(2)]);
    expect(await b.runUntilIdle()).toMatchObject({ delivered: 2, acked: 2 });
    expect(seen).toEqual(["second 1", "first 1", "second 2", "first 2"]);
  });

  it("pass an event when all its reactions there succeeded: those that had succeeded run again with the one that had not", async () => {
    const store = open();
    const seen: Array<string> = [];
    const steady = on(counts, "Inc")
      .do(async ({ event }, { attempt }) => seen.push(`steady ${event.by} (${attempt})`), { name: "steady" })
      .to("x");
    const flaky = on(counts, "Inc")
      .do(
        async ({ event }, { attempt }) => {
          seen.push(`flaky ${event.by} (${attempt})`);
          if (attempt < 3) throw new Error("not yet");
        },
        { name: "flaky", backoff: { initialMs: 300, growth: "none" } },
      )
      .to("x");
    const b = broker(store, { name: "b", reactions: [steady, flaky] });
    const first = await logOn(store).append("a/1", [dec(1), inc(1)]);
    await b.runUntilIdle();
    // It waits for its retry, and the line waits with it.
    expect(seen).toEqual(["steady 1 (1)", "flaky 1 (1)"]);
    expect(await b.position("x")).not.toBe(first.position);
    await expect.poll(() => b.runUntilIdle().then(() => seen.length), { timeout: 8_000 }).toBe(6);
    expect(seen.slice(2)).toEqual(["steady 1 (2)", "flaky 1 (2)", "steady 1 (3)", "flaky 1 (3)"]);
    expect(await b.position("x")).toBe(first.position);
  });

  it("do not run the reactions behind one that failed", async () => {
    const store = open();
    const seen: Array<string> = [];
    const fails = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), { name: "fails", attemptsMax: 1 });
    const behind = on(counts, "Inc").do(async () => seen.push("behind"), { name: "behind" });
    await logOn(store).append("a/1", [inc(1)]);
    const b = broker(store, { name: "b", reactions: [fails, behind] });
    expect(await b.runUntilIdle()).toMatchObject({ delivered: 1, blocked: 1 });
    expect(seen).toEqual([]);
  });

  it("that are found by a function which throws, or answers no name, block the event in its own line until it is mended", async () => {
    const store = open();
    let isBroken = true;
    const seen: Array<string> = [];
    const found = on(counts, "Inc", "Noted")
      .do(async ({ type }, { stream }) => seen.push(`${type} at ${stream}`), { name: "found" })
      .to(({ event }) => {
        if (isBroken && event.type === "Inc") throw new Error("no target");
        return isBroken ? "" : "elsewhere";
      });
    const b = broker(store, { name: "b", reactions: [found] });
    await logOn(store).append("a/1", [inc(1)]);
    await logOn(store).append("a/2", [noted("x")]);
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 2, delivered: 2, acked: 0, blocked: 2 });
    const { items } = await b.blockedStreams();
    expect(items.map(({ stream, cause }) => [stream, cause])).toEqual([
      ["a/1", "no target"],
      ["a/2", "the target must be a text of 1 to 512 UTF-8 bytes, not one of 0"],
    ]);
    // Asked again, and still without an answer: it blocks again, and nothing has run.
    expect(await b.unblock(["a/1", "a/2"])).toBe(2);
    expect(await b.runUntilIdle()).toMatchObject({ blocked: 2 });
    expect(seen).toEqual([]);
    isBroken = false;
    await b.unblock({ prefix: "a/" });
    // Each leaves its own line, and is done in that of its target.
    expect(await b.runUntilIdle()).toMatchObject({ acked: 4, blocked: 0 });
    expect(seen.sort()).toEqual(["Inc at elsewhere", "Noted at elsewhere"]);
  });

  it("of a void reaction get nothing", async () => {
    const store = open();
    const seen: Array<string> = [];
    const kept = on(counts, "Inc").do(async () => seen.push("kept"), { name: "kept" });
    const retired = on(counts, "Inc").do(async () => seen.push("retired"), { name: "retired" });
    const b = broker(store, { name: "b", reactions: [kept, retired.void()] });
    await logOn(store).append("a/1", [inc(1)]);
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 1, delivered: 1, acked: 1, blocked: 0 });
    expect(seen).toEqual(["kept"]);
    // With void reactions alone nothing is delivered at all.
    await broker(store, { name: "none", reactions: [kept.void(), retired.void()] }).runUntilIdle();
    expect(seen).toEqual(["kept"]);
  });

  it("pass what waits for a reaction that was made void, with the others or without any", async () => {
    const store = open();
    const seen: Array<string> = [];
    const options = { attemptsMax: 1 } as const;
    const steady = on(counts, "Inc").do(async () => seen.push("steady"), { name: "steady" });
    const fails = on(counts, "Inc", "Dec").do(async () => Promise.reject(new Error("no")), {
      name: "fails",
      ...options,
    });
    await logOn(store).append("a/1", [inc(1)]);
    const { position } = await logOn(store).append("a/2", [dec(1)]);
    const before = broker(store, { name: "b", reactions: [steady, fails] });
    expect(await before.runUntilIdle()).toMatchObject({ acked: 0, blocked: 2 });
    const after = broker(store, { name: "b", reactions: [steady, fails.void()] });
    expect(await after.unblock({ prefix: "" })).toBe(2);
    await after.runUntilIdle();
    expect((await after.blockedStreams()).items).toEqual([]);
    expect(await after.position("a/2")).toBe(position);
    expect(seen).toEqual(["steady", "steady"]);
  });
});
