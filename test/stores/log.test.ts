/** Logs on each store: what users see. */
import { inspect } from "node:util";
import * as E from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { firstValueFrom, lastValueFrom, type Observable, of, take, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import type { EventId } from "../../src/core/EventId.js";
import { newId } from "../../src/core/newId.js";
import { type Position, positionOf } from "../../src/core/Position.js";
import { idFrom } from "../../src/core/Sources.js";
import type { NewEvent } from "../../src/core/steps/Append.js";
import { atomically } from "../../src/core/Write.js";
import type { EventLog, FeedItem } from "../../src/log/EventLog.js";
import { eventCodec, eventCodecs, eventType } from "../../src/log/makeEventCodec.js";
import { eventLog } from "../../src/log/makeEventLog.js";
import type { Recorded } from "../../src/log/recorded.js";
import { followUp } from "../../src/operators/followUp.js";
import { handle } from "../../src/operators/handle.js";
import { settle } from "../../src/operators/settle.js";
import type { Store } from "../../src/port/Store.js";
import { queue } from "../../src/queue/makeQueue.js";
import { records } from "../../src/records/makeRecords.js";
import * as L from "../../src/task/log.js";
import * as RL from "../../src/task/reader/log.js";
import { atEnd } from "../support/atEnd.js";
import { eachStore } from "./eachStore.js";

const CartEvent = t.union([
  t.type({ type: t.literal("ItemAdded"), sku: t.string, qty: t.number }),
  t.type({ type: t.literal("CartPaid"), total: t.number }),
]);
type CartEvent = t.TypeOf<typeof CartEvent>;
const cartEvents = eventCodec(CartEvent, { tag: "type" });
const measured = eventType("Measured", t.type({ celsius: t.number }));
const added = (sku: string, qty = 1): CartEvent => ({ type: "ItemAdded", sku, qty });
const paid = (total: number): CartEvent => ({ type: "CartPaid", total });

const all = <T>(source: Observable<T>): Promise<ReadonlyArray<T>> => lastValueFrom(source.pipe(toArray()));
const versions = (events: ReadonlyArray<Recorded<unknown>>) => events.map(({ version }) => version);
/** What a feed tells, in short. */
const told = (items: ReadonlyArray<FeedItem<unknown>>) =>
  items.map((item) => (item._tag === "Event" ? `${item.stream}@${item.version}` : item._tag));

/** The same but for `Passed`: where a page of a feed ends, while others append, is for the store to say. */
const met = (items: ReadonlyArray<FeedItem<unknown>>) => told(items).filter((item) => item !== "Passed");

/** Collects what a live source emits, until the test is over. */
const collect = <T>(source: Observable<T>) => {
  const seen: Array<T> = [];
  const end: { done?: true; error?: unknown } = {};
  const subscription = source.subscribe({
    next: (value) => seen.push(value),
    complete: () => {
      end.done = true;
    },
    error: (error: unknown) => {
      end.error = error;
    },
  });
  atEnd(async () => subscription.unsubscribe());
  const until = async (isReached: () => boolean): Promise<void> => {
    await expect.poll(isReached, { timeout: 5_000, interval: 5 }).toBe(true);
  };
  return { seen, end, subscription, until };
};

describe.each(eachStore)("the log on %s", (_, open) => {
  const cartsOn = (store: Store = open()) => eventLog(store, cartEvents);

  it("appends with expectations, and tells what is there where they fail", async () => {
    const carts = cartsOn();
    const first = await carts.append("cart/1", [added("a"), added("b")], { expected: "absent" });
    expect(first).toMatchObject({ version: 2 });
    expect(await carts.head("cart/1")).toEqual({ ...first, prunedTo: 0, closed: false });
    const second = await carts.append("cart/1", [paid(3)], { expected: first });
    expect(second.version).toBe(3);
    const conflicts = [
      carts.append("cart/1", [paid(3)], { expected: first }),
      carts.append("cart/1", [paid(3)], { expected: "absent" }),
      carts.append("cart/1", [paid(3)], { expected: { version: 3, lastId: first.lastId } }),
      carts.append("cart/1", [], { expected: { version: 4 } }),
    ];
    for (const conflict of conflicts)
      await expect(conflict.then((r) => r)).rejects.toMatchObject({
        _tag: "VersionConflict",
        stream: "cart/1",
        actual: 3,
      });
    await expect(carts.append("cart/2", [paid(3)], { expected: "present" }).then((r) => r)).rejects.toMatchObject({
      _tag: "VersionConflict",
      actual: 0,
    });
    expect(await carts.append("cart/1", [], { expected: second })).toEqual({
      version: 3,
      lastId: second.lastId,
      position: undefined,
    });
    expect(await carts.append("cart/1", [paid(4)], { expected: await carts.head("cart/1") })).toMatchObject({
      version: 4,
    });
    expect(await carts.head("cart/2")).toEqual({
      version: 0,
      lastId: undefined,
      position: undefined,
      prunedTo: 0,
      closed: false,
    });
  });

  it("reads a stream page by page, in both directions, between versions and times", async () => {
    const carts = cartsOn();
    for (let i = 0; i < 3; i++)
      await carts.append(
        "cart/1",
        Array.from({ length: 900 }, (_unused, j) => added("x", i * 900 + j + 1)),
      );
    const whole = await all(carts.read("cart/1"));
    expect(whole).toHaveLength(2_700);
    expect(whole.every(({ version, event }) => event.type === "ItemAdded" && event.qty === version)).toBe(true);
    expect(whole[0]).toMatchObject({ _tag: "Event", type: "ItemAdded", stream: "cart/1", version: 1, meta: {} });
    expect(versions(await all(carts.read("cart/1", { backwards: true })))).toEqual([...versions(whole)].reverse());
    expect(versions(await all(carts.read("cart/1", { after: 2, upTo: 5 })))).toEqual([3, 4, 5]);
    expect(versions(await all(carts.read("cart/1", { after: 2, upTo: 5, backwards: true, limit: 2 })))).toEqual([5, 4]);
    expect(versions(await all(carts.read("cart/1", { limit: 1_500 })))).toHaveLength(1_500);
    expect(await all(carts.read("cart/1", { limit: 0 }))).toEqual([]);
    expect(await all(carts.read("cart/1", { upTo: 0 }))).toEqual([]);
    expect(await all(carts.read("cart/1", { after: 9_999 }))).toEqual([]);
    expect(await all(carts.read("cart/2"))).toEqual([]);
    expect(versions(await firstValueFrom(carts.read("cart/1").pipe(take(2), toArray())))).toEqual([1, 2]);
    const beforeAll = new Date((whole[0]?.appendedAtMs ?? 0) - 1);
    expect(await all(carts.read("cart/1", { upTo: beforeAll }))).toEqual([]);
    expect(await all(carts.read("cart/1", { upTo: beforeAll, backwards: true }))).toEqual([]);
    const last = new Date(whole.at(-1)?.appendedAtMs ?? 0);
    expect(await all(carts.read("cart/1", { upTo: new Date(Math.ceil(last.getTime()) + 1), limit: 5 }))).toHaveLength(
      5,
    );
  });

  it("follows a stream: history, then live, no hole and no double", async () => {
    const carts = cartsOn();
    await carts.append("cart/1", [added("a"), added("b")]);
    const { seen, until } = collect(carts.follow("cart/1"));
    const later = collect(carts.follow("cart/1", { after: 1 }));
    await until(() => seen.length === 2);
    for (let i = 0; i < 20; i++) {
      await carts.append("cart/2", [added("other")]);
      await carts.append("cart/1", [added("c"), added("d")]);
    }
    await until(() => seen.length === 42);
    expect(versions(seen)).toEqual(Array.from({ length: 42 }, (_unused, i) => i + 1));
    await later.until(() => later.seen.length === 41);
    expect(versions(later.seen)[0]).toBe(2);
  });

  it("feeds all streams in one order, history, then live, and says when it is caught up", async () => {
    const store = open();
    const carts = cartsOn(store);
    const sensors = eventLog(store, measured);
    const both = eventLog(store, eventCodecs(cartEvents, measured));
    await carts.append("cart/1", [added("a")]);
    await sensors.append("sensor/1", [{ celsius: 20 }]);
    await carts.append("cart/2", [paid(5)]);
    const every = collect(both.feed());
    const mine = collect(carts.feed({ pageSizeMax: 1 }));
    const payments = collect(carts.feed({ types: ["CartPaid"] }));
    const inCategory = collect(both.feed({ categories: ["sensor"] }));
    const fromNow = collect(both.feed({ after: "end" }));
    await every.until(() => met(every.seen).length >= 4);
    await fromNow.until(() => met(fromNow.seen).length >= 1);
    // A store may answer reads beside writes, so all of them must have come so far.
    for (const one of [mine, payments, inCategory]) await one.until(() => told(one.seen).includes("CaughtUp"));
    await carts.append("cart/1", [paid(6)]);
    await every.until(() => met(every.seen).length >= 6);
    expect(met(every.seen)).toEqual(["cart/1@1", "sensor/1@1", "cart/2@1", "CaughtUp", "cart/1@2", "CaughtUp"]);
    await payments.until(() => told(payments.seen).includes("cart/1@2"));
    expect(met(payments.seen)).toEqual(["cart/2@1", "CaughtUp", "cart/1@2", "CaughtUp"]);
    await mine.until(() => told(mine.seen).filter((one) => one === "CaughtUp").length === 2);
    expect(met(mine.seen).filter((one) => one.includes("@"))).toEqual(["cart/1@1", "cart/2@1", "cart/1@2"]);
    await inCategory.until(() => met(inCategory.seen).length >= 3);
    expect(met(inCategory.seen)).toEqual(["sensor/1@1", "CaughtUp", "CaughtUp"]);
    await fromNow.until(() => met(fromNow.seen).length >= 3);
    expect(met(fromNow.seen)).toEqual(["CaughtUp", "cart/1@2", "CaughtUp"]);
    const positions = every.seen.flatMap((item) => (item._tag === "Event" ? [item.position] : []));
    expect(positions).toEqual([...positions].sort());
  });

  it("feeds pages at the caller's pace, each from where the one before ended", async () => {
    const carts = cartsOn();
    for (let i = 1; i <= 5; i++) await carts.append(`cart/${i}`, [added("a"), paid(i)]);
    const totals: Array<number> = [];
    let after: Position | undefined;
    for (let caughtUp = false; !caughtUp; ) {
      const page = await carts.feedPage({ after, types: ["CartPaid"], pageSizeMax: 2 });
      for (const item of page.items) if (item._tag === "Event") totals.push(item.event.total);
      ({ next: after, caughtUp } = page);
    }
    expect(totals).toEqual([1, 2, 3, 4, 5]);
    expect(await carts.feedPage({ after })).toEqual({ items: [], next: after, caughtUp: true });
    expect(await carts.feedPage({ after: "end" })).toEqual({ items: [], next: after, caughtUp: true });
    // By its place and not by "end": a store may do the append before it looks where the end is.
    const waiting = carts.feedPage({ after, waitMsMax: 10_000 }).then((page) => page);
    await carts.append("cart/9", [paid(9)]);
    expect((await waiting).items).toMatchObject([{ event: { total: 9 } }]);
  });

  it("tells of an empty log that it is caught up", async () => {
    const carts = cartsOn();
    expect(await carts.feedPage()).toEqual({ items: [], next: undefined, caughtUp: true });
    expect(await carts.feedPage({ after: "end" })).toEqual({ items: [], next: undefined, caughtUp: true });
    const feed = collect(carts.feed());
    await feed.until(() => feed.seen.length === 1);
    expect(feed.seen).toEqual([{ _tag: "CaughtUp", position: undefined }]);
  });

  it("tells a position of another history, and never goes on from it", async () => {
    const [lost, kept] = [cartsOn(), cartsOn()];
    const { position } = await lost.append("cart/1", [added("a"), added("b")]);
    const { position: headPosition } = await kept.append("cart/1", [added("c")]);
    const wentBack = { _tag: "LogWentBack", head: headPosition };
    await expect(kept.feedPage({ after: position }).then((r) => r)).rejects.toMatchObject(wentBack);
    await expect(lastValueFrom(kept.feed({ after: position }))).rejects.toMatchObject(wentBack);
    await expect(lastValueFrom(kept.follow("cart/1", { after: 2 }))).rejects.toMatchObject(wentBack);
  });

  it("closes a stream from a version on, and reopens it", async () => {
    const carts = cartsOn();
    const appended = await carts.append("cart/1", [added("a")]);
    await expect(carts.close("cart/1", { expected: "absent" }).then((r) => r)).rejects.toMatchObject({
      _tag: "VersionConflict",
    });
    expect(await carts.close("cart/1", { expected: appended })).toEqual({
      version: 1,
      lastId: appended.lastId,
      position: undefined,
    });
    await expect(carts.append("cart/1", [paid(1)]).then((r) => r)).rejects.toMatchObject({
      _tag: "StreamClosed",
      stream: "cart/1",
      version: 1,
    });
    expect(await carts.head("cart/1")).toMatchObject({ version: 1, closed: true });
    await carts.reopen("cart/1");
    expect(await carts.append("cart/1", [paid(1)])).toMatchObject({ version: 2 });
  });

  it("joins appends, checks and an enqueue: all or none", async () => {
    const store = open();
    const carts = cartsOn(store);
    const audits = queue(store, { name: "audits", codec: t.string });
    await carts.append("cart/1", [added("a")]);
    await expect(
      atomically([
        carts.append("cart/1", [paid(1)]),
        carts.append("cart/2", [], { expected: "present" }),
        audits.enqueue("x"),
      ]).then((r) => r),
    ).rejects.toMatchObject({ _tag: "VersionConflict", stream: "cart/2" });
    expect([(await carts.head("cart/1")).version, (await audits.stats()).ready]).toEqual([1, 0]);
    const [first, second] = await atomically([
      carts.append("cart/1", [paid(1)]),
      carts.append("cart/2", [paid(2)]),
      audits.enqueue("x"),
    ]);
    expect([first.version, second.version, (await audits.stats()).ready]).toEqual([2, 1, 1]);
  });

  it("joins an ack: the event is written with it, or neither is", async () => {
    const store = open();
    const carts = cartsOn(store);
    const payments = queue(store, { name: "payments", codec: t.number });
    await payments.enqueueAll([1, 2, 3]);
    await lastValueFrom(
      payments.messages().pipe(
        handle(async ({ data }) => data),
        followUp((total) => [carts.append("cart/1", [paid(total)])]),
        settle(),
        take(3),
      ),
    );
    expect((await carts.head("cart/1")).version).toBe(3);
  });

  it("stores a meta and what its ids say, and gives them back", async () => {
    const store = open();
    const carts = cartsOn(store);
    const meta = {
      correlationId: "request\n1",
      causationId: idFrom(store),
      actor: "anna",
      headers: { "x-trace": "é\u2028", constructor: "c" },
    };
    await carts.append("cart/1", [added("a")], { meta });
    const [event] = await all(carts.read("cart/1"));
    expect(event?.meta).toEqual(meta);
    expect(event?.id).toMatch(/^[0-9a-f-]{14}7/);
  });

  it("completes what is live when the store closes, and fails what is asked for after", async () => {
    const store = open();
    const carts = cartsOn(store);
    await carts.append("cart/1", [added("a")]);
    const [feed, followed] = [collect(carts.feed()), collect(carts.follow("cart/1"))];
    await followed.until(() => followed.seen.length === 1 && feed.seen.length === 2);
    await store.close();
    await feed.until(() => feed.end.done === true && followed.end.done === true);
    await expect(lastValueFrom(carts.read("cart/1"))).rejects.toMatchObject({ _tag: "StoreClosed" });
    await expect(carts.head("cart/1").then((r) => r)).rejects.toMatchObject({ _tag: "StoreClosed" });
  });

  it("tells what is malformed as an item of feeds, and as the error of reads; passes over what is not ours", async () => {
    const store = open();
    const others = eventLog(
      store,
      eventCodec(
        t.union([
          t.type({ type: t.literal("ItemAdded"), sku: t.string }),
          t.type({ type: t.literal("Elsewhere"), secret: t.string }),
        ]),
        { tag: "type" },
      ),
    );
    const carts = cartsOn(store);
    await carts.append("cart/1", [added("a")]);
    await others.append("cart/1", [
      { type: "Elsewhere", secret: "s3cret" },
      { type: "ItemAdded", sku: "s3cret" },
    ]);
    const page = await carts.feedPage();
    expect(page.items.map(({ _tag, version }) => [_tag, version])).toEqual([
      ["Event", 1],
      ["Malformed", 3],
    ]);
    const bad = page.items[1];
    expect(bad).toMatchObject({ report: ["qty: expected number, got undefined"], event: expect.any(String) as string });
    expect(`${inspect(bad)} ${JSON.stringify(bad)}`).not.toContain("s3cret");
    const seen: Array<number> = [];
    const refused = await lastValueFrom(carts.read("cart/1").pipe(toArray())).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(refused).toMatchObject({ _tag: "DecodeRefused", where: 'event 3 of the stream "cart/1"' });
    expect(`${inspect(refused)} ${JSON.stringify(refused)}`).not.toContain("s3cret");
    await new Promise<void>((resolve) => {
      carts.read("cart/1").subscribe({ next: ({ version }) => seen.push(version), error: () => resolve() });
    });
    expect(seen).toEqual([1]);
    expect(versions(await all(carts.read("cart/1", { upTo: 2 })))).toEqual([1]);
  });

  it("refuses what is out of its limits, and nothing is written", async () => {
    const store = open();
    const carts = cartsOn(store);
    const small = eventLog(store, eventType("Small", t.string, { eventBytesMax: 10 }));
    const odd = (value: unknown): never => value as never;
    const refusals: ReadonlyArray<readonly [PromiseLike<unknown>, object]> = [
      [small.append("s", ["x".repeat(20)]), { _tag: "PayloadTooLarge" }],
      [small.append("s", [odd(5)]), { _tag: "EncodeRefused" }],
      [carts.append("cart/1", [added("a"), odd({ type: "Lost" })]), { _tag: "EncodeRefused" }],
      [carts.append("cart/1", odd(added("a"))), { _tag: "InvalidConfig", option: "events" }],
      [carts.append("", [added("a")]), { _tag: "InvalidConfig", option: "stream" }],
      [carts.append("x".repeat(513), [added("a")]), { _tag: "InvalidConfig", option: "stream" }],
      [carts.append("cart/1", [], { expected: odd(3) }), { _tag: "InvalidConfig", option: "expected" }],
      [
        carts.append("cart/1", [], { expected: { version: -1 } }),
        { _tag: "InvalidConfig", option: "expected.version" },
      ],
      [
        carts.append("cart/1", [], { expected: { version: 1, lastId: odd("x") } }),
        { _tag: "InvalidConfig", option: "expected.lastId" },
      ],
      [
        carts.append("cart/1", [added("a")], { meta: { actor: odd(5) } }),
        { _tag: "InvalidConfig", option: "meta.actor" },
      ],
      [
        carts.append(
          "cart/1",
          Array.from({ length: 1_001 }, () => paid(1)),
        ),
        { _tag: "WriteTooLarge" },
      ],
      [carts.head(""), { _tag: "InvalidConfig", option: "stream" }],
      [carts.feedPage({ after: odd("0") }), { _tag: "InvalidConfig", option: "after" }],
      [carts.feedPage({ types: [] }), { _tag: "InvalidConfig", option: "types" }],
      [carts.feedPage({ types: odd(["Lost"]) }), { _tag: "InvalidConfig", option: "types" }],
      [carts.feedPage({ categories: ["a/b"] }), { _tag: "InvalidConfig", option: "categories" }],
      [carts.feedPage({ pageSizeMax: 0 }), { _tag: "InvalidConfig", option: "pageSizeMax" }],
      [carts.feedPage({ waitMsMax: -1 }), { _tag: "InvalidConfig", option: "waitMsMax" }],
      [all(carts.feed({ types: [] })), { _tag: "InvalidConfig", option: "types" }],
      [all(carts.read("cart/1", { after: -1 })), { _tag: "InvalidConfig", option: "after" }],
      [all(carts.read("cart/1", { upTo: new Date(Number.NaN) })), { _tag: "InvalidConfig", option: "upTo" }],
      [all(carts.follow("cart/1", { after: odd("1") })), { _tag: "InvalidConfig", option: "after" }],
      [carts.reopen(""), { _tag: "InvalidConfig", option: "stream" }],
    ];
    for (const [effect, refusal] of refusals) await expect(effect.then((r) => r)).rejects.toMatchObject(refusal);
    expect(await carts.feedPage()).toEqual({ items: [], next: undefined, caughtUp: true });
  });

  it("gives up events of a stream up to a version, and goes on", async () => {
    const carts = cartsOn();
    await carts.append(
      "cart/1",
      Array.from({ length: 1_000 }, (_unused, i) => added("x", i)),
    );
    const { position } = await carts.append("cart/2", [paid(1)]);
    for (let i = 0; i < 2; i++)
      await carts.append(
        "cart/1",
        Array.from({ length: 900 }, (_unused, j) => added("y", j)),
      );
    expect(await carts.prune("cart/1", { upTo: 2_500 })).toMatchObject({ version: 2_800, prunedTo: 2_500 });
    expect(await carts.prune("cart/1", { upTo: 10 })).toMatchObject({ prunedTo: 2_500 });
    expect(await carts.prune("cart/1", { upTo: 0 })).toMatchObject({ prunedTo: 2_500 });
    expect(versions(await all(carts.read("cart/1")))[0]).toBe(2_501);
    expect((await carts.feedPage({ pageSizeMax: 1 })).items).toMatchObject([{ position }]);
    expect(await carts.prune("cart/1", { upTo: 9_999 })).toEqual({
      version: 2_800,
      prunedTo: 2_800,
      lastId: undefined,
      position: undefined,
      closed: false,
    });
    expect(await carts.append("cart/1", [paid(1)], { expected: await carts.head("cart/1") })).toMatchObject({
      version: 2_801,
    });
  });

  it("hands a stream over page by page, and gives up each page that was taken", async () => {
    const carts = cartsOn();
    for (let i = 0; i < 2; i++)
      await carts.append(
        "cart/1",
        Array.from({ length: 600 }, (_unused, j) => added("x", j)),
      );
    const taken: Array<number> = [];
    let failing = true;
    const archive = carts.archive("cart/1", {
      upTo: 1_100,
      to: async (page) => {
        if (taken.length === 500 && failing) throw new Error("disk full");
        taken.push(...versions(page));
      },
    });
    await expect(lastValueFrom(archive)).rejects.toMatchObject({
      _tag: "ArchiveFailed",
      stream: "cart/1",
      prunedTo: 500,
      message: expect.stringContaining("disk full") as string,
    });
    expect(await carts.head("cart/1")).toMatchObject({ prunedTo: 500 });
    failing = false;
    expect(await lastValueFrom(archive)).toMatchObject({ prunedTo: 1_100, version: 1_200 });
    expect(taken).toEqual(Array.from({ length: 1_100 }, (_unused, i) => i + 1));
    await expect(
      carts.archive("cart/1", { upTo: 1_200, to: () => async () => E.left("no") }).then((r) => r),
    ).rejects.toMatchObject({ _tag: "ArchiveFailed", prunedTo: 1_100, cause: "no" });
    expect(await carts.archive("cart/1", { upTo: 1_200, to: () => of(1) })).toMatchObject({ prunedTo: 1_200 });
    const others = eventLog(carts.store, eventType("CartPaid", t.string));
    await others.append("cart/3", ["odd"]);
    await expect(carts.archive("cart/3", { upTo: 1, to: () => of(1) }).then((r) => r)).rejects.toMatchObject({
      _tag: "DecodeRefused",
    });
    expect(await carts.head("cart/3")).toMatchObject({ prunedTo: 0 });
    await eventLog(carts.store, measured).append("cart/4", [{ celsius: 1 }]);
    await expect(carts.archive("cart/4", { upTo: 1, to: () => of(1) }).then((r) => r)).rejects.toMatchObject({
      _tag: "DecodeRefused",
      message: expect.stringContaining('"Measured", which the codec') as string,
    });
    expect(await carts.head("cart/4")).toMatchObject({ prunedTo: 0 });
  });

  it("gives up the beginning of the log, and tells feeds that stood there", async () => {
    const carts = cartsOn();
    expect(await carts.trim({ upTo: positionOf(1, "abcdef") })).toBeUndefined();
    const { position: first } = await carts.append("cart/1", [added("a")]);
    const { position: second } = await carts.append("cart/2", [added("b")]);
    const { position: third } = await carts.append("cart/1", [paid(1)]);
    const upTo = second as Position;
    expect(await carts.trim({ upTo })).toBe(second);
    expect(await carts.trim({ upTo: first as Position })).toBe(second);
    expect(versions(await all(carts.read("cart/1")))).toEqual([2]);
    expect(await carts.head("cart/2")).toMatchObject({ version: 1, prunedTo: 1 });
    const trimmed = { _tag: "LogTrimmed", trimmedTo: second };
    await expect(carts.feedPage().then((r) => r)).rejects.toMatchObject(trimmed);
    await expect(lastValueFrom(carts.feed({ after: first }))).rejects.toMatchObject(trimmed);
    expect((await carts.feedPage({ after: upTo })).items).toMatchObject([{ position: third }]);
  });

  const members = eventCodec(
    t.union([
      t.type({ type: t.literal("Joined"), memberId: t.string, email: t.string, name: t.string }),
      t.type({ type: t.literal("Left"), memberId: t.string }),
    ]),
    {
      tag: "type",
      personal: {
        Joined: { subject: ({ memberId }) => memberId, forgotten: { email: "", name: "forgotten" } },
      },
    },
  );
  const anna = { type: "Joined", memberId: "m1", email: "anna@example.org", name: "Anna" } as const;
  const forgotten = { ...anna, email: "", name: "forgotten" };

  it("seals personal fields, and reads them as forgotten once their subject is", async () => {
    const store = open();
    const log = eventLog(store, members);
    await log.append("member/m1", [anna, { type: "Left", memberId: "m1" }, anna]);
    await log.append("member/m1", [anna], { meta: { actor: "me" } });
    await log.append("member/m2", [{ ...anna, memberId: "m2" }]);
    const raw = await store.readStream({ stream: "member/m1", after: 0, upTo: undefined, limit: 9, backwards: false });
    expect(JSON.stringify(raw)).not.toMatch(/anna@|Anna/);
    expect(new Set(raw.events.map(({ meta }) => meta)).size).toBe(4);
    const read = async (stream: string) => (await all(log.read(stream))).map(({ event }) => event);
    expect(await read("member/m1")).toEqual([anna, { type: "Left", memberId: "m1" }, anna, anna]);
    const page = await log.feedPage({ types: ["Joined"] });
    expect(page.items).toMatchObject([{ event: anna }, { event: anna }, { event: anna, meta: { actor: "me" } }, {}]);
    expect(page.items[2]?.meta).toEqual({ actor: "me" });
    expect([await log.forget("m1"), await log.forget("m1")]).toEqual([true, false]);
    expect(await read("member/m1")).toEqual([forgotten, { type: "Left", memberId: "m1" }, forgotten, forgotten]);
    expect(await read("member/m2")).toEqual([{ ...anna, memberId: "m2" }]);
    // What comes after has a new key, which opens nothing of what was before.
    await log.append("member/m1", [anna]);
    expect(await read("member/m1")).toEqual([forgotten, { type: "Left", memberId: "m1" }, forgotten, forgotten, anna]);
  });

  it("makes one key for a subject, whoever appends first, also in a join", async () => {
    const store = open();
    const log = eventLog(store, members);
    await Promise.all(Array.from({ length: 10 }, (_unused, i) => log.append(`member/${i}`, [anna])));
    await atomically([log.append("a", [{ ...anna, memberId: "m2" }]), log.append("b", [{ ...anna, memberId: "m2" }])]);
    const page = await log.feedPage();
    expect(page.items.map((item) => item._tag === "Event" && "email" in item.event && item.event.email)).toEqual(
      Array.from({ length: 12 }, () => anna.email),
    );
    const conflict = log.append("a", [anna], { expected: "absent" });
    await expect(conflict.then((r) => r)).rejects.toMatchObject({ _tag: "VersionConflict" });
  });

  it("appends by the key that stands there, whoever made or removed the one that it knows", async () => {
    const store = open();
    // Another process: the same store, of which nothing is known yet.
    const elsewhere = eventLog(Object.create(store) as Store, members);
    const log = eventLog(store, members);
    await log.append("member/m1", [anna]);
    await elsewhere.append("member/m1", [anna]);
    await elsewhere.forget("m1");
    await log.append("member/m1", [anna]);
    await elsewhere.append("member/m1", [anna]);
    const emails = async (of: typeof log) =>
      (await all(of.read("member/m1"))).map(({ event }) => "email" in event && event.email);
    expect(await emails(log)).toEqual(["", "", anna.email, anna.email]);
    await elsewhere.forget("m1");
    expect(await emails(log)).toEqual(["", "", "", ""]);
    const payments = queue(store, { name: "payments", codec: t.string });
    await payments.enqueue("p");
    await lastValueFrom(
      payments.messages().pipe(
        handle(async ({ data }) => data),
        followUp(() => [log.append("member/m1", [anna])]),
        settle(),
        take(1),
      ),
    );
    expect((await emails(elsewhere)).at(-1)).toBe(anna.email);
    expect((await payments.stats()).acked).toBe(1);
  });

  it("tells sealed fields that were moved or changed, and a damaged key, as malformed", async () => {
    const store = open();
    const log = eventLog(store, members);
    await log.append("member/m1", [anna]);
    const [stored] = (
      await store.readStream({ stream: "member/m1", after: 0, upTo: undefined, limit: 1, backwards: false })
    ).events;
    const moved = { ...stored, id: newId() as EventId } as NewEvent;
    const append = (events: ReadonlyArray<NewEvent>) =>
      store.write(
        [[{ _tag: "Append", stream: "member/m1", expected: { _tag: "Any" }, events, closes: false }]],
        newId(),
      );
    await append([{ id: moved.id, type: moved.type, data: moved.data, meta: moved.meta }]);
    const tags = async () =>
      (await log.feedPage()).items.map((item) => (item._tag === "Malformed" ? item.report.join() : item._tag));
    expect(await tags()).toEqual(["Event", expect.stringMatching(/cannot be opened/)]);
    await records(store, { name: "sluice.personalKeys", codec: t.string }).put("m2", "no key");
    await records(store, { name: "sluice.personalKeys", codec: t.number }).put("m1", 5);
    expect(await tags()).toEqual([expect.stringMatching(/damaged/), expect.stringMatching(/damaged/)]);
    await expect(log.append("member/m2", [{ ...anna, memberId: "m2" }]).then((r) => r)).rejects.toMatchObject({
      _tag: "Defect",
    });
  });

  it("refuses a subject that is none, and forgotten values that do not fit", async () => {
    const joined = t.type({ memberId: t.string, email: t.refinement(t.string, (email) => email.includes("@")) });
    const event = { memberId: "", email: "a@b" };
    const make = (subject: () => string, email = "@") =>
      eventLog(open(), eventType("J", joined, { personal: { J: { subject, forgotten: { email } } } }));
    const refusals: ReadonlyArray<readonly [EventLog<{ readonly J: typeof event }>, RegExp]> = [
      [make(() => ""), /subject must answer/],
      [make(() => "x".repeat(513)), /subject must answer/],
      [make(() => 5 as never), /subject must answer/],
      [
        make(() => {
          throw new Error("no");
        }),
        /personal\.J\.subject: no/,
      ],
      [make(() => "s", ""), /forgotten makes an event that its codec refuses/],
    ];
    for (const [log, sentence] of refusals)
      await expect(log.append("s", [event]).then((r) => r)).rejects.toMatchObject({
        _tag: "EncodeRefused",
        message: expect.stringMatching(sentence) as string,
      });
    const log = eventLog(open(), members);
    expect(() => log.forget("")).toThrow(/subject/);
    expect(() => log.forget("x".repeat(513))).toThrow(/subject/);
  });

  it("is there as tasks, and as readers of a codec", async () => {
    const store = open();
    const carts = cartsOn(store);
    const appended = await L.append(carts)("cart/1", [paid(1)], { expected: "absent" })();
    expect(appended).toMatchObject({ _tag: "Right", right: { version: 1 } });
    expect(await RL.append(cartEvents)("cart/1", [paid(2)], { expected: "absent" })({ store })()).toMatchObject({
      _tag: "Left",
      left: { _tag: "VersionConflict", actual: 1 },
    });
    expect(await RL.feedPage(cartEvents)({ types: ["CartPaid"] })({ store })()).toMatchObject({
      right: { items: [{ event: { total: 1 } }], caughtUp: true },
    });
    expect(await RL.close(cartEvents)("cart/1")({ store })()).toMatchObject({ right: { version: 1 } });
    expect(await L.head(carts)("cart/1")()).toMatchObject({ right: { closed: true } });
    expect(await RL.reopen(cartEvents)("cart/1")({ store })()).toEqual(E.right(undefined));
    expect(await L.prune(carts)("cart/1", { upTo: 1 })()).toMatchObject({ right: { prunedTo: 1 } });
    expect(await L.archive(carts)("cart/1", { upTo: 1, to: () => of(1) })()).toMatchObject({ right: { version: 1 } });
    expect(await L.trim(carts)({ upTo: positionOf(5, "abcdef") })()).toEqual(E.right(undefined));
    expect(await RL.forget(cartEvents)("nobody")({ store })()).toEqual(E.right(false));
  });

  it("keeps any stream name and event, whatever signs are in it", async () => {
    const log: EventLog<{ readonly Text: { readonly text: string } }> = eventLog(
      open(),
      eventType("Text", t.type({ text: t.string })),
    );
    for (const name of ["/", "a", "a/b/c", "ü/💥", "a b\n", '"\\', `${newId()}`, "__proto__", "x".repeat(512)]) {
      await log.append(name, [{ text: name }], { expected: "absent" });
      expect((await all(log.read(name))).map(({ event, stream }) => [event.text, stream])).toEqual([[name, name]]);
    }
  });
});
