import { isRight } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { type Observable, of, retry } from "rxjs";
import { describe, expect, it } from "vitest";
import { type MessageId, newMessageId } from "../../../../src/core/MessageId.js";
import { DELAY_MS_MAX } from "../../../../src/core/options.js";
import { storeFull, storeUnavailable } from "../../../../src/core/SluiceError.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import type { EnqueueOptions, Queue } from "../../../../src/queue/Queue.js";
import { memoryStore } from "../../../../src/stores/memory/memoryStore.js";
import { Clock, dataOf, errorOf, now, scene, watch } from "../scene.js";
import { Breaker, Spy } from "../views.js";

const KEY_513 = `${"é".repeat(256)}x`;

const refused: ReadonlyArray<[string, EnqueueOptions, string]> = [
  ["a key of 513 bytes", { key: KEY_513 }, "key"],
  ["a key that is no text", { key: 7 as unknown as string }, "key"],
  ["a dedupe id of 513 bytes", { dedupe: { id: KEY_513 } }, "dedupe.id"],
  ["a dedupe window of -1", { dedupe: { id: "x", windowMs: -1 } }, "dedupe.windowMs"],
  ["a dedupe window without end", { dedupe: { id: "x", windowMs: Number.POSITIVE_INFINITY } }, "dedupe.windowMs"],
  ["a dedupe until some day", { dedupe: { id: "x", until: "some day" as "settled" } }, "dedupe.until"],
  ["a dedupe with both", { dedupe: { id: "x", until: "settled", windowMs: 5 } as never }, "dedupe"],
  ["an expiry of -1", { expiresInMs: -1 }, "expiresInMs"],
  ["an expiry of a fraction", { expiresInMs: 0.5 }, "expiresInMs"],
  ["an id that is no UUID", { id: "order-7" as MessageId }, "id"],
  ["a negative delay", { delayMs: -1 }, "delayMs"],
  ["a delay of NaN", { delayMs: Number.NaN }, "delayMs"],
  ["an endless delay", { delayMs: Number.POSITIVE_INFINITY }, "delayMs"],
  ["a delay of more than ten years", { delayMs: DELAY_MS_MAX + 1 }, "delayMs"],
  ["priority 10", { priority: 10 }, "priority"],
  ["priority -1", { priority: -1 }, "priority"],
  ["priority 1.5", { priority: 1.5 }, "priority"],
  ["priority NaN", { priority: Number.NaN }, "priority"],
  ["a header that is no text", { headers: { a: 1 as unknown as string } }, "headers"],
  ["headers of more than 8 KiB", { headers: { a: "x".repeat(8 * 1024) } }, "headers"],
];

