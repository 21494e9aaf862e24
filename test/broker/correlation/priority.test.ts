/** Which of the targets that are ready come first. */
import { broker } from "sluice/broker";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, errorOf, Seen, upTo } from "./scene.js";

/** Fills the lines before anything is delivered, and then tells in which order one at a time is handled. */
describe.each(mostStores())("priority on %s", (_, open) => {
  it("is that of the reaction, or of the event", async () => {
    const store = open();
    const seen = new Seen();
    const reactions = [
      seen.reaction("low"),
      seen.reaction("high", { types: ["B"], priority: 9 }),
      seen.reaction("mixed", { types: ["C"], priority: ({ event }) => event.n }),
    ];
    await append(store, [0], { to: "low", stream: "s/1" });
    await append(store, [5], { type: "C", to: "five", stream: "s/2" });
    await append(store, [7], { type: "C", to: "seven", stream: "s/3" });
    await append(store, [0], { type: "B", to: "high", stream: "s/4" });
    await broker(store, { name: "b", reactions, lanes: undefined }).runUntilIdle();
    const alone = new Seen();
    const again = ["low", "high", "mixed"].map((name, i) =>
      alone.reaction(name, {
        types: [(["A", "B", "C"] as const)[i]!],
        lane: "one",
        priority: name === "mixed" ? ({ event }) => event.n : i * 9,
      }),
    );
    await broker(store, { name: "c", reactions: again, lanes: { one: { concurrency: 1 } } }).runUntilIdle();
    expect(alone.all.map((one) => one.split(" ")[1])).toEqual(["high", "seven", "five", "low"]);
  });

  it("is what people say from the next correlation on: by name or prefix, the last counts, undefined takes back", async () => {
    const store = open();
    const seen = new Seen();
    const lanes = { one: { concurrency: 1 } };
    const one = broker(store, { name: "b", reactions: [seen.reaction("r", { lane: "one" })], lanes });
    let n = 0;
    const order = async (): Promise<ReadonlyArray<string>> => {
      seen.clear();
      n += 1;
      for (const to of ["a/1", "a/2", "b/1"]) await append(store, [n], { to, stream: `s/${to}` });
      await one.runUntilIdle();
      return seen.all.map((each) => each.split(" ")[1] ?? "");
    };
    expect(await order()).toEqual(["a/1", "a/2", "b/1"]);
    expect(await one.prioritize("b/1", 5)).toBe(1);
    expect(await order()).toEqual(["b/1", "a/1", "a/2"]);
    expect(await one.prioritize({ prefix: "a/" }, 7)).toBe(1);
    expect(await order()).toEqual(["a/1", "a/2", "b/1"]);
    expect(await one.prioritize(["a/2", "b/1"], 9)).toBe(2);
    expect(await order()).toEqual(["a/2", "b/1", "a/1"]);
    expect(await one.prioritize(["a/2", "b/1"], undefined)).toBe(2);
    expect(await one.prioritize({ prefix: "a/" }, undefined)).toBe(1);
    expect(await order()).toEqual(["a/1", "a/2", "b/1"]);
  });

  it("leaves what is pending in its place", async () => {
    const store = open();
    const seen = new Seen();
    let fails = true;
    const reaction = seen.reaction("r", { lane: "one", attemptsMax: 1 }, () => {
      if (fails) throw new Error("no");
    });
    const one = broker(store, { name: "b", reactions: [reaction], lanes: { one: { concurrency: 1 } } });
    one.events$.subscribe();
    for (const to of ["a", "b", "c"]) await append(store, [1], { to, stream: `s/${to}` });
    await one.runUntilIdle();
    await one.prioritize("c", 9);
    fails = false;
    expect(await one.unblock({ prefix: "" })).toBe(3);
    await one.runUntilIdle();
    expect(seen.all).toEqual(["r a 1", "r b 1", "r c 1"]);
  });

  it("keeps 1,000 targets and refuses one more, and what is out of its limits", async () => {
    const one = broker(open(), { name: "b", reactions: [new Seen().reaction("r")] });
    expect(await one.prioritize(upTo(1_000).map(String), 1)).toBe(1_000);
    expect(await errorOf(one.prioritize("one more", 1))).toMatchObject({ _tag: "InvalidConfig" });
    expect(await one.prioritize("7", 2)).toBe(1);
    expect(await one.prioritize("7", undefined)).toBe(1);
    expect(await one.prioritize("one more", 1)).toBe(1);
    for (const priority of [-1, 10, 1.5, Number.NaN])
      expect(await errorOf(one.prioritize("x", priority))).toMatchObject({ _tag: "InvalidConfig" });
  });

  it("of nine at six busy targets lets one of zero through within 20 rounds, four at a time", {
    timeout: 30_000,
  }, async () => {
    const store = open();
    const order: Array<string> = [];
    const seen = new Seen();
    const reaction = seen.reaction("r", { lane: "one", priority: ({ event }) => (event.to === "low" ? 0 : 9) });
    for (const i of upTo(6)) await append(store, upTo(60), { to: `busy/${i}`, stream: `s/${i}` });
    await append(store, [1], { to: "low", stream: "s/low" });
    const one = broker(store, { name: "b", reactions: [reaction], lanes: { one: { concurrency: 4 } } });
    await one.runUntilIdle();
    order.push(...seen.all.map((each) => each.split(" ")[1] ?? ""));
    expect(order.length).toBe(361);
    expect(order.indexOf("low")).toBeLessThan(20 * 4);
  });
});
