/** `reset`: one target from the start, each event once and in order, while others go on. */
import { broker, Defer, on } from "sluice/broker";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, codec, eventually, pause, running, Seen, upTo } from "./scene.js";

describe.each(mostStores())("reset on %s", (_, open) => {
  it("replays a target while others go on and new events of it come, each once and in order", {
    timeout: 60_000,
  }, async () => {
    const store = open();
    const seen = new Seen();
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")] });
    for (let i = 0; i < 4; i++) {
      await append(store, upTo(250, 250 * i + 1));
      await append(store, upTo(250, 250 * i + 1), { to: "y", stream: "s/2" });
    }
    await one.runUntilIdle();
    seen.clear();
    const run = running(one);
    expect(await one.reset("x")).toBe(1);
    for (const n of upTo(100, 1_001)) {
      await append(store, [n]);
      await append(store, [n], { to: "y", stream: "s/2" });
    }
    await eventually(() => expect(seen.of("r")).toEqual(upTo(1_100)));
    await eventually(() => expect(seen.of("r", "y")).toEqual(upTo(100, 1_001)));
    expect(run.ended).toEqual({});
  });

  it("sets the position back to the start, and it goes up again from there alone", { timeout: 60_000 }, async () => {
    const store = open();
    const seen = new Seen();
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")] });
    await append(store, upTo(300));
    const end = await append(store, upTo(300), { to: "y", stream: "s/2" });
    await one.runUntilIdle();
    expect(await one.position("x")).toBe(end);
    await one.reset("x");
    expect(await one.position("x")).toBe(undefined);
    expect(await one.position("y")).toBe(end);
    const run = running(one);
    let last = "";
    await eventually(async () => {
      const now = (await one.position("x")) ?? "";
      if (now < last) throw new Error(`it went back from ${last} to ${now}`);
      last = now;
      expect(now).toBe(end);
    });
    expect(await one.position("y")).toBe(end);
    expect(run.ended).toEqual({});
  });

  it("frees a target that is blocked, and replays it with what stood behind", async () => {
    const store = open();
    const seen = new Seen();
    let fails = true;
    const reaction = seen.reaction("r", { attemptsMax: 1 }, (n) => {
      if (fails && n === 3) throw new Error("no");
    });
    const one = broker(store, { name: "b", reactions: [reaction] });
    one.events$.subscribe();
    await append(store, upTo(6));
    await one.runUntilIdle();
    expect(seen.of("r")).toEqual([1, 2]);
    fails = false;
    await one.reset("x");
    await one.runUntilIdle();
    expect(seen.of("r")).toEqual([1, 2, ...upTo(6)]);
    expect((await one.blockedStreams()).items).toEqual([]);
  });

  it("begins once the event that is being handled is done, never beside it", { timeout: 30_000 }, async () => {
    const store = open();
    const seen = new Seen();
    const free: Array<() => void> = [];
    let isShut = true;
    let at = 0;
    let atMost = 0;
    const reaction = seen.reaction("r", {}, async (n) => {
      at += 1;
      atMost = Math.max(atMost, at);
      if (isShut && n === 2) await new Promise<void>((resolve) => free.push(resolve));
      at -= 1;
    });
    const one = broker(store, { name: "b", reactions: [reaction] });
    await append(store, upTo(5));
    running(one);
    await eventually(() => expect(free.length).toBe(1));
    await one.reset("x");
    await pause(1_500);
    expect(seen.of("r")).toEqual([1]);
    expect(await one.position("x")).toBe(undefined);
    isShut = false;
    free[0]?.();
    await eventually(() => expect(seen.of("r")).toEqual([1, 2, ...upTo(5)]));
    expect(atMost).toBe(1);
  });

  it("waits for an event that waits for its retry, and for one that is deferred", { timeout: 30_000 }, async () => {
    const store = open();
    const seen = new Seen();
    let failures = 1;
    let deferrals = 1;
    const reaction = on(codec, "A")
      .do(
        async ({ event: { n } }, { stream }) => {
          if (stream === "x" && n === 2 && failures-- > 0) throw new Error("not yet");
          if (stream === "y" && n === 2 && deferrals-- > 0) return Defer({ forMs: 2_500 });
          return seen.all.push(`r ${stream} ${n}`);
        },
        { name: "r", backoff: { initialMs: 2_500, jitter: "none" } },
      )
      .to(({ event }) => event.to);
    const one = broker(store, { name: "b", reactions: [reaction] });
    await append(store, upTo(4));
    await append(store, upTo(4), { to: "y", stream: "s/2" });
    const run = running(one);
    await eventually(() =>
      expect(run.told.filter(({ _tag }) => _tag === "Retrying" || _tag === "Deferred").length).toBe(2),
    );
    expect(await one.reset(["x", "y"])).toBe(2);
    for (const target of ["x", "y"]) await eventually(() => expect(seen.of("r", target)).toEqual([1, 2, ...upTo(4)]));
  });

  it("twice at once is done: joined where the first has not begun, else one after the other", {
    timeout: 30_000,
  }, async () => {
    const store = open();
    const seen = new Seen();
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")] });
    await append(store, upTo(20));
    await append(store, upTo(20), { to: "y", stream: "s/2" });
    await one.runUntilIdle();
    seen.clear();
    expect(await Promise.all([one.reset("x"), one.reset(["x", "y", "x"]), one.reset("y")])).toEqual([1, 2, 1]);
    await one.runUntilIdle();
    await append(store, [21]);
    await one.runUntilIdle();
    for (const [target, last] of [
      ["x", [21]],
      ["y", []],
    ] as const) {
      const numbers = seen.of("r", target);
      // Whole replays, the later ones of which may cut short what stands in the line of the one before.
      expect(numbers.slice(-20 - last.length)).toEqual([...upTo(20), ...last]);
      expect(numbers.length).toBeLessThanOrEqual(41);
    }
  });

  it("while a new reaction is caught up gives each of its events to it at least once, and in order at the end", {
    timeout: 30_000,
  }, async () => {
    const store = open();
    const seen = new Seen();
    await append(store, upTo(1_200));
    await broker(store, { name: "b", reactions: [seen.reaction("old")] }).runUntilIdle();
    const next = broker(store, { name: "b", reactions: [seen.reaction("old"), seen.reaction("new")] });
    await next.prioritize("x", 1);
    await next.reset("x");
    seen.clear();
    running(next);
    await append(store, [1_201]);
    await eventually(() => expect(seen.of("old").at(-1)).toBe(1_201));
    await eventually(() => expect(seen.of("new").slice(-1_201)).toEqual(upTo(1_201)));
    expect(seen.of("old").slice(-1_201)).toEqual(upTo(1_201));
  });

  it("of 1,000 targets reads the log once; more are refused", { timeout: 60_000 }, async () => {
    const store = open();
    const seen: Array<string> = [];
    const reaction = on(codec, "A")
      .do(async ({ event: { n } }, { stream }) => seen.push(`${stream} ${n}`), { name: "r" })
      .to(({ event: { n } }) => `t/${n % 1_000}`);
    const one = broker(store, { name: "b", reactions: [reaction] });
    await append(store, upTo(2_000, 0));
    await one.runUntilIdle();
    seen.length = 0;
    const names = upTo(1_000, 0).map((i) => `t/${i}`);
    expect(await one.reset(names)).toBe(1_000);
    expect(await one.runUntilIdle()).toMatchObject({ fetched: 2_000, acked: 2_000 });
    expect(new Set(seen).size).toBe(2_000);
    expect(() => one.reset([...names, "t/1000"]).then(() => undefined)).toBeDefined();
    await expect(one.reset([...names, "t/1000"]).then(() => "done")).rejects.toMatchObject({ _tag: "InvalidConfig" });
    expect(await one.reset([])).toBe(0);
  });

  it("where nothing runs is done by the next run; of a broker that never ran it is as good as nothing", async () => {
    const store = open();
    const seen = new Seen();
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")] });
    await append(store, upTo(3));
    expect(await one.reset("x")).toBe(1);
    expect(await one.position("x")).toBe(undefined);
    await one.runUntilIdle();
    expect(seen.of("r")).toEqual(upTo(3));
    expect(await one.reset("x")).toBe(1);
    await append(store, [4]);
    expect(seen.of("r")).toEqual(upTo(3));
    await one.runUntilIdle();
    expect(seen.of("r")).toEqual([...upTo(3), ...upTo(4)]);
    // What has no event is replayed too, and costs nothing.
    expect(await one.reset("nobody")).toBe(1);
    expect(await one.position("nobody")).toBe(undefined);
    await one.runUntilIdle();
    expect(await one.position("nobody")).toBe(await one.position("x"));
    expect(seen.of("r", "nobody")).toEqual([]);
  });

  it("gives a reaction nothing of before it began", async () => {
    const store = open();
    const seen = new Seen();
    await append(store, upTo(3));
    const one = broker(store, { name: "b", reactions: [seen.reaction("all"), seen.reaction("late", { from: "end" })] });
    await one.runUntilIdle();
    await append(store, [4]);
    await one.runUntilIdle();
    await one.reset("x");
    await one.runUntilIdle();
    expect(seen.of("all")).toEqual([...upTo(4), ...upTo(4)]);
    expect(seen.of("late")).toEqual([4, 4]);
  });
});
