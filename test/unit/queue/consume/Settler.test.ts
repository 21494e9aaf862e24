import { Subject } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Message } from "../../../../src/core/Message.js";
import { Ack } from "../../../../src/core/Outcome.js";
import { defect, storeUnavailable } from "../../../../src/core/SluiceError.js";
import { atomically } from "../../../../src/core/Write.js";
import type { Store } from "../../../../src/port/Store.js";
import type { MessagesOptions } from "../../../../src/queue/Queue.js";
import { type Clock, eventsOf, type Scene, scene, steal, type Watched, watch } from "../scene.js";
import { Breaker, Spy } from "../views.js";

interface Delivered extends Scene {
  readonly messages: ReadonlyArray<Message<number>>;
  readonly consumer: Watched<Message<number>>;
}

const delivered = (
  count: number,
  view: (store: Store, clock: Clock) => Store,
  options: MessagesOptions = {},
): Delivered => {
  const s = scene({}, view);
  s.fill(count);
  const consumer = watch(s.queue.messages({ prefetch: count, ...options }));
  s.clock.settle();
  return { ...s, messages: consumer.values, consumer };
};

const ackAll = (messages: ReadonlyArray<Message<number>>): ReadonlyArray<Watched<unknown>> =>
  messages.map((message) => watch(message.ack));

const sizes = (spy: Spy): ReadonlyArray<number> => spy.writes.map(({ lists }) => lists.length);

describe("a settlement that waits to be sent again", () => {
  /** One message whose ack the store did not answer, so that it waits. */
  const waiting = (count = 1, options: MessagesOptions = {}) => {
    const spy = new Spy();
    const breaker = new Breaker();
    const s = delivered(count, (store) => spy.view(breaker.view(store)), options);
    breaker.break("write", () => storeUnavailable("away"));
    const [ack] = ackAll(s.messages.slice(0, 1));
    s.clock.settle();
    return { ...s, spy, breaker, ack: ack! };
  };

  it("goes to the store at once, under its id, when its consumer is unsubscribed, and leaves no timer", () => {
    const { spy, breaker, ack, clock, consumer, stats } = waiting();
    breaker.heal();
    consumer.subscription.unsubscribe();
    clock.settle();
    expect(ack.values).toEqual([Ack]);
    expect(new Set(spy.writes.map(({ writeId }) => writeId)).size).toBe(1);
    expect(stats()).toMatchObject({ acked: 1, leased: 0 });
    expect(clock.pending).toBe(0);
  });

  it("is told that it was not answered where the store is still away, and leaves no timer", () => {
    const { spy, ack, clock, consumer } = waiting();
    consumer.subscription.unsubscribe();
    clock.settle();
    expect(ack.errors).toMatchObject([{ _tag: "StoreUnavailable" }]);
    expect(clock.pending).toBe(0);
    const sent = spy.writes.length;
    clock.advance(60_000);
    expect(spy.writes.length).toBe(sent);
  });

  it("goes to the store at once when the time of a stop is over, before what is given back", () => {
    const stop$ = new Subject<void>();
    const { spy, breaker, ack, clock, consumer, stats } = waiting(2, { stop$, stopMsMax: 1 });
    stop$.next();
    breaker.heal();
    clock.advance(1);
    expect(ack.values).toEqual([Ack]);
    expect(consumer.completed).toBe(1);
    expect(new Set(spy.writes.map(({ writeId }) => writeId)).size).toBe(2);
    expect(stats()).toMatchObject({ acked: 1, ready: 1, leased: 0 });
    expect(clock.pending).toBe(0);
  });

  it("does not outlive its consumer where it settles another one's message", () => {
    const spy = new Spy();
    const breaker = new Breaker();
    const stop$ = new Subject<void>();
    const s = delivered(1, (store) => spy.view(breaker.view(store)), { stop$ });
    ackAll(s.messages);
    s.clock.settle();
    s.fill(1);
    const other = watch(s.queue.messages({ prefetch: 1 }));
    s.clock.settle();
    // Its own message is settled, so only the other's step is left: the list goes by the first one's way.
    const [mine, theirs] = [s.consumer.values[0]!, [...s.consumer.values.slice(1), ...other.values][0]!];
    breaker.break("write", () => storeUnavailable("away"));
    const join = watch(atomically([mine.ack, theirs.ack]));
    s.clock.settle();
    stop$.next();
    s.clock.advance(1);
    expect(s.consumer.completed).toBe(1);
    const sent = spy.writes.length;
    other.subscription.unsubscribe();
    s.clock.advance(60_000);
    expect(join.errors).toMatchObject([{ _tag: "StoreUnavailable" }]);
    expect(spy.writes.length - sent).toBeLessThan(3);
    expect(s.clock.pending).toBe(0);
  });
});

