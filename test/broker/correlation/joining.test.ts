/** Where reactions begin, on a broker that is new and on one that has run. */
import { broker, on } from "sluice/broker";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, codec, errorOf, eventually, running, Seen, upTo } from "./scene.js";

describe.each(mostStores())("a reaction of a new broker on %s", (_, open) => {
  it("begins at the start, at the end, or behind a position, as it says", async () => {
    const store = open();
    const first = await append(store, [1, 2]);
    await append(store, [3]);
    const seen = new Seen();
    const reactions = [
      seen.reaction("start"),
      seen.reaction("end", { from: "end" }),
      seen.reaction("behind", { from: first }),
    ];
    const one = broker(store, { name: "b", reactions });
    await one.runUntilIdle();
    await append(store, [4]);
    await one.runUntilIdle();
    expect(seen.of("start")).toEqual([1, 2, 3, 4]);
    expect(seen.of("end")).toEqual([4]);
    expect(seen.of("behind")).toEqual([3, 4]);
  });

  it("goes on where it was, whatever a later program says of its start", async () => {
    const store = open();
    await append(store, [1, 2]);
    const seen = new Seen();
    await broker(store, { name: "b", reactions: [seen.reaction("r", { from: "end" })] }).runUntilIdle();
    await append(store, [3]);
    await broker(store, { name: "b", reactions: [seen.reaction("r", { from: "start" })] }).runUntilIdle();
    await broker(store, { name: "b", reactions: [seen.reaction("r", { from: "end" })] }).runUntilIdle();
    expect(seen.of("r")).toEqual([3]);
  });

  it("that is alone in its lane leaves that lane where it begins", async () => {
    const store = open();
    const end = await append(store, [1, 2]);
    const seen = new Seen();
    const one = broker(store, { name: "b", reactions: [seen.reaction("r", { from: "end" })] });
    await one.runUntilIdle();
    expect(await one.position("x")).toBe(end);
  });
});

