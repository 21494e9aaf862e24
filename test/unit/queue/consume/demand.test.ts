/** What a consumer with default options has leased, by the operators that stand behind it. */
import { filter, map, mergeMap, type Subscription, share, timer } from "rxjs";
import { describe, expect, it } from "vitest";
import { delivery, type Message } from "../../../../src/core/Message.js";
import { batch } from "../../../../src/operators/batch.js";
import { handle } from "../../../../src/operators/handle.js";
import type { HandleOptions } from "../../../../src/operators/internal/handleWith.js";
import { mapData } from "../../../../src/operators/mapData.js";
import { settle } from "../../../../src/operators/settle.js";
import { LeasedDelivery } from "../../../../src/queue/consume/LeasedDelivery.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import { dataOf, range, type Scene, scene, takeInHand, watch } from "../scene.js";
import { delayed, Spy } from "../views.js";

const work = (s: Scene, ms: number, options: HandleOptions = {}) =>
  handle((_: Message<number>) => timer(ms, s.clock), options);

/** A consumer that writes down what it begins. */
const worker = (
  s: Scene,
  { ms = 300, ...options }: HandleOptions & { readonly ms?: number } = {},
): { readonly begun: Array<number>; readonly outcomes: Array<string>; readonly subscription: Subscription } => {
  const begun: Array<number> = [];
  const outcomes: Array<string> = [];
  const subscription = s.queue
    .messages()
    .pipe(
      handle((m: Message<number>) => {
        begun.push(m.data);
        return timer(ms, s.clock);
      }, options),
      settle(),
    )
    .subscribe(({ outcome }) => outcomes.push(outcome._tag));
  return { begun, outcomes, subscription };
};

describe("the credit of a source without a prefetch", () => {
  it("is one before anybody was asked, and 32 for plain rxjs", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    const consumer = watch(s.queue.messages());
    expect(spy.leases.map(({ max }) => max)).toEqual([1]);
    s.fill(100);
    s.clock.settle();
    expect(consumer.values).toHaveLength(32);
  });

  it("is what a handler can run, and one more: 16 works at a time by default", () => {
    const s = scene();
    s.fill(100);
    const { begun } = worker(s);
    s.clock.advance(10);
    expect([begun.length, s.stats().leased]).toEqual([16, 17]);
  });

  it("follows the demand through operators of rxjs and of this library", () => {
    const s = scene();
    s.fill(100);
    const even = s.queue.messages().pipe(
      map((m) => m),
      filter((m) => m.data >= 0),
      mapData((n) => n * 2),
    );
    watch(even.pipe(work(s, 300, { concurrency: 4 })));
    s.clock.advance(10);
    expect(s.stats().leased).toBe(5);
  });

  it("is that of all who share the source, and less when one of them leaves", () => {
    const s = scene();
    s.fill(100);
    const shared = s.queue.messages().pipe(share());
    const odd = (n: number) => filter((m: Message<number>) => m.data % 2 === n);
    const first = watch(shared.pipe(odd(0), work(s, 300, { concurrency: 3 }), settle()));
    watch(shared.pipe(odd(1), work(s, 300, { concurrency: 5 }), settle()));
    s.clock.advance(10);
    expect(s.stats().leased).toBe(9);
    first.subscription.unsubscribe();
    s.clock.advance(300);
    s.clock.advance(300);
    expect(s.stats().leased).toBeLessThanOrEqual(9);
  });

  it("is windows of a batch: one that gathers, and those that are worked", () => {
    const s = scene();
    s.fill(200);
    watch(
      s.queue.messages().pipe(
        batch({ sizeMax: 10 }),
        handle(() => timer(300, s.clock), { concurrency: 2 }),
        settle(),
      ),
    );
    s.clock.advance(10);
    expect(s.stats().leased).toBe(30);
  });

  it("fills windows that are larger than any prefetch would be by itself", () => {
    const s = scene();
    s.fill(3_000);
    const { values } = watch(s.queue.messages().pipe(batch({ sizeMax: 2_000 })));
    s.clock.settle();
    expect(values.map(({ data }) => data.length)).toEqual([2_000]);
  });

  it("grows with the way to the store where works are quick, and hoards nothing where they are slow", () => {
    const near = (ms: number) => {
      const s = scene({}, (store, clock) => delayed(["lease", "write"], 20)(store, clock));
      s.fill(4_000);
      watch(s.queue.messages().pipe(work(s, ms), settle()));
      let most = 0;
      for (let i = 0; i < 300; i++) {
        s.clock.advance(10);
        most = Math.max(most, s.stats().leased);
      }
      return most;
    };
    expect(near(0)).toBeGreaterThan(300);
    expect(near(1_000)).toBeLessThanOrEqual(34);
  });

  it("never refuses a concurrency for the prefetch that nobody gave", () => {
    const s = scene();
    s.fill(1);
    const consumer = watch(s.queue.messages().pipe(work(s, 1, { concurrency: 500 }), settle()));
    s.clock.advance(1);
    expect([consumer.values.length, consumer.errors]).toEqual([1, []]);
  });

  it("is told once to each of several sources", () => {
    const s = scene();
    const other = queue(s.queue.store, { name: "others", codec: s.queue.definition.codec });
    s.fill(50);
    other.enqueueAll(range(0, 50)).subscribe();
    const both = [s.queue, other];
    watch(
      timer(0, s.clock).pipe(
        mergeMap(() => both),
        mergeMap((q) => q.messages()),
        work(s, 300, { concurrency: 2 }),
      ),
    );
    s.clock.advance(10);
    expect(s.stats().leased).toBe(3);
  });
});