describe("settlements", () => {
  it("of one burst leave as one write at its end, one list each", () => {
    const spy = new Spy();
    const s = delivered(10, spy.view, { settleSizeMax: 100 });
    const acks = ackAll(s.messages);
    expect(spy.writes).toEqual([]);
    s.clock.settle();
    expect(sizes(spy)).toEqual([10]);
    expect(acks.map(({ values }) => values)).toEqual(new Array(10).fill([Ack]));
  });

  it("of two bursts leave as two writes", () => {
    const spy = new Spy();
    const s = delivered(3, spy.view, { settleSizeMax: 100 });
    ackAll(s.messages.slice(0, 1));
    s.clock.settle();
    ackAll(s.messages.slice(1));
    s.clock.settle();
    expect(sizes(spy)).toEqual([1, 2]);
  });

  it("leave at once when settleSizeMax have gathered", () => {
    const spy = new Spy();
    const s = delivered(7, spy.view, { settleSizeMax: 3 });
    ackAll(s.messages);
    expect(sizes(spy)).toEqual([3, 3]);
    s.clock.settle();
    expect(sizes(spy)).toEqual([3, 3, 1]);
  });

  it("leave at once when all of the prefetch is settled, where no settleSizeMax is given", () => {
    const spy = new Spy();
    const s = delivered(10, spy.view, { prefetch: 10 });
    ackAll(s.messages.slice(0, 9));
    expect(sizes(spy)).toEqual([]);
    ackAll(s.messages.slice(9));
    expect(sizes(spy)).toEqual([10]);
    const one = new Spy();
    ackAll(delivered(1, one.view, { prefetch: 1 }).messages);
    expect(sizes(one)).toEqual([1]);
  });

  it("wait for others up to settleWaitMsMax, counted from the first", () => {
    const spy = new Spy();
    const s = delivered(3, spy.view, { settleSizeMax: 100, settleWaitMsMax: 50 });
    for (const message of s.messages) {
      ackAll([message]);
      s.clock.advance(20);
    }
    expect(sizes(spy)).toEqual([3]);
    expect(s.stats().acked).toBe(3);
  });

  it("that wait leave at once when the source is unsubscribed", () => {
    const spy = new Spy();
    const s = delivered(3, spy.view, { settleSizeMax: 100, settleWaitMsMax: 10_000 });
    ackAll(s.messages.slice(0, 2));
    s.consumer.subscription.unsubscribe();
    expect(s.stats()).toMatchObject({ acked: 2, ready: 1 });
    expect(s.clock.pending).toBe(0);
  });

  it("wait only while most of their lease is left: one in its second half takes all others with it", () => {
    const spy = new Spy();
    const s = scene({ leaseMs: 9_000 }, spy.view);
    s.fill(2);
    const { values } = watch(s.queue.messages({ settleSizeMax: 100, settleWaitMsMax: 3_000 }));
    s.clock.advance(4_400);
    ackAll(values.slice(0, 1));
    s.clock.advance(99);
    expect(sizes(spy)).toEqual([]);
    s.clock.advance(2);
    ackAll(values.slice(1));
    s.clock.settle();
    expect(sizes(spy)).toEqual([2]);
    s.clock.advance(60_000);
    expect(s.stats()).toMatchObject({ acked: 2, ready: 0 });
  });

  it("do not wait where they are joined with those of another source, whose leases may be shorter", () => {
    const spy = new Spy();
    const s = scene({ leaseMs: 900 }, spy.view);
    s.fill(2);
    const patient = watch(
      s.queue.messages({ prefetch: 1, settleSizeMax: 100, leaseMs: 9_000, settleWaitMsMax: 3_000 }),
    );
    const other = watch(s.queue.messages({ prefetch: 1 }));
    s.clock.settle();
    const joined = watch(atomically([patient.values[0]!.ack, other.values[0]!.ack]));
    s.clock.settle();
    expect(joined.values).toEqual([[Ack, Ack]]);
    expect(sizes(spy)).toEqual([1]);
  });

  it("do not wait where another write waits for them", () => {
    const spy = new Spy();
    const s = delivered(1, spy.view, { settleSizeMax: 100, settleWaitMsMax: 3_000 });
    const acked = watch(s.messages[0]!.ack);
    const joined = watch(atomically([s.messages[0]!.settle(Ack), s.queue.enqueue(7)]));
    s.clock.settle();
    expect([acked.values, joined.completed]).toEqual([[Ack], 1]);
    expect(sizes(spy)).toEqual([1, 1]);
  });

  it("do not spoil one another: a lost lease is the answer to its own list only", () => {
    const spy = new Spy();
    const s = delivered(3, spy.view, { settleSizeMax: 100 });
    steal(s, s.messages[1]!);
    const acks = ackAll(s.messages.slice(0, 3));
    s.clock.settle();
    expect(acks.map(({ errors }) => errors.length)).toEqual([0, 1, 0]);
    expect(sizes(spy)).toEqual([3]);
  });
});

