/** What a broker hands out shows names and places, never what events carry: in logs, in JSON and in errors. */
import { inspect } from "node:util";
import * as t from "io-ts";
import { firstValueFrom } from "rxjs";
import { broker, Defer, on } from "sluice/broker";
import { eventCodec, eventLog } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { atEnd } from "../support/atEnd.js";
import { atOnce, collect, counts, logOn, noted } from "./scene.js";

const SECRET = "4242 4242 4242 4242";

const shownIn = (value: unknown): string =>
  `${inspect(value, { depth: 12, showHidden: false })} ${JSON.stringify(value)} ${String(value)}`;

const expectHidden = (value: unknown): void => expect(shownIn(value)).not.toContain(SECRET);

const careless = eventCodec(t.type({ type: t.literal("Noted"), text: t.array(t.string) }), { tag: "type" });

describe.each(mostStores())("what a broker hands out on %s", (_, open) => {
  it("shows a reaction by its name, its types and its lane, at each step of making it", () => {
    const made = on(counts, "Noted", "Inc");
    const doing = made.do(async () => SECRET, { name: "note", lane: "l", priority: 3 });
    const reactions = [
      doing,
      doing.followUp(() => []),
      doing.to(`card ${SECRET}`),
      doing.to(() => SECRET),
      doing.void(),
    ];
    for (const reaction of reactions) {
      expectHidden(reaction);
      expect(JSON.parse(JSON.stringify(reaction))).toEqual({ name: "note", types: ["Noted", "Inc"], lane: "l" });
      expect(inspect(reaction)).toContain("note");
    }
    expect(inspect(made)).toContain("Noted");
    const b = broker(open(), { name: "b", reactions: [doing], lanes: { l: {} } });
    expect(JSON.parse(JSON.stringify(b))).toEqual({ name: "b" });
    expect(inspect(b)).toContain("'b'");
    expectHidden(b);
  });

  it("shows no payload in deliveries, events, status, answers and blocked targets", async () => {
    const store = open();
    let deferred = false;
    const all = on(counts, "Noted")
      .do(
        async () => {
          if (deferred) throw new Error("no");
          deferred = true;
          return Defer({ forMs: 0 });
        },
        { name: "all", attemptsMax: 2, backoff: atOnce },
      )
      .to("all");
    const passes = on(counts, "Noted")
      .do(async () => 1, { name: "passes" })
      .to("passes");
    const skips = on(counts, "Noted")
      .do(async () => Promise.reject(new Error("no")), { name: "skips", attemptsMax: 1, blockOnError: false })
      .to("skips");
    const b = broker(store, { name: "b", reactions: [all, passes, skips] });
    const told = collect(b.events$);
    await logOn(store).append("a/1", [noted(SECRET)]);
    await eventLog(store, careless).append("a/2", [{ type: "Noted", text: [SECRET] }]);
    const idle = await b.runUntilIdle();
    const kinds = new Set(told.seen.map(({ _tag }) => _tag));
    expect([...kinds].sort()).toEqual([
      "Acked",
      "Blocked",
      "Correlated",
      "Deferred",
      "Malformed",
      "Retrying",
      "Skipped",
    ]);
    expectHidden(told.seen);
    const page = await b.blockedStreams();
    expect(page.items.length).toBeGreaterThan(1);
    expect(page.items.some(({ recorded }) => recorded._tag === "Malformed")).toBe(true);
    expectHidden(page);
    expectHidden([idle, await firstValueFrom(b.status$), await b.position("all")]);
    // The values are there for programs.
    const delivered = told.seen.find(({ _tag }) => _tag === "Acked");
    expect(delivered).toMatchObject({ recorded: { event: noted(SECRET) } });
  });

  it.each([
    ["a target", { event: SECRET }],
    ["a target", SECRET.repeat(40)],
    ["a target", null],
    ["a priority", [SECRET]],
    ["a priority", SECRET],
    ["a priority", 17],
  ])("shows no payload where %s cannot be told", async (what, answer) => {
    const store = open();
    const odd = on(counts, "Noted")
      .do(async () => 1, { name: "odd", priority: what === "a priority" ? () => answer as never : 0 })
      .to(what === "a target" ? () => answer as never : "x");
    const b = broker(store, { name: "b", reactions: [odd] });
    const told = collect(b.events$);
    await logOn(store).append("a/1", [noted(SECRET)]);
    expect(await b.runUntilIdle()).toMatchObject({ blocked: 1 });
    const { items } = await b.blockedStreams();
    expect(items).toMatchObject([{ stream: "a/1", recorded: { event: noted(SECRET) } }]);
    expect(items[0]?.cause).toContain(what.slice(2));
    expectHidden([items, told.seen]);
  });
});

describe("the warnings of a broker", () => {
  it("name what blocked and why, and show no payload", async () => {
    const warnings: Array<unknown> = [];
    const store = memoryStore({ logger: { warn: (...told) => warnings.push(told) } });
    atEnd(() => store.close());
    const fails = on(counts, "Noted").do(async () => Promise.reject(new Error("no card")), {
      name: "f",
      attemptsMax: 1,
    });
    const b = broker(store, { name: "b", reactions: [fails] });
    await logOn(store).append("a/1", [noted(SECRET)]);
    await eventLog(store, careless).append("a/2", [{ type: "Noted", text: [SECRET] }]);
    await b.runUntilIdle();
    expect(warnings.length).toBeGreaterThan(0);
    expectHidden(warnings);
  });
});
