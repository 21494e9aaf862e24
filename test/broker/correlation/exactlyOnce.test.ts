/** Events become messages once each: with the checkpoint, by type, cut between events. */
import { filter, map } from "rxjs";
import { broker, on } from "sluice/broker";
import { type Store, viewOf } from "sluice/store";
import { describe, expect, it } from "vitest";
import { eachStore, mostStores } from "../../stores/eachStore.js";
import { append, codec, logOn, Seen, upTo } from "./scene.js";

/** Notes what every write has in it, by the kinds of its steps, and which types are read. */
const watched = (store: Store) => {
  const writes: Array<ReadonlyArray<string>> = [];
  const types: Array<unknown> = [];
  const view = viewOf(store, {
    around: (run, { name, request }) => {
      if (name === "write")
        for (const list of request[0] as ReadonlyArray<ReadonlyArray<{ readonly _tag: string }>>)
          writes.push(list.map(({ _tag }) => _tag));
      if (name === "readFeed") types.push((request[0] as { readonly types: unknown }).types);
      return run();
    },
  });
  return { store: view, writes, types };
};

const none = { do: async () => undefined };

describe.each(eachStore)("correlation on %s", (_, open) => {
  it("writes the messages of a page with the checkpoint, under the agreement by which they were made", async () => {
    const watch = watched(open());
    await append(watch.store, upTo(20));
    const seen = new Seen();
    await broker(watch.store, { name: "b", reactions: [seen.reaction("r")] }).runUntilIdle();
    const withMessages = watch.writes.filter((kinds) => kinds.includes("Enqueue"));
    expect(withMessages).toEqual([["Put", "Check", ...upTo(20).map(() => "Enqueue")]]);
    expect(seen.of("r")).toEqual(upTo(20));
  });

  it("reads the types of its register alone", async () => {
    const watch = watched(open());
    await append(watch.store, [1], { type: "A" });
    await append(watch.store, [2], { type: "C" });
    const seen = new Seen();
    const reactions = [seen.reaction("a"), seen.reaction("b", { types: ["B"] })];
    const { fetched } = await broker(watch.store, { name: "b", reactions }).runUntilIdle();
    expect(fetched).toBe(1);
    const asked = watch.types.filter((types) => types !== undefined);
    expect(asked.length).toBeGreaterThan(0);
    for (const types of asked) expect(types).toEqual(["A", "B"]);
  });

  it("delivers the first event of the log", async () => {
    const store = open();
    await append(store, [1]);
    const seen = new Seen();
    expect(await broker(store, { name: "b", reactions: [seen.reaction("r")] }).runUntilIdle()).toMatchObject({
      acked: 1,
    });
    expect(seen.of("r")).toEqual([1]);
  });

  it("gives nothing twice however often it is run", async () => {
    const store = open();
    const seen = new Seen();
    for (let i = 0; i < 4; i++) {
      await append(store, upTo(30, 30 * i + 1));
      const brokers = upTo(3).map(() => broker(store, { name: "b", reactions: [seen.reaction("r")] }));
      await Promise.all(brokers.map((one) => one.runUntilIdle()));
    }
    await broker(store, { name: "b", reactions: [seen.reaction("r")] }).runUntilIdle();
    expect(seen.of("r")).toEqual(upTo(120));
  });

  it("cuts a page between events where one write does not hold what it makes", { timeout: 60_000 }, async () => {
    const watch = watched(open());
    await append(watch.store, upTo(5));
    const seen = new Map<string, Array<number>>();
    const reaction = on(codec, "A").do(
      async ({ event }, { stream }) => {
        seen.set(stream, [...(seen.get(stream) ?? []), event.n]);
      },
      { name: "many" },
    );
    const many = broker(watch.store, {
      name: "b",
      reactions: [reaction],
      correlate: (_one, [first]) => upTo(900).map((i) => ({ stream: `t/${i}`, reaction: first! })),
    });
    const told: Array<number> = [];
    many.events$
      .pipe(
        filter((event) => event._tag === "Correlated"),
        map(({ messages }) => messages),
      )
      .subscribe((messages) => told.push(messages));
    expect(await many.runUntilIdle()).toMatchObject({ fetched: 5, acked: 4_500, blocked: 0 });
    expect(told).toEqual([900, 900, 900, 900, 900]);
    expect(seen.size).toBe(900);
    for (const numbers of seen.values()) expect(numbers).toEqual([1, 2, 3, 4, 5]);
    expect(Math.max(...watch.writes.map((kinds) => kinds.length))).toBeLessThanOrEqual(1_000);
  });

  it("blocks an event of more than 900 targets in the line of its own stream, and goes on with the next", async () => {
    const store = open();
    await append(store, upTo(3));
    let count = 901;
    const seen = new Seen();
    const reaction = on(codec, "A").do(async ({ event }, { stream }) => seen.all.push(`many ${stream} ${event.n}`), {
      name: "many",
    });
    const many = broker(store, {
      name: "b",
      reactions: [reaction],
      correlate: ({ event }, [first]) =>
        upTo(event.n === 2 ? count : 1).map((i) => ({ stream: `t/${i}`, reaction: first! })),
    });
    await many.runUntilIdle();
    const { items } = await many.blockedStreams();
    expect(items).toMatchObject([{ stream: "s/1", recorded: { version: 2 } }]);
    expect(items[0]?.cause).toMatch(/900 targets/);
    expect(seen.of("many", "t/1")).toEqual([1, 3]);
    // It is asked again, and goes to all of them with its ack.
    count = 900;
    expect(await many.unblock("s/1")).toBe(1);
    expect(await many.runUntilIdle()).toMatchObject({ acked: 901, blocked: 0, left: 0 });
    expect(seen.of("many", "s/1")).toEqual([]);
    expect([seen.of("many", "t/1"), seen.of("many", "t/900")]).toEqual([[1, 3, 2], [2]]);
  });

  it("counts targets, not pairs: 900 of them with two reactions each are one event's", {
    timeout: 30_000,
  }, async () => {
    const store = open();
    await append(store, [1]);
    const reactions = ["one", "two"].map((name) => on(codec, "A").do(none.do, { name }));
    const many = broker(store, {
      name: "b",
      reactions,
      correlate: (_one, register) =>
        upTo(900).flatMap((i) =>
          [...register, ...register].reverse().map((reaction) => ({ stream: `t/${i}`, reaction })),
        ),
    });
    const told: Array<ReadonlyArray<string>> = [];
    many.events$.subscribe((event) => event._tag === "Acked" && told.push(event.reactions));
    expect(await many.runUntilIdle()).toMatchObject({ acked: 900, blocked: 0 });
    // Each once, in the order of the register.
    expect(told[0]).toEqual(["one", "two"]);
  });
});

describe.each(mostStores())("correlation of large events on %s", (_, open) => {
  it("never makes a write too large, whatever the sizes of events and names", { timeout: 60_000 }, async () => {
    const watch = watched(open());
    const long = "é".repeat(250);
    for (let i = 1; i <= 12; i++)
      await logOn(watch.store).append(`s/${long}`, [{ type: "A", to: "€".repeat(150_000 * (i % 3)), n: i }]);
    const seen: Array<number> = [];
    const reactions = [on(codec, "A").do(async ({ event }) => seen.push(event.n), { name: "n".repeat(128) })];
    const big = broker(watch.store, {
      name: "b",
      reactions,
      correlate: (_one, [first]) => upTo(40).map((i) => ({ stream: `${long}${i}`, reaction: first! })),
    });
    expect(await big.runUntilIdle()).toMatchObject({ fetched: 12, acked: 480, blocked: 0 });
    expect(seen.length).toBe(480);
  });
});