describe("settlements that the store does not answer", () => {
  it("are sent again with the same write id, after growing times, until it does", () => {
    const breaker = new Breaker();
    const spy = new Spy();
    const s = delivered(4, (store) => spy.view(breaker.view(store)), { settleSizeMax: 100 });
    breaker.break("write", () => storeUnavailable("down"));
    const acks = ackAll(s.messages);
    s.clock.advance(60_000);
    const failures = eventsOf(s.events, "StoreFailed");
    expect(failures[0]).toMatchObject({ during: "settle", error: { _tag: "StoreUnavailable" } });
    expect(failures.length).toBeGreaterThan(30);
    expect(failures.length).toBeLessThan(200);
    expect(acks.every(({ values, errors }) => values.length === 0 && errors.length === 0)).toBe(true);
    breaker.heal();
    s.clock.advance(2_000);
    expect(acks.map(({ values }) => values)).toEqual(new Array(4).fill([Ack]));
    expect(new Set(spy.writes.map(({ writeId }) => writeId)).size).toBe(1);
  });

  it("are done once where only the answers were lost", () => {
    const breaker = new Breaker();
    const s = delivered(3, breaker.view, { settleSizeMax: 100 });
    breaker.losesReplies = true;
    breaker.break("write", () => storeUnavailable("reply lost"));
    const acks = ackAll(s.messages);
    s.clock.advance(5_000);
    expect(s.stats().acked).toBe(3);
    breaker.heal();
    s.clock.advance(2_000);
    expect(acks.map(({ values, errors }) => [values, errors])).toEqual(new Array(3).fill([[Ack], []]));
    expect(s.stats().acked).toBe(3);
  });

  it("are answered StoreUnavailable once the source is unsubscribed", () => {
    const breaker = new Breaker();
    const s = delivered(1, breaker.view);
    breaker.break("write", () => storeUnavailable("down"));
    const acks = ackAll(s.messages);
    s.clock.advance(1_000);
    s.consumer.subscription.unsubscribe();
    s.clock.advance(10_000);
    expect(acks[0]!.errors).toMatchObject([{ _tag: "StoreUnavailable" }]);
    expect(s.clock.pending).toBe(0);
  });
});

describe("settlements in which the store finds a defect", () => {
  it("are split, so that only the list that has it is answered with it", () => {
    const breaker = new Breaker();
    const s = delivered(5, breaker.view, { settleSizeMax: 100 });
    const bad = s.messages[2]!.id;
    breaker.breaksWrite = (lists) => lists.flat().some((step) => step._tag === "Settle" && step.id === bad);
    breaker.break("write", () => defect("this one is damaged"));
    const acks = ackAll(s.messages);
    s.clock.settle();
    expect(acks.map(({ errors }) => errors.length)).toEqual([0, 0, 1, 0, 0]);
    expect(acks[2]!.errors).toMatchObject([{ _tag: "Defect" }]);
    expect(s.stats()).toMatchObject({ acked: 4, leased: 1 });
    expect(s.consumer.errors).toEqual([]);
  });

  it("are answered with a Defect where the store answers another number of lists", () => {
    const s = delivered(2, (store) => {
      const short: Store["write"] = (lists, writeId) => store.write(lists.slice(1), writeId);
      return { ...store, write: short };
    });
    const acks = ackAll(s.messages);
    s.clock.settle();
    expect(acks.map(({ errors }) => errors)).toMatchObject([[{ _tag: "Defect" }], [{ _tag: "Defect" }]]);
  });
});
