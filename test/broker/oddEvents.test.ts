/** Events that are not as others: large ones, personal ones, those of earlier programs, and those that nobody can read. */
import * as t from "io-ts";
import { queue } from "sluice";
import { broker, on } from "sluice/broker";
import { eventCodec, eventLog, eventType } from "sluice/log";
import { mapEffect, type Store, viewOf } from "sluice/store";
import { faultyStore, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { collect, counts, inc, isDelivered, logOn, noted, tell } from "./scene.js";

describe.each(mostStores())("a large event on %s", (_, open) => {
  const SIZES = [32, 40 * 1024, 1_000 * 1024] as const;

  it("arrives as it is, in its order, at each of its targets", async () => {
    const store = open();
    const seen: Array<string> = [];
    const reaction = (target: string) =>
      on(counts, "Noted")
        .do(async ({ event: { text } }) => seen.push(`${target} ${text.length} ${text.slice(-3)}`), { name: target })
        .to(target);
    const b = broker(store, { name: "b", reactions: [reaction("x"), reaction("y")] });
    const texts = [...SIZES, ...SIZES].map((size, i) => `${"é".repeat(size / 2 - 2)}-${i}-`.slice(-size));
    for (const text of texts) await logOn(store).append("a/1", [noted(text)]);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 12, blocked: 0 });
    for (const target of ["x", "y"])
      expect(seen.filter((line) => line.startsWith(target))).toEqual(
        texts.map((text) => `${target} ${text.length} ${text.slice(-3)}`),
      );
  });

  it("that the log has given up before it is delivered blocks its target as malformed; a small one is still delivered", async () => {
    const store = open();
    const seen: Array<number> = [];
    const reaction = on(counts, "Noted", "Inc").do(async ({ version }) => seen.push(version), { name: "note" });
    const b = broker(store, { name: "b", reactions: [reaction] });
    const lane = queue(faultyStore(store).store, { name: "sluice.broker/default/b", codec: t.unknown });
    await logOn(store).append("a/1", [inc(1), noted("x".repeat(40_000)), inc(3)]);
    // Correlated, and not delivered.
    await lane.pause();
    await b.runUntilIdle();
    await logOn(store).prune("a/1", { upTo: 3 });
    await lane.resume();
    const told = collect(b.events$);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1, blocked: 1 });
    expect(seen).toEqual([1]);
    const malformed = told.seen.find(({ _tag }) => _tag === "Malformed");
    expect(malformed).toMatchObject({ stream: "a/1", recorded: { version: 2, report: ["the log has given it up"] } });
    expect((await b.blockedStreams()).items).toMatchObject([
      { stream: "a/1", cause: "the log has given it up", recorded: { _tag: "Malformed", version: 2 } },
    ]);
    await b.skip("a/1");
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1 });
    expect(seen).toEqual([1, 3]);
  });
});

const joined = eventType("Joined", t.type({ member: t.string, email: t.string }), {
  personal: { Joined: { subject: ({ member }) => member, forgotten: { email: "forgotten" } } },
});

describe.each(mostStores())("personal data on %s", (_, open) => {
  it("arrives opened, by targets and handlers, and as forgotten once its subject is", async () => {
    const store = open();
    const seen: Array<string> = [];
    let fails = true;
    const greet = on(joined, "Joined")
      .do(
        async ({ event }, { stream }) => {
          seen.push(`${stream} ${event.email}`);
          if (fails) throw new Error("no");
        },
        { name: "greet", attemptsMax: 1 },
      )
      .to(({ event }) => `member/${event.member}/${event.email.length}`);
    const b = broker(store, { name: "b", reactions: [greet] });
    const log = eventLog(store, joined);
    await log.append("club/1", [{ member: "m1", email: "a@b.example" }]);
    await b.runUntilIdle();
    expect(seen).toEqual(["member/m1/11 a@b.example"]);
    await log.forget("m1");
    fails = false;
    const { items } = await b.blockedStreams();
    expect(items.map(({ recorded }) => recorded.event)).toEqual([{ member: "m1", email: "forgotten" }]);
    await b.unblock({ prefix: "" });
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1 });
    expect(seen[1]).toBe("member/m1/11 forgotten");
  });

  it("is sealed in the queue of its lane", async () => {
    const store = open();
    const greet = on(joined, "Joined").do(async () => Promise.reject(new Error("no")), {
      name: "greet",
      attemptsMax: 1,
    });
    await eventLog(store, joined).append("club/1", [{ member: "m1", email: "a@b.example" }]);
    await broker(store, { name: "b", reactions: [greet] }).runUntilIdle();
    const { items } = await store.blocked({ queue: "sluice.broker/default/b", after: undefined, limit: 10 });
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).toContain("m1");
    expect(JSON.stringify(items)).not.toContain("a@b.example");
  });
});

