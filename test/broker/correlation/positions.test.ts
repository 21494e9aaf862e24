/** Positions: exact for every target, and never back while acks, correlation, blocks and new reactions race. */
import { broker, nonRetryable, on } from "sluice/broker";
import { describe, expect, it } from "vitest";
import { randomOf } from "../../../src/core/Random.js";
import { mostStores } from "../../stores/eachStore.js";
import { append, codec, eventually, running, Seen, upTo } from "./scene.js";

/** How many seeds are played; each makes some thousand readings. */
const SEEDS = Number(process.env["SEEDS"] ?? 2);

describe.each(mostStores())("positions on %s", (_, open) => {
  it("are the checkpoint where nothing is pending, also of targets that never had an event, and the mark before a block", async () => {
    const store = open();
    const seen = new Seen();
    let fails = true;
    const reaction = seen.reaction("r", { attemptsMax: 1 }, (n) => {
      if (fails && n === 3) throw new Error("no");
    });
    const one = broker(store, { name: "b", reactions: [reaction] });
    one.events$.subscribe();
    expect(await one.position("x")).toBe(undefined);
    const second = await append(store, [1, 2]);
    await append(store, [3, 4]);
    const other = await append(store, [5], { to: "y", stream: "s/2" });
    await one.runUntilIdle();
    expect(await one.position("x")).toBe(second);
    expect(await one.position("y")).toBe(other);
    expect(await one.position("never")).toBe(other);
    fails = false;
    await one.unblock("x");
    await one.runUntilIdle();
    expect(await one.position("x")).toBe(other);
  });

  it("of quiet targets follow 10,000 events that nobody wants, and the scan goes on behind them", {
    timeout: 60_000,
  }, async () => {
    const store = open();
    const seen = new Seen();
    const one = broker(store, { name: "b", reactions: [seen.reaction("r")] });
    await append(store, [1]);
    const run = running(one);
    await eventually(() => expect(seen.of("r")).toEqual([1]));
    const flood = await append(store, upTo(10_000), { type: "Noise", stream: "s/9" });
    await eventually(async () => expect(await one.position("x")).toBe(flood));
    await append(store, [2]);
    await eventually(() => expect(seen.of("r")).toEqual([1, 2]));
    expect(await one.position("never")).toBe(await one.position("x"));
    expect(run.ended).toEqual({});
  });

  it("never go back while acks, correlation, blocks, unblocks and new reactions race", {
    timeout: 60_000 + SEEDS * 30_000,
  }, async () => {
    let readings = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = randomOf(`positions ${seed}`);
      const store = open();
      const seen = new Seen();
      const fails = (): void => {
        if (random() < 0.05) throw new Error("no");
      };
      const reactionsOf = (count: number) =>
        upTo(count).map((i) => seen.reaction(`r${i}`, { lane: i % 2 === 0 ? "even" : "odd", attemptsMax: 1 }, fails));
      const make = (count: number) =>
        broker(store, { name: "b", reactions: reactionsOf(count), lanes: { even: {}, odd: {} } });
      const targets = upTo(5).map((i) => `t/${i}`);
      const brokers = [make(2), make(2)];
      for (const one of brokers) one.events$.subscribe();
      const runs = brokers.map((one) => running(one, { concurrency: 3 }));
      const last = new Map<string, string>();
      let isOver = false;
      const reading = targets.map(async (target) => {
        while (!isOver) {
          const now = (await brokers[0]!.position(target)) ?? "";
          if (now < (last.get(target) ?? "")) throw new Error(`seed ${seed}: ${target} went back to ${now}`);
          last.set(target, now);
          readings += 1;
          if (readings % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      });
      const living = (async () => {
        for (const n of upTo(150)) {
          const to = targets[Math.floor(random() * targets.length)]!;
          await append(store, [n], { to, stream: `s/${to}`, type: random() < 0.3 ? "Noise" : "A" });
          if (random() < 0.1) await brokers[0]!.unblock({ prefix: "" });
          if (random() < 0.05) await brokers[0]!.skip({ prefix: "t/" });
          if (n === 50 || n === 100) {
            const more = make(2 + n / 25);
            more.events$.subscribe();
            runs.push(running(more, { concurrency: 3 }));
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        for (const run of runs.slice(0, -1)) await run.stop();
        isOver = true;
      })();
      await Promise.all([...reading, living]);
      runs.at(-1)?.kill();
    }
    expect(readings).toBeGreaterThan(100 * SEEDS);
  });
});

describe.each(mostStores())("the position of a target on %s", (_, open) => {
  it("counts a lane to which a newer version has moved a reaction of this program", async () => {
    const store = open();
    const seen = new Seen();
    const older = broker(store, { name: "b", reactions: [seen.reaction("r"), seen.reaction("s")] });
    const before = await append(store, upTo(3));
    await older.runUntilIdle();
    const reactions = [seen.reaction("r", { lane: "two" }), seen.reaction("s")] as const;
    const newer = broker(store, { name: "b", reactions, lanes: { two: {} } });
    await newer.runUntilIdle();
    const last = await append(store, upTo(3, 4));
    const run = running(newer, { lanes: ["default"] });
    await eventually(() => expect(seen.of("s")).toEqual(upTo(6)));
    await run.stop();
    expect(await older.position("x")).toBe(before);
    expect(await newer.position("x")).toBe(before);
    await newer.runUntilIdle();
    expect(await older.position("x")).toBe(last);
  });

  it("counts what an earlier version put in its line, in a lane that has nothing of it any more", async () => {
    const store = open();
    const seen = new Seen();
    const fails = (n: number): void => {
      if (n === 2) throw nonRetryable("no");
    };
    const reactions = [seen.reaction("r", { lane: "two" }, fails), seen.reaction("s")] as const;
    const older = broker(store, { name: "b", reactions, lanes: { two: {} } });
    older.events$.subscribe();
    const first = await append(store, [1]);
    const last = await append(store, [2, 3]);
    await older.runUntilIdle();
    const toOne = on(codec, "A")
      .do(async () => undefined, { name: "r", lane: "two" })
      .to("warehouse");
    const newer = broker(store, { name: "b", reactions: [toOne, seen.reaction("s")], lanes: { two: {} } });
    await newer.runUntilIdle();
    expect(await newer.position("x")).toBe(first);
    await newer.unblock("x");
    await newer.runUntilIdle();
    expect(await newer.position("x")).toBe(last);
  });
});
