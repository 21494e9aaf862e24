/** Targets that wait for people: how they are shown, and what frees them. */
import { broker, on } from "sluice/broker";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { atOnce, collect, counts, dec, inc, isDelivered, logOn, tell } from "./scene.js";

/** Fails on decrements until it is mended, and notes what it has seen. */
const scene = (store: Store) => {
  const seen: Array<string> = [];
  const mended = { now: false };
  const both = on(counts, "Inc", "Dec").do(
    async ({ event, stream }, { attempt }) => {
      seen.push(`${stream} ${event.type} ${event.by} (${attempt})`);
      if (event.type === "Dec" && !mended.now) throw new Error(`no ${event.by}`);
    },
    { name: "both", attemptsMax: 2, backoff: atOnce },
  );
  const b = broker(store, { name: "b", reactions: [both] });
  const events = collect(b.events$);
  return { b, log: logOn(store), seen, mended, told: () => events.seen.filter(isDelivered).map(tell) };
};

describe.each(mostStores())("a blocked target on %s", (_, open) => {
  it("is shown with the event that blocks it, what all its events up to there are, and why", async () => {
    const { b, log } = scene(open());
    const before = Date.now() - 60_000;
    const first = await log.append("a/1", [inc(1)]);
    await log.append("a/1", [dec(2), inc(3)]);
    await b.runUntilIdle();
    const { items, next } = await b.blockedStreams();
    expect(next).toBeUndefined();
    expect(items).toHaveLength(1);
    const [item] = items;
    expect(item).toMatchObject({ stream: "a/1", lane: "default", reactions: ["both"], cause: "Error: no 2" });
    expect(item?.recorded).toMatchObject({ _tag: "Event", version: 2, event: dec(2) });
    expect(item?.position).toBe(first.position);
    expect(item?.sinceMs).toBeGreaterThan(before);
  });

  it("gets the same event again when it is unblocked, from attempt 1, and none of those before it", async () => {
    const { b, log, seen, mended, told } = scene(open());
    await log.append("a/1", [inc(1), dec(2), inc(3)]);
    await b.runUntilIdle();
    seen.length = 0;
    expect(await b.unblock("a/1")).toBe(1);
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 0, delivered: 2, acked: 0, blocked: 1 });
    expect(seen).toEqual(["a/1 Dec 2 (1)", "a/1 Dec 2 (2)"]);
    mended.now = true;
    expect(await b.unblock("a/1")).toBe(1);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 2, blocked: 0 });
    expect(seen.slice(2)).toEqual(["a/1 Dec 2 (1)", "a/1 Inc 3 (1)"]);
    expect(told().at(-1)).toBe("Acked a/1@3 (1)");
    expect((await b.blockedStreams()).items).toEqual([]);
  });

  it("is passed by skip: the event behind the one that blocks comes next", async () => {
    const { b, log, seen } = scene(open());
    const { position } = await log.append("a/1", [dec(1), inc(2)]);
    await b.runUntilIdle();
    seen.length = 0;
    expect(await b.skip("a/1")).toBe(1);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1, blocked: 0 });
    expect(seen).toEqual(["a/1 Inc 2 (1)"]);
    expect(await b.position("a/1")).toBe(position);
  });

  it("is freed while a run goes on, which takes it up at once", async () => {
    const { b, log, mended } = scene(open());
    const run = collect(b.run());
    await log.append("a/1", [dec(1), inc(2)]);
    await run.until(2);
    mended.now = true;
    await b.unblock("a/1");
    await run.until(4);
    expect(run.seen.map(tell)).toEqual([
      "Retrying a/1@1 (1)",
      "Blocked a/1@1 (2)",
      "Acked a/1@1 (1)",
      "Acked a/1@2 (1)",
    ]);
  });

  it("is found by what its name begins with, by its name, or with all; what is unknown or free counts for nothing", async () => {
    const { b, log } = scene(open());
    const block = async (): Promise<void> => {
      await b.runUntilIdle();
      expect((await b.blockedStreams()).items).toHaveLength(4);
    };
    for (const stream of ["cart/1", "cart/2", "cart/3", "order/1"]) await log.append(stream, [dec(1)]);
    await log.append("cart/4", [inc(1)]);
    await block();
    expect(await b.unblock({ prefix: "cart/" })).toBe(3);
    expect((await b.blockedStreams()).items.map(({ stream }) => stream)).toEqual(["order/1"]);
    await block();
    expect(await b.unblock(["cart/1", "order/1", "cart/1", "cart/4", "nobody"])).toBe(2);
    await block();
    expect(await b.unblock("nobody")).toBe(0);
    expect(await b.skip("cart/4")).toBe(0);
    expect(await b.unblock([])).toBe(0);
    expect(await b.skip({ prefix: "cart/9" })).toBe(0);
    expect(await b.unblock({ prefix: "" })).toBe(4);
    expect(await b.unblock({ prefix: "" })).toBe(0);
    await block();
    expect(await b.skip({ prefix: "c" })).toBe(3);
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 0, delivered: 0, acked: 0, blocked: 0 });
  });
});