describe.each(mostStores())("an event of an earlier program on %s", (_, open) => {
  it("arrives under its name of today and in its form of today, also where it waited meanwhile", async () => {
    const store = open();
    const before = eventType("Payed", t.type({ amount: t.number }));
    const today = eventType("Paid", t.type({ cents: t.number }), {
      renamed: { Payed: "Paid" },
      upcasts: { Paid: [(json) => ({ cents: (json as { amount: number }).amount * 100 })] },
    });
    await eventLog(store, before).append("cart/1", [{ amount: 1 }, { amount: 2 }]);
    const fails = on(before, "Payed").do(async () => Promise.reject(new Error("no")), { name: "pay", attemptsMax: 1 });
    expect(await broker(store, { name: "b", reactions: [fails] }).runUntilIdle()).toMatchObject({ blocked: 1 });
    // The new program, while both wait.
    await eventLog(store, today).append("cart/1", [{ cents: 300 }]);
    const seen: Array<unknown> = [];
    const pay = on(today, "Paid").do(async ({ type, event }) => seen.push([type, event]), { name: "pay" });
    const b = broker(store, { name: "b", reactions: [pay] });
    await b.unblock("cart/1");
    expect(await b.runUntilIdle()).toMatchObject({ acked: 3 });
    expect(seen).toEqual([1, 2, 3].map((n) => ["Paid", { cents: n * 100 }]));
  });
});

/** As a program wrote it whose events had texts where numbers are expected today. */
const careless = eventCodec(t.type({ type: t.literal("Inc"), by: t.string }), { tag: "type" });

describe.each(mostStores())("a malformed event on %s", (_, open) => {
  const SECRET = "a secret text";

  it("blocks its target without a run of its handler, is told, and holds up no other", async () => {
    const store = open();
    const seen: Array<string> = [];
    const count = on(counts, "Inc").do(async ({ event, stream }) => seen.push(`${stream} ${event.by}`), {
      name: "count",
    });
    const b = broker(store, { name: "b", reactions: [count] });
    const told = collect(b.events$);
    await logOn(store).append("a/1", [inc(1)]);
    const careful = eventLog(store, careless);
    await careful.append("a/1", [{ type: "Inc", by: SECRET }]);
    await logOn(store).append("a/1", [inc(3)]);
    await logOn(store).append("a/2", [inc(4)]);
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 4, delivered: 3, acked: 2, blocked: 1 });
    expect(seen.sort()).toEqual(["a/1 1", "a/2 4"]);
    const malformed = told.seen.filter(({ _tag }) => _tag === "Malformed");
    expect(malformed).toMatchObject([{ lane: "default", stream: "a/1", recorded: { _tag: "Malformed", version: 2 } }]);
    expect(told.seen.filter(isDelivered).map(tell).sort()).toEqual(["Acked a/1@1 (1)", "Acked a/2@1 (1)"]);
    const { items } = await b.blockedStreams();
    expect(items).toMatchObject([{ stream: "a/1", recorded: { _tag: "Malformed", version: 2 }, reactions: ["count"] }]);
    expect(items[0]?.cause).toContain("by");
    expect(JSON.stringify([malformed, items])).not.toContain(SECRET);
    expect(await b.skip("a/1")).toBe(1);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1, blocked: 0 });
    expect(seen).toContain("a/1 3");
  });

  it("is read by a program whose codec takes it, once it is unblocked", async () => {
    const store = open();
    await eventLog(store, careless).append("a/1", [{ type: "Inc", by: "5" }]);
    const count = on(counts, "Inc").do(async () => 1, { name: "count" });
    expect(await broker(store, { name: "b", reactions: [count] }).runUntilIdle()).toMatchObject({ blocked: 1 });
    const seen: Array<string> = [];
    const mended = on(careless, "Inc").do(async ({ event }) => seen.push(event.by), { name: "count" });
    const b = broker(store, { name: "b", reactions: [mended] });
    await b.unblock("a/1");
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1 });
    expect(seen).toEqual(["5"]);
  });

  it("blocks for all reactions of its target where one codec of several refuses it: none of them runs", async () => {
    const store = open();
    const seen: Array<string> = [];
    const takes = on(careless, "Inc").do(async () => seen.push("takes"), { name: "takes" });
    const refuses = on(counts, "Inc").do(async () => seen.push("refuses"), { name: "refuses" });
    await eventLog(store, careless).append("a/1", [{ type: "Inc", by: "5" }]);
    const b = broker(store, { name: "b", reactions: [takes, refuses] });
    expect(await b.runUntilIdle()).toMatchObject({ acked: 0, blocked: 1 });
    expect(seen).toEqual([]);
  });
});