describe("enqueue", () => {
  it("emits the id of the new message, and ids sort by their enqueueing", () => {
    const s = scene();
    const ids = [1, 2, 3].map((n) => now(s.queue.enqueue(n)).id);
    expect([...ids].sort()).toEqual(ids);
    expect(now(s.queue.peek()).map(({ id }) => id)).toEqual(ids);
  });

  it("adds nothing before it is subscribed to, and one message for each subscription", () => {
    const s = scene();
    const write = s.queue.enqueue(1);
    expect(s.stats().enqueued).toBe(0);
    expect(now(write).id).not.toBe(now(write).id);
    expect(s.stats().enqueued).toBe(2);
  });

  it("keys by the definition's function, unless a key is given; the empty text is a key", () => {
    const s = scene({ key: (n) => (n === 0 ? undefined : `k${n % 2}`) });
    for (const n of [0, 0, 1, 2, 3]) now(s.queue.enqueue(n));
    now(s.queue.enqueue(0, { key: "" }));
    now(s.queue.enqueue(0, { key: "" }));
    expect(now(s.queue.peek()).map(({ key }) => key)).toEqual([undefined, undefined, "k1", "k0", ""]);
    expect(s.stats()).toMatchObject({ ready: 5, waiting: 2 });
  });

  it("delivers delayed messages when they are due and not before", () => {
    const s = scene({ leaseMs: 120_000 });
    now(s.queue.enqueue(1, { delayMs: 60_000 }));
    now(s.queue.enqueue(2, { delayMs: 0 }));
    const { values } = watch(s.queue.messages());
    s.clock.advance(59_999);
    expect(dataOf(values)).toEqual([2]);
    s.clock.advance(1);
    expect(dataOf(values)).toEqual([2, 1]);
  });

  it("delivers higher priorities first", () => {
    const s = scene();
    for (const priority of [0, 9, 5]) now(s.queue.enqueue(priority, { priority }));
    expect(dataOf(now(s.queue.receive({ max: 3 })))).toEqual([9, 5, 0]);
  });

  it("takes explicit undefined for all options", () => {
    const s = scene();
    const options: EnqueueOptions = {
      key: undefined,
      delayMs: undefined,
      priority: undefined,
      headers: undefined,
      id: undefined,
      dedupe: undefined,
    };
    expect(now(s.queue.enqueue(1, options)).id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("takes the ends of every range", () => {
    const s = scene();
    now(
      s.queue.enqueue(1, {
        key: "é".repeat(256),
        delayMs: DELAY_MS_MAX,
        priority: 9,
        dedupe: { id: "x".repeat(512), windowMs: 0 },
      }),
    );
    now(s.queue.enqueue(1, { key: "", delayMs: 0, priority: 0, dedupe: { id: "" }, headers: {} }));
    expect(s.stats().enqueued).toBe(2);
  });

  it.each(refused)("refuses %s as InvalidConfig and leaves the queue as it is", (_, options, option) => {
    const s = scene();
    s.fill(2);
    const before = s.stats();
    expect(errorOf(s.queue.enqueue(7, options))).toMatchObject({ _tag: "InvalidConfig", option });
    expect(errorOf(s.queue.enqueueAll([1, 7], (n) => (n === 7 ? options : {})))).toMatchObject({
      _tag: "InvalidConfig",
      option,
    });
    expect(s.stats()).toEqual(before);
  });

  it("refuses what its codec refuses, with the report, and leaves the queue as it is", () => {
    const s = scene();
    expect(errorOf(s.queue.enqueue("7" as unknown as number))).toMatchObject({
      _tag: "EncodeRefused",
      report: ["value: expected number, got string"],
    });
    expect(errorOf(s.queue.enqueue(Number.NaN))).toMatchObject({ _tag: "EncodeRefused" });
    expect(s.stats().enqueued).toBe(0);
  });

  it("refuses a payload above payloadBytesMax, counted in UTF-8, and leaves the queue as it is", () => {
    const texts = queue(memoryStore(), { name: "texts", codec: t.string, payloadBytesMax: 10 });
    now(texts.enqueue("éééé"));
    expect(errorOf(texts.enqueue("ééééx"))).toMatchObject({ _tag: "PayloadTooLarge", bytes: 11, bytesMax: 10 });
    expect(now(texts.stats()).enqueued).toBe(1);
  });

  it("refuses a value whose key function throws, and says so", () => {
    const s = scene({
      key: () => {
        throw new Error("no customer");
      },
    });
    expect(errorOf(s.queue.enqueue(1))).toMatchObject({
      _tag: "EncodeRefused",
      report: ["key: no customer"],
    });
    expect(now(s.queue.enqueue(1, { key: "given" }))).toMatchObject({ duplicate: false });
  });

  it("encodes at the subscription, so that a value may change until then", () => {
    const store = memoryStore();
    const lists = queue(store, { name: "lists", codec: t.array(t.number) });
    const list = [1];
    const write = lists.enqueue(list);
    list.push(2);
    now(write);
    list.push(3);
    expect(now(lists.receive({ max: 1 }))[0]?.data).toEqual([1, 2]);
  });

  it.each([storeUnavailable("down"), storeFull("OOM")])("fails with the store's $_tag, and may be retried", (error) => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    breaker.break("write", () => error);
    const write = s.queue.enqueue(1);
    expect(errorOf(write)).toBe(error);
    breaker.heal();
    expect(now(write)).toMatchObject({ duplicate: false });
    expect(s.stats().enqueued).toBe(1);
  });

  it("adds one message where the answer was lost and rxjs retries it", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    breaker.losesReplies = true;
    breaker.break("write", () => storeUnavailable("reply lost"));
    const heal = (): Observable<string> => {
      breaker.heal();
      return of("now");
    };
    const enqueued = watch(s.queue.enqueue(1).pipe(retry({ delay: heal })));
    expect(enqueued.values).toHaveLength(1);
    expect(s.stats().enqueued).toBe(1);
    expect(now(s.queue.peek())[0]?.id).toBe(enqueued.values[0]?.id);
  });
});

describe("expiry", () => {
  it("dead-letters what nobody began in time", () => {
    const s = scene();
    now(s.queue.enqueue(1, { expiresInMs: 50 }));
    now(s.queue.enqueue(2));
    s.clock.advance(51);
    expect(s.next(2)).toEqual([[2, 1]]);
    expect(now(s.queue.deadLetters()).items).toMatchObject([{ cause: "expired before it was begun", failures: 0 }]);
  });
});

describe("dedupe", () => {
  const windowed = (dedupeMs?: number): { readonly clock: Clock; readonly q: Queue<number> } => {
    const clock = new Clock();
    const q = queue(memoryStore({ scheduler: clock }), { name: "q", codec: t.number, dedupeMs });
    return { clock, q };
  };

  it("by dedupe id answers with the first one's id and adds nothing", () => {
    const { q } = windowed();
    const first = now(q.enqueue(1, { dedupe: { id: "order-7" } }));
    expect(first.duplicate).toBe(false);
    expect(now(q.enqueue(2, { dedupe: { id: "order-7" } }))).toEqual({ id: first.id, duplicate: true });
    expect(now(q.enqueue(3, { dedupe: { id: "order-8" } })).duplicate).toBe(false);
    expect(now(q.stats()).enqueued).toBe(2);
  });

  it("by id takes upper and lower case for the same", () => {
    const { q } = windowed();
    const id = newMessageId();
    expect(now(q.enqueue(1, { id }))).toEqual({ id, duplicate: false });
    expect(now(q.enqueue(2, { id: id.toUpperCase() as MessageId }))).toEqual({ id, duplicate: true });
    expect(now(q.stats()).enqueued).toBe(1);
  });

  it("ends with its window, five minutes by default", () => {
    for (const [options, ms] of [
      [undefined, 300_000],
      [1_000, 1_000],
    ] as const) {
      const { clock, q } = windowed(options);
      now(q.enqueue(1, { dedupe: { id: "a" } }));
      clock.advance(ms - 1);
      now(q.enqueue(1, { dedupe: { id: "a" } }));
      expect(now(q.stats()).enqueued).toBe(1);
      clock.advance(1);
      now(q.enqueue(1, { dedupe: { id: "a" } }));
      expect(now(q.stats()).enqueued).toBe(2);
    }
  });

  it("has a window of its own where one is given", () => {
    const { clock, q } = windowed(1_000);
    const again = () => now(q.enqueue(1, { dedupe: { id: "a", windowMs: 5_000 } })).duplicate;
    expect(again()).toBe(false);
    clock.advance(4_999);
    expect(again()).toBe(true);
    clock.advance(1);
    expect(again()).toBe(false);
  });

  it("is off with a window of 0", () => {
    const { q } = windowed(0);
    now(q.enqueue(1, { dedupe: { id: "a" } }));
    now(q.enqueue(1, { dedupe: { id: "a" } }));
    expect(now(q.stats()).enqueued).toBe(2);
  });

  it("until the message is settled outlasts any window, and ends with it", () => {
    const { clock, q } = windowed(10);
    const again = () => now(q.enqueue(1, { dedupe: { id: "a", until: "settled" } })).duplicate;
    expect(again()).toBe(false);
    clock.advance(24 * 60 * 60 * 1_000);
    expect(again()).toBe(true);
    const [message] = now(q.receive({ max: 1 }));
    expect(again()).toBe(true);
    message?.ack.subscribe();
    clock.settle();
    expect(again()).toBe(false);
  });

  it("does not take a dedupe id for the id of another message", () => {
    const { q } = windowed();
    const { id } = now(q.enqueue(1, { id: newMessageId() }));
    expect(now(q.enqueue(2, { dedupe: { id } }))).toMatchObject({ duplicate: false });
    expect(now(q.stats()).enqueued).toBe(2);
  });

  it("does not make two subscriptions of one enqueue without ids the same", () => {
    const { q } = windowed();
    const write = q.enqueue(1);
    expect(now(write).id).not.toBe(now(write).id);
  });
});

describe("enqueueAll", () => {
  it("adds all values in order, in one write, and emits their ids aligned", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    const ids = now(s.queue.enqueueAll([5, 6, 7])).map(({ id }) => id);
    expect(now(s.queue.peek()).map(({ id, data }) => [id, isRight(data) && data.right])).toEqual([
      [ids[0], 5],
      [ids[1], 6],
      [ids[2], 7],
    ]);
    expect(spy.writes).toHaveLength(1);
  });

  it("takes options for each value", () => {
    const s = scene();
    now(s.queue.enqueueAll([1, 2, 3], (n) => ({ priority: n })));
    expect(dataOf(now(s.queue.receive({ max: 3 })))).toEqual([3, 2, 1]);
  });

  it("of nothing emits an empty list and asks the store for nothing", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    expect(now(s.queue.enqueueAll([]))).toEqual([]);
    expect(spy.writes).toEqual([]);
  });

  it("adds none where one is refused", () => {
    const s = scene();
    expect(errorOf(s.queue.enqueueAll([1, Number.NaN, 3]))).toMatchObject({ _tag: "EncodeRefused" });
    expect(s.stats().enqueued).toBe(0);
  });

  it("takes 1,000 values and refuses 1,001 as WriteTooLarge", () => {
    const s = scene();
    const values = new Array<number>(1_001).fill(1);
    now(s.queue.enqueueAll(values.slice(1)));
    expect(errorOf(s.queue.enqueueAll(values))).toMatchObject({ _tag: "WriteTooLarge", count: 1_001 });
    expect(s.stats().enqueued).toBe(1_000);
  });

  it("refuses more than 8 MiB together as WriteTooLarge", () => {
    const texts = queue(memoryStore(), { name: "texts", codec: t.string });
    const text = "x".repeat(1024 * 1024 - 2);
    expect(errorOf(texts.enqueueAll(new Array<string>(8).fill(text)))).toMatchObject({ _tag: "WriteTooLarge" });
    expect(now(texts.stats()).enqueued).toBe(0);
    now(texts.enqueueAll(new Array<string>(7).fill(text)));
    expect(now(texts.stats()).enqueued).toBe(7);
  });

  it("answers a duplicate within it by the first one's id", () => {
    const s = scene();
    const [first, second] = now(s.queue.enqueueAll([1, 2], () => ({ dedupe: { id: "same" } })));
    expect([first?.duplicate, second]).toEqual([false, { id: first?.id, duplicate: true }]);
    expect(s.stats().enqueued).toBe(1);
  });

  it("fails where its options function throws", () => {
    const s = scene();
    const failing = s.queue.enqueueAll([1], () => {
      throw new Error("no options");
    });
    expect(errorOf(failing)).toMatchObject({ _tag: "EncodeRefused", report: ["options: no options"] });
  });
});