describe("consumers with default options", () => {
  it("share ten works of 300 ms evenly", () => {
    const s = scene();
    const workers = [worker(s, { concurrency: 1 }), worker(s, { concurrency: 1 })];
    s.fill(10);
    s.clock.advance(3_000);
    expect(workers.map(({ outcomes }) => outcomes.length)).toEqual([5, 5]);
  });

  it("begin an urgent message next or next but one, before a hundred that wait", () => {
    const s = scene();
    s.fill(100);
    const { begun } = worker(s, { concurrency: 1 });
    s.clock.advance(700);
    const before = begun.length;
    s.queue.enqueue(999, { priority: 9 }).subscribe();
    s.clock.advance(3_000);
    expect(begun.indexOf(999) - before).toBeLessThanOrEqual(1);
  });
});

describe("a pause", () => {
  it("gives back at once what has not begun, to its place and uncounted, and lets works end", () => {
    const s = scene();
    s.fill(10);
    const { begun, outcomes } = worker(s, { concurrency: 2 });
    s.clock.advance(10);
    expect(s.stats()).toMatchObject({ leased: 3, ready: 7 });
    s.queue.pause().subscribe();
    s.clock.settle();
    expect(s.stats()).toMatchObject({ leased: 2, ready: 8 });
    s.clock.advance(5_000);
    expect(begun).toEqual([0, 1]);
    expect(s.stats()).toMatchObject({ leased: 0, acked: 2, ready: 8 });
    expect(outcomes).toEqual(["Release", "Ack", "Ack"]);
    s.queue.resume().subscribe();
    s.clock.advance(5_000);
    expect(begun).toEqual(range(0, 10));
    expect(s.stats()).toMatchObject({ acked: 10 });
  });

  it("begins nothing of a read that was under way", () => {
    const s = scene({}, (store, clock) => delayed(["lease"], 20)(store, clock));
    s.fill(10);
    const { begun } = worker(s, { concurrency: 2 });
    s.clock.advance(10);
    s.queue.pause().subscribe();
    s.clock.advance(5_000);
    expect(begun).toEqual([]);
  });

  it("gives back what waits in a window", () => {
    const s = scene();
    s.fill(3);
    const { values } = watch(s.queue.messages().pipe(batch({ sizeMax: 10, waitMsMax: 1_000 })));
    s.clock.advance(10);
    s.queue.pause().subscribe();
    s.clock.advance(5_000);
    expect(values).toEqual([]);
    expect(s.stats()).toMatchObject({ leased: 0, ready: 3 });
  });

  it("leaves to user code what it was given, and what an operator holds no more", () => {
    const s = scene();
    s.fill(2);
    const { values } = watch(s.queue.messages());
    s.clock.settle();
    const { holder } = takeInHand(values[1]!);
    values[1]![delivery].letGo(holder);
    s.queue.pause().subscribe();
    s.clock.settle();
    for (const message of values) message.ack.subscribe();
    s.clock.settle();
    expect(s.stats()).toMatchObject({ acked: 2, leased: 0 });
  });

  it("in the midst of an emission leaves the message that is emitted, and takes back those behind it", () => {
    const s = scene();
    s.fill(3);
    const seen: Array<Message<number>> = [];
    s.queue.messages({ prefetch: 3 }).subscribe((message) => {
      seen.push(message);
      if (message.data === 1) s.queue.pause().subscribe();
    });
    s.clock.settle();
    expect(dataOf(seen)).toEqual([0, 1]);
    expect(s.stats()).toMatchObject({ leased: 2, ready: 1 });
  });

  it("by another handle is noticed within a second, and only what has not begun is asked about", () => {
    const s = scene();
    s.fill(10);
    const { begun } = worker(s, { concurrency: 1, ms: 10_000 });
    s.clock.advance(100);
    // Behind the back of this handle, as another process would.
    s.inner.setPaused({ queue: "numbers", paused: true }, "pause").subscribe();
    s.clock.advance(999);
    expect(s.stats()).toMatchObject({ leased: 1, ready: 9 });
    s.clock.advance(20_000);
    expect(begun).toEqual([0]);
  });

  it("is looked for only while something has not begun", () => {
    let looks = 0;
    const s = scene({}, (store) => ({
      ...store,
      stats: (name) => {
        looks += 1;
        return store.stats(name);
      },
    }));
    const { outcomes } = worker(s, { concurrency: 2, ms: 5_000 });
    s.clock.advance(10_000);
    expect([looks, s.clock.pending]).toEqual([0, 0]);
    s.fill(2);
    s.clock.advance(10_000);
    expect([looks, outcomes.length]).toEqual([0, 2]);
    s.fill(3);
    s.clock.advance(4_900);
    expect(looks).toBe(9);
    s.clock.advance(600_000);
    expect([outcomes.length, s.clock.pending]).toEqual([5, 0]);
  });

  it("says so to works that were waiting", () => {
    const s = scene();
    s.fill(3);
    const { values } = watch(s.queue.messages().pipe(work(s, 300, { concurrency: 1 })));
    s.clock.advance(10);
    s.queue.pause().subscribe();
    expect(values).toMatchObject([
      { message: { data: 1 }, result: { left: { _tag: "Interrupted", reason: "paused" } } },
    ]);
    expect(values[0]!.message[delivery]).toBeInstanceOf(LeasedDelivery);
  });
});