describe("an event of a reaction that a process does not have", () => {
  const oldName = "old";
  const waiting = async (store: Store, advance: (ms: number) => Promise<void>): Promise<void> => {
    // An earlier program has correlated it, and died before it was done.
    const old = on(counts, "Inc").do(() => new Promise(() => undefined), { name: oldName });
    const run = collect(broker(store, { name: "b", reactions: [old] }).run());
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    await advance(100);
    run.stop();
    await advance(100);
  };

  it("is held for ten minutes, and then blocks as malformed, without a run", async () => {
    await simulate(async ({ store, advance }) => {
      await waiting(store, advance);
      const seen: Array<string> = [];
      const young = on(counts, "Inc").do(async ({ stream }) => seen.push(stream), { name: "young", from: "end" });
      const b = broker(store, { name: "b", reactions: [young] });
      const told = collect(b.events$);
      const run = collect(b.run());
      await advance(9 * 60_000);
      expect((await b.blockedStreams()).items).toEqual([]);
      expect(told.seen.filter(({ _tag }) => _tag === "Malformed")).toEqual([]);
      await logOn(store).append("a/2", [inc(3)]);
      // It correlates once it has found that the earlier program does so no more.
      await advance(3_000);
      expect(seen).toEqual(["a/2"]);
      await advance(2 * 60_000);
      const malformed = told.seen.filter(({ _tag }) => _tag === "Malformed");
      expect(malformed).toMatchObject([{ stream: "a/1", recorded: { version: 1 } }]);
      const { items } = await b.blockedStreams();
      expect(items).toMatchObject([{ stream: "a/1", reactions: [oldName] }]);
      expect(items[0]?.cause).toContain('no reaction "old"');
      expect(run.seen.map(tell)).toEqual(["Acked a/2@1 (1)"]);
      run.stop();
    });
  });

  it("goes to a process that has it, as soon as there is one", async () => {
    await simulate(async ({ store, client, advance }) => {
      await waiting(store, advance);
      const young = on(counts, "Dec").do(async () => 1, { name: "young" });
      const lacking = collect(broker(store, { name: "b", reactions: [young] }).run());
      await advance(5 * 60_000);
      const old = on(counts, "Inc").do(async () => 1, { name: oldName });
      const having = collect(broker(client().store, { name: "b", reactions: [young, old] }).run());
      await advance(60_000);
      expect(having.seen.map(tell)).toEqual(["Acked a/1@1 (1)", "Acked a/1@2 (1)"]);
      for (const run of [lacking, having]) run.stop();
    });
  });

  it("takes up less and less of a process that lacks it, also by dozens and one at a time", async () => {
    await simulate(async ({ store, advance, nowMs }) => {
      const old = on(counts, "Inc").do(() => new Promise(() => undefined), { name: oldName });
      const run = collect(broker(store, { name: "b", reactions: [old] }).run({ concurrency: 1 }));
      for (let i = 0; i < 30; i += 1)
        logOn(store)
          .append(`a/${i}`, [inc(i)])
          .subscribe();
      await advance(1_000);
      run.stop();
      await advance(100);
      let deliveries = 0;
      const counted = viewOf(store, {
        lease: (request) =>
          mapEffect(store.lease(request), (leases) => {
            deliveries += leases.length;
            return leases;
          }),
      });
      const sinceMs: Array<number> = [];
      const young = on(counts, "Noted").do(async ({ event }) => sinceMs.push(nowMs() - Number(event.text)), {
        name: "young",
        from: "end",
      });
      const lacking = collect(broker(counted, { name: "b", reactions: [young] }).run({ concurrency: 1 }));
      await advance(3_000);
      deliveries = 0;
      for (let i = 0; i < 2; i += 1) {
        logOn(store)
          .append("a/x", [noted(String(nowMs()))])
          .subscribe();
        await advance(60_000);
      }
      expect(sinceMs).toHaveLength(2);
      // Each of them some 13 times in two minutes.
      expect(deliveries).toBeLessThan(30 * 20);
      lacking.stop();
    });
  });
});