describe.each(mostStores())("a reaction that is new on a broker that has run, on %s", (_, open) => {
  it("is caught up, each event once and in order, while others go on and no position goes back", {
    timeout: 30_000,
  }, async () => {
    const store = open();
    const seen = new Seen();
    const old = [seen.reaction("old")] as const;
    await append(store, upTo(700));
    await append(store, upTo(700), { to: "y", stream: "s/2" });
    await broker(store, { name: "b", reactions: old }).runUntilIdle();
    const behind = await append(store, upTo(10, 701));
    await broker(store, { name: "b", reactions: old }).runUntilIdle();
    await append(store, upTo(10, 711));
    const next = broker(store, {
      name: "b",
      reactions: [
        ...old,
        seen.reaction("all"),
        seen.reaction("late", { from: "end" }),
        seen.reaction("behind", { from: behind }),
      ],
    });
    const positions: Array<string> = [(await next.position("x")) ?? "", (await next.position("y")) ?? ""];
    let isOver = false;
    const reading = (async () => {
      while (!isOver)
        for (const [i, target] of ["x", "y"].entries()) {
          const now = (await next.position(target)) ?? "";
          if (now < positions[i]!) throw new Error(`it went back from ${positions[i]} to ${now}`);
          positions[i] = now;
        }
    })();
    const run = running(next);
    for (let i = 0; i < 30; i++) await append(store, [721 + i]);
    await eventually(() => expect(seen.of("all").length).toBe(750));
    await eventually(() => expect(seen.of("late").length).toBeGreaterThanOrEqual(29));
    isOver = true;
    await reading;
    expect(seen.of("old")).toEqual(upTo(750));
    expect(seen.of("all")).toEqual(upTo(750));
    expect(seen.of("all", "y")).toEqual(upTo(700));
    expect(seen.of("behind")).toEqual(upTo(40, 711));
    // From when the run began: what was appended then or later.
    const late = seen.of("late");
    expect(late).toEqual(upTo(late.length, 751 - late.length));
    expect(run.ended).toEqual({});
  });

  it("in a lane that is new too begins where the slowest lane stands, and is caught up", async () => {
    const store = open();
    const seen = new Seen();
    const old = seen.reaction("old");
    await append(store, upTo(40));
    const before = broker(store, { name: "b", reactions: [old] });
    await before.runUntilIdle();
    const position = await before.position("x");
    const reactions = [old, seen.reaction("new", { lane: "other" })] as const;
    const next = broker(store, { name: "b", reactions, lanes: { other: {} } });
    await append(store, [41]);
    const [idle] = await Promise.all([next.runUntilIdle(), next.position("x")]);
    expect(idle).toMatchObject({ blocked: 0 });
    expect((await next.position("x"))! > position!).toBe(true);
    expect(seen.of("new")).toEqual(upTo(41));
    expect(seen.of("old")).toEqual(upTo(41));
  });

  it("does not set back the position of a target while its lane is made", async () => {
    const store = open();
    const seen = new Seen();
    const old = seen.reaction("old");
    await append(store, upTo(40));
    const before = broker(store, { name: "b", reactions: [old] });
    await before.runUntilIdle();
    const position = await before.position("x");
    const reactions = [old, seen.reaction("new", { lane: "other" })] as const;
    const next = broker(store, { name: "b", reactions, lanes: { other: {} } });
    // People change something: that is the first that the store hears of the new program.
    await next.prioritize("x", 3);
    expect(await next.position("x")).toBe(position);
  });

  it("is retired by void, passes what stands in lines, and comes back where all had come by then", async () => {
    const store = open();
    const seen = new Seen();
    let fails = true;
    const make = () => [
      seen.reaction("other"),
      seen.reaction("r", { types: ["B"], attemptsMax: 1 }, () => {
        if (fails) throw new Error("no");
      }),
    ];
    const one = broker(store, { name: "b", reactions: make() });
    one.events$.subscribe();
    await append(store, upTo(3), { type: "B" });
    await append(store, [4]);
    await one.runUntilIdle();
    expect(seen.of("other")).toEqual([]);
    const [other, r] = make();
    const retired = seen.reaction("r", { types: ["B"] });
    expect(retired.name).toBe(r?.name);
    const voided = on(codec, "B")
      .do(async () => seen.all.push("never"), { name: "r" })
      .void();
    const next = broker(store, { name: "b", reactions: [other!, voided] });
    await next.unblock("x");
    await append(store, [5], { type: "B" });
    await next.runUntilIdle();
    expect(seen.all).toEqual(["other x 4"]);
    fails = false;
    const again = broker(store, { name: "b", reactions: make() });
    await append(store, [6], { type: "B" });
    await again.runUntilIdle();
    expect(seen.all).toEqual(["other x 4", "r x 6"]);
  });

  it("of another name is another reaction: it sees everything, and nothing else changes", async () => {
    const store = open();
    const seen = new Seen();
    await append(store, upTo(5));
    await broker(store, { name: "b", reactions: [seen.reaction("r"), seen.reaction("s")] }).runUntilIdle();
    await append(store, [6]);
    await broker(store, { name: "b", reactions: [seen.reaction("r2"), seen.reaction("s")] }).runUntilIdle();
    expect(seen.of("r")).toEqual(upTo(5));
    expect(seen.of("r2")).toEqual(upTo(6));
    expect(seen.of("s")).toEqual(upTo(6));
  });
});

describe.each(mostStores())("the lanes of targets, on %s", (_, open) => {
  it("are one for a fixed target: two are refused", async () => {
    const store = open();
    const seen = new Seen();
    const to = (name: string, lane: "default" | "slow") =>
      on(codec, "A")
        .do(async () => seen.all.push(name), { name, lane })
        .to("x");
    const make = async () =>
      broker(store, { name: "b", reactions: [to("a", "default"), to("b", "slow")], lanes: { slow: {} } });
    expect(await errorOf(make())).toMatchObject({ _tag: "InvalidConfig" });
  });

  it("may be two for a dynamic target: one line in each, its position the lowest", async () => {
    const store = open();
    const seen = new Seen();
    const gate = { isShut: true };
    const reactions = [
      seen.reaction("fast"),
      seen.reaction("slow", { lane: "slow", attemptsMax: 1 }, (n) => {
        if (gate.isShut && n === 2) throw new Error("no");
      }),
    ] as const;
    const one = broker(store, { name: "b", reactions, lanes: { slow: {} } });
    one.events$.subscribe();
    const first = await append(store, [1]);
    const last = await append(store, [2, 3]);
    expect(await one.runUntilIdle()).toMatchObject({ acked: 4, blocked: 1 });
    expect(await one.position("x")).toBe(first);
    expect(await one.position("y")).toBe(last);
    gate.isShut = false;
    expect(await one.unblock("x")).toBe(1);
    await one.runUntilIdle();
    expect(await one.position("x")).toBe(last);
    expect(seen.of("slow")).toEqual([1, 2, 3]);
  });
});