describe.each(mostStores())("pages of blocked targets on %s", (_, open) => {
  const lanesOn = (store: Store) => {
    const fails = (name: string, lane: "default" | "slow" | "idle") =>
      on(counts, lane === "idle" ? "Inc" : "Dec").do(async () => Promise.reject(new Error(name)), {
        name,
        lane,
        attemptsMax: 1,
      });
    return broker(store, {
      name: "b",
      reactions: [fails("one", "default"), fails("none", "idle"), fails("two", "slow")],
      lanes: { slow: {}, idle: {} },
    });
  };

  it("walk through all lanes, also by one, each target of each lane once, and end", async () => {
    const store = open();
    const b = lanesOn(store);
    for (const i of [1, 2, 3]) await logOn(store).append(`a/${i}`, [dec(i)]);
    expect(await b.runUntilIdle()).toMatchObject({ blocked: 6 });
    for (const limit of [1, 2, 4, 6, 100]) {
      const found: Array<string> = [];
      let after: string | undefined;
      let pages = 0;
      do {
        const page = await b.blockedStreams({ limit, after });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items.map(({ stream, lane }) => `${lane} ${stream}`));
        after = page.next;
        pages += 1;
      } while (after !== undefined && pages < 20);
      expect(pages).toBeLessThan(20);
      // Lane by lane; the oldest block first.
      expect(found.slice(0, 3).sort()).toEqual(["default a/1", "default a/2", "default a/3"]);
      expect(found.slice(3).sort()).toEqual(["slow a/1", "slow a/2", "slow a/3"]);
    }
  });

  it("go on behind a cursor whose target was freed meanwhile", async () => {
    const store = open();
    const b = lanesOn(store);
    for (const i of [1, 2, 3]) await logOn(store).append(`a/${i}`, [dec(i)]);
    await b.runUntilIdle();
    const first = await b.blockedStreams({ limit: 1 });
    await b.skip(first.items.map(({ stream }) => stream));
    const rest = await b.blockedStreams({ after: first.next });
    expect(rest.items).toHaveLength(2);
    expect(rest.items.map(({ stream }) => stream)).not.toContain(first.items[0]?.stream);
  });

  it("are empty where nothing is blocked, and refuse a cursor that none of them gave", async () => {
    const b = lanesOn(open());
    expect(await b.blockedStreams()).toEqual({ items: [], next: undefined });
    const refused = (after: string) => b.blockedStreams({ after }).then((page) => page);
    await expect(refused("nowhere/")).rejects.toMatchObject({ _tag: "InvalidConfig", option: "after" });
    await expect(refused("")).rejects.toMatchObject({ _tag: "InvalidConfig", option: "after" });
    // That of a lane, followed by what is none of its queue.
    const answer = await refused("default/garbage").then(
      (page) => page,
      (error: unknown) => error,
    );
    expect(answer).toMatchObject(
      typeof answer === "object" && answer !== null && "items" in answer
        ? { items: [] }
        : { _tag: "InvalidConfig", option: "after" },
    );
  });

  it("free a target in each lane in which it is blocked", async () => {
    const store = open();
    const b = lanesOn(store);
    await logOn(store).append("a/1", [dec(1)]);
    await b.runUntilIdle();
    expect(await b.unblock("a/1")).toBe(2);
    expect((await b.blockedStreams()).items).toEqual([]);
  });
});
