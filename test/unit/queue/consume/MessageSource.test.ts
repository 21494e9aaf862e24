import * as t from "io-ts";
import { BehaviorSubject, bufferCount, EMPTY, map, mergeMap, NEVER, of, Subject, take, throwError, timer } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { describe, expect, it } from "vitest";
import { type Effect, effect, fromOne } from "../../../../src/core/Effect.js";
import { delivery, type Message } from "../../../../src/core/Message.js";
import { Ack, Retry } from "../../../../src/core/Outcome.js";
import { defect, storeUnavailable } from "../../../../src/core/SluiceError.js";
import { atomically } from "../../../../src/core/Write.js";
import { handle } from "../../../../src/operators/handle.js";
import { settle } from "../../../../src/operators/settle.js";
import { LEASE_BYTES_MAX } from "../../../../src/queue/consume/Puller.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import type { MessagesOptions } from "../../../../src/queue/Queue.js";
import { memoryStore } from "../../../../src/stores/memory/memoryStore.js";
import {
  dataOf,
  errorOf,
  eventsOf,
  range,
  type Scene,
  scene,
  steal,
  takeInHand,
  type Watched,
  watch,
} from "../scene.js";
import { Breaker, delayed, Spy } from "../views.js";

const consume = ({ queue, clock }: Scene, options: MessagesOptions = {}): Watched<Message<number>> => {
  const consumer = watch(queue.messages(options));
  clock.settle();
  return consumer;
};

const ack = (messages: ReadonlyArray<Message<number>>): void => {
  for (const message of messages) message.ack.subscribe({ error: () => undefined });
};

describe("messages", () => {
  it("leases nothing before it is subscribed to", () => {
    const spy = new Spy();
    const { queue, fill } = scene({}, spy.view);
    fill(3);
    queue.messages();
    expect(spy.leases).toEqual([]);
  });

  it("emits what waits, in order, with its attempt, and what is enqueued later", () => {
    const s = scene();
    s.fill(3);
    const consumer = consume(s);
    s.queue.enqueue(99).subscribe();
    s.clock.settle();
    expect(consumer.values.map(({ data, attempt }) => [data, attempt])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [99, 1],
    ]);
  });

  it("asks the store for what its options say", () => {
    const spy = new Spy();
    const s = scene({ leaseMs: 20_000, attemptsMax: 7, exclusive: true }, spy.view);
    consume(s, { prefetch: 5, leaseMs: 9_000, consumer: "worker-1" });
    expect(spy.leases).toEqual([
      {
        queue: "numbers",
        consumer: "worker-1",
        max: 5,
        bytesMax: LEASE_BYTES_MAX,
        leaseMs: 9_000,
        waitMsMax: Number.POSITIVE_INFINITY,
        attemptsMax: 7,
        deliveriesMax: 1_000,
        hands: "empty",
        exclusive: true,
        atOnce: false,
      },
    ]);
  });

  it("is one consumer for each subscription", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    s.fill(4);
    const [first, second] = [consume(s, { prefetch: 2 }), consume(s, { prefetch: 2 })];
    expect([dataOf(first.values), dataOf(second.values)]).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(new Set(spy.leases.map(({ consumer }) => consumer)).size).toBe(2);
  });

  it("runs in marble tests, on the time of the store's scheduler", () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const numbers = queue(memoryStore({ scheduler }), { name: "numbers", codec: t.number });
      for (const delayMs of [0, 2, 5]) numbers.enqueue(delayMs, { delayMs }).subscribe();
      const acked$ = numbers.messages().pipe(mergeMap((m) => m.ack.pipe(map(() => String(m.data)))));
      expectObservable(acked$, "7ms !").toBe("0-2--5");
    });
  });

  it("waits for messages without a timer and without asking again", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    consume(s);
    expect(s.clock.pending).toBe(0);
    s.clock.advance(24 * 60 * 60 * 1_000);
    expect(spy.leases).toHaveLength(1);
  });
});

describe("the credit of a source", () => {
  it("leases no more than prefetch of 100,000 that wait, whatever happens downstream", () => {
    const s = scene();
    s.fill(100_000);
    const consumer = watch(s.queue.messages({ prefetch: 10 }).pipe(bufferCount(7)));
    s.clock.advance(1_000);
    expect(s.stats()).toMatchObject({ ready: 99_990, leased: 10 });
    expect(consumer.values).toHaveLength(1);
  });

  it("never has more than prefetch unsettled while 20,000 pass through", () => {
    const s = scene();
    s.fill(20_000);
    let [unsettled, unsettledMax, settled] = [0, 0, 0];
    s.queue.messages({ prefetch: 10 }).subscribe((message) => {
      unsettled += 1;
      unsettledMax = Math.max(unsettledMax, unsettled);
      s.clock.schedule(
        () => {
          unsettled -= 1;
          message.ack.subscribe(() => {
            settled += 1;
          });
        },
        1 + (message.data % 3),
      );
    });
    s.clock.advance(20_000);
    expect(settled).toBe(20_000);
    expect(unsettledMax).toBe(10);
  });

  it("comes back with each settlement, one for one", () => {
    const s = scene();
    s.fill(20);
    const consumer = consume(s, { prefetch: 5 });
    expect(dataOf(consumer.values)).toEqual(range(0, 5));
    ack(consumer.values.slice(1, 4));
    s.clock.settle();
    expect(dataOf(consumer.values)).toEqual(range(0, 8));
    expect(s.stats()).toMatchObject({ acked: 3, leased: 5 });
  });

  it("comes back with every outcome", () => {
    const s = scene();
    s.fill(3);
    const consumer = consume(s, { prefetch: 1 });
    consumer.values[0]?.settle(Retry({ cause: "later", delayMs: 60_000 })).subscribe();
    s.clock.settle();
    expect(dataOf(consumer.values)).toEqual([0, 1]);
  });

  it("is asked for in one read at a time", () => {
    const spy = new Spy();
    const s = scene({}, (store, clock) => spy.view(delayed(["lease"], 5)(store, clock)));
    s.fill(100);
    s.queue.messages({ prefetch: 10 }).subscribe((message) => message.ack.subscribe());
    for (let ms = 0; ms < 200; ms++) s.clock.advance(1);
    expect(s.stats().acked).toBe(100);
    expect(spy.readingMax).toBe(1);
  });

  it("counts a settlement that was handed over for the next read, without waiting for its answer", () => {
    const spy = new Spy();
    const s = scene({}, (store, clock) => spy.view(delayed(["write"], 50)(store, clock)));
    s.fill(4);
    const consumer = consume(s, { prefetch: 2 });
    ack(consumer.values.slice(0, 1));
    s.clock.settle();
    expect(dataOf(consumer.values)).toEqual([0, 1, 2]);
    expect(s.stats().leased).toBe(2);
    s.clock.advance(50);
    expect(dataOf(consumer.values)).toEqual([0, 1, 2]);
  });

  it("is not lent on settlements that the store does not take: never more than prefetch leases in an outage", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    s.fill(100);
    breaker.break("write", () => storeUnavailable("no writes"));
    s.queue.messages({ prefetch: 5 }).subscribe((message) => message.ack.subscribe());
    for (let ms = 0; ms < 5_000; ms += 100) {
      s.clock.advance(100);
      expect(s.stats().leased).toBeLessThanOrEqual(5);
    }
    breaker.heal();
    s.clock.advance(5_000);
    expect(s.stats()).toMatchObject({ acked: 100, leased: 0 });
  });

  it("is lent once at most on settlements that hang: never more than twice the prefetch at the store", () => {
    const s = scene({}, (store) => ({ ...store, write: () => fromOne(NEVER) }));
    s.fill(100);
    s.queue.messages({ prefetch: 5 }).subscribe((message) => message.ack.subscribe());
    s.clock.advance(5_000);
    expect(s.stats().leased).toBe(10);
  });

  it("is taken back when a settlement on which it was lent fails", () => {
    const breaker = new Breaker();
    const s = scene({}, (store, clock) => delayed(["write"], 10)(breaker.view(store), clock));
    s.fill(3);
    const consumer = consume(s, { prefetch: 2 });
    breaker.break("write", () => storeUnavailable("no writes"));
    ack(consumer.values.slice(0, 1));
    s.clock.settle();
    expect(dataOf(consumer.values)).toEqual([0, 1, 2]);
    s.clock.advance(10);
    expect(eventsOf(s.events, "StoreFailed")).toHaveLength(1);
    steal(s, consumer.values[1]!);
    watch(consumer.values[1]!.extend(1_000));
    s.clock.settle();
    expect(dataOf(consumer.values)).toEqual([0, 1, 2]);
  });

  it("is not lent on a settlement that waits in the settler of another source", () => {
    const s = scene();
    s.fill(6);
    const [a, b] = [
      consume(s, { prefetch: 1, settleSizeMax: 10, settleWaitMsMax: 5_000 }),
      consume(s, { prefetch: 2, settleSizeMax: 1 }),
    ];
    atomically([a.values[0]!.ack, b.values[0]!.ack]).subscribe();
    ack(b.values.slice(1, 2));
    expect(s.stats()).toMatchObject({ acked: 1, leased: 3 });
    expect(dataOf(b.values)).toEqual([1, 2, 3]);
    s.clock.settle();
    expect(s.stats()).toMatchObject({ acked: 3, leased: 3, ready: 0 });
  });

  it("is not lent on settlements that are being answered: who hears of them one by one never has more in hand", () => {
    const s = scene();
    s.fill(200);
    let [unconfirmed, most] = [0, 0];
    s.queue.messages({ prefetch: 10 }).subscribe((message) => {
      unconfirmed += 1;
      most = Math.max(most, unconfirmed);
      s.clock.schedule(() => {
        message[delivery].settleWith(Ack, [], () => {
          unconfirmed -= 1;
        });
      }, 2);
    });
    s.clock.advance(100);
    expect(s.stats().acked).toBe(200);
    expect(most).toBe(10);
  });

  it("is lent on each message of a join once it is settled, and never on more than were settled", () => {
    const s = scene({}, delayed(["write"], 10));
    s.fill(20);
    const consumer = consume(s, { prefetch: 4 });
    atomically(consumer.values.slice(0, 3).map((message) => message.ack)).subscribe();
    s.clock.settle();
    expect(s.stats().leased).toBeLessThanOrEqual(4);
    s.clock.advance(10);
    expect(s.stats()).toMatchObject({ acked: 3, leased: 4 });
    expect(dataOf(consumer.values)).toEqual(range(0, 7));
  });

  it("is not raised by a late settlement of a message whose lease has ended", () => {
    const s = scene({ leaseMs: 1_000 }, delayed(["write"], 10));
    s.fill(3);
    const consumer = consume(s, { prefetch: 1 });
    s.clock.advance(1_500);
    expect(consumer.values.map(({ data, attempt }) => [data, attempt])).toEqual([
      [0, 1],
      [0, 2],
    ]);
    ack(consumer.values.slice(0, 1));
    s.clock.advance(100);
    expect(consumer.values).toHaveLength(2);
    expect(s.stats().leased).toBe(1);
  });

  it("of 1 gives strictly one after the other", () => {
    const s = scene();
    s.fill(3);
    const consumer = consume(s, { prefetch: 1 });
    for (const count of [1, 2, 3]) {
      expect(dataOf(consumer.values)).toEqual(range(0, count));
      ack(consumer.values.slice(-1));
      s.clock.settle();
    }
  });
});

describe("unsubscribing from messages", () => {
  it("gives back what is unsettled at once: to the front, in order, uncounted", () => {
    const s = scene();
    s.fill(6);
    const consumer = consume(s, { prefetch: 4 });
    consumer.subscription.unsubscribe();
    expect(s.stats()).toMatchObject({ ready: 6, leased: 0 });
    expect(s.next(6)).toEqual(range(0, 6).map((n) => [n, 1]));
  });

  it("keeps out what is being settled", () => {
    const s = scene();
    s.fill(3);
    const consumer = consume(s);
    ack(consumer.values.slice(1, 2));
    consumer.subscription.unsubscribe();
    s.clock.settle();
    expect(s.stats()).toMatchObject({ acked: 1, ready: 2, leased: 0 });
    expect(s.next(3)).toEqual([
      [0, 1],
      [2, 1],
    ]);
  });

  it("releases nothing that the store has been asked to settle and has not answered yet", () => {
    const spy = new Spy();
    const s = scene({}, (store, clock) => spy.view(delayed(["write"], 20)(store, clock)));
    s.fill(2);
    const consumer = consume(s);
    const settled = watch(consumer.values[0]!.ack);
    s.clock.settle();
    consumer.subscription.unsubscribe();
    s.clock.advance(20);
    expect(spy.settles(0)).toMatchObject([{ id: consumer.values[0]!.id, outcome: { _tag: "Ack" } }]);
    expect(spy.settles(1)).toMatchObject([{ id: consumer.values[1]!.id, outcome: { _tag: "Release" } }]);
    expect(settled.values).toMatchObject([{ _tag: "Ack" }]);
  });

  it("gives back within the emission, the message at hand included", () => {
    const s = scene();
    s.fill(5);
    const consumer = watch(s.queue.messages().pipe(take(2)));
    s.clock.settle();
    expect(dataOf(consumer.values)).toEqual([0, 1]);
    expect(consumer.completed).toBe(1);
    expect(eventsOf(s.events, "Delivered")).toHaveLength(2);
    expect(s.stats()).toMatchObject({ ready: 5, leased: 0 });
    expect(s.next(5)).toEqual(range(0, 5).map((n) => [n, 1]));
  });

  it("leaves a released message with LeaseLost for whatever is asked of it", () => {
    const s = scene();
    s.fill(1);
    const consumer = consume(s);
    const [message] = consumer.values;
    consumer.subscription.unsubscribe();
    s.clock.settle();
    const lost = { _tag: "LeaseLost", id: message!.id };
    expect(errorOf(message!.ack)).toMatchObject(lost);
    expect(errorOf(message!.settle(Retry({ cause: "x" })))).toMatchObject(lost);
    expect(errorOf(message!.extend(1_000))).toMatchObject(lost);
    expect(s.stats()).toMatchObject({ ready: 1, acked: 0 });
  });

  it("takes its waiting read back: what is enqueued afterwards stays", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    const consumer = consume(s);
    consumer.subscription.unsubscribe();
    s.fill(1);
    s.clock.advance(1_000);
    expect(spy.reading).toBe(0);
    expect(consumer.values).toEqual([]);
    expect(s.stats()).toMatchObject({ ready: 1, leased: 0 });
  });

  it("tells the store once that the consumer is gone, after the release", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    s.fill(2);
    const consumer = consume(s, { consumer: "worker-1" });
    consumer.subscription.unsubscribe();
    consumer.subscription.unsubscribe();
    s.clock.advance(60_000);
    expect(spy.left).toEqual([{ queue: "numbers", consumer: "worker-1" }]);
    expect(spy.writes).toHaveLength(1);
  });

  it.each<[string, (s: Scene) => Watched<Message<number>>]>([
    ["while it waits", (s) => consume(s)],
    [
      "with messages in hand",
      (s) => {
        s.fill(3);
        return consume(s);
      },
    ],
    [
      "with a settlement under way",
      (s) => {
        s.fill(3);
        const consumer = consume(s);
        ack(consumer.values.slice(0, 1));
        return consumer;
      },
    ],
    [
      "with a message renewed for an hour",
      (s) => {
        s.fill(1);
        const consumer = consume(s);
        const { holder } = takeInHand(consumer.values[0]!);
        s.clock.advance(60 * 60 * 1_000);
        consumer.values[0]![delivery].letGo(holder);
        return consumer;
      },
    ],
    [
      "while it stops",
      (s) => {
        s.fill(1);
        return consume(s, { stop$: of(1) });
      },
    ],
  ])("leaves no timer behind %s", (_, start) => {
    const s = scene();
    const consumer = start(s);
    consumer.subscription.unsubscribe();
    s.clock.settle();
    expect(s.clock.pending).toBe(0);
    expect(s.stats().leased).toBe(0);
  });

  it("lets what an operator has in hand be settled, renewed until then", () => {
    const s = scene({ leaseMs: 9_000 });
    s.fill(3);
    const inHand: Array<Message<number>> = [];
    const reasons: Array<string> = [];
    s.queue
      .messages()
      .pipe(take(1))
      .subscribe((message) => {
        message[delivery].hold((reason) => reasons.push(reason));
        inHand.push(message);
      });
    s.clock.settle();
    expect(s.stats()).toMatchObject({ ready: 2, leased: 1 });
    s.clock.advance(60_000);
    expect(s.stats()).toMatchObject({ ready: 2, leased: 1 });
    const settled = watch(inHand[0]!.ack);
    s.clock.settle();
    expect(settled.values).toMatchObject([{ _tag: "Ack" }]);
    expect(reasons).toEqual([]);
    expect(s.stats()).toMatchObject({ acked: 1, ready: 2, leased: 0 });
    expect(s.clock.pending).toBe(0);
  });

  it("lets handle finish what it has taken from take(1), and settle it", () => {
    const s = scene();
    s.fill(3);
    const pipeline = watch(
      s.queue.messages().pipe(
        take(1),
        handle((m) => timer(60_000, s.clock).pipe(map(() => `handled ${m.data}`))),
        settle(),
      ),
    );
    s.clock.advance(59_999);
    expect(s.stats()).toMatchObject({ ready: 2, leased: 1, acked: 0 });
    s.clock.advance(1);
    expect(pipeline.values).toMatchObject([{ result: { right: "handled 0" }, outcome: { _tag: "Ack" } }]);
    expect(pipeline.completed).toBe(1);
    s.clock.settle();
    expect(s.stats()).toMatchObject({ ready: 2, leased: 0, acked: 1 });
    expect(s.clock.pending).toBe(0);
  });

  it("gives back all that handle has in hand when the whole pipeline is unsubscribed", () => {
    const s = scene();
    s.fill(5);
    const pipeline = watch(
      s.queue.messages().pipe(
        handle(() => NEVER, { concurrency: 2 }),
        settle(),
      ),
    );
    s.clock.advance(60_000);
    pipeline.subscription.unsubscribe();
    s.clock.settle();
    expect(s.next(5)).toEqual(range(0, 5).map((n) => [n, 1]));
    expect(s.clock.pending).toBe(0);
  });

  it("gives back what an operator had in hand when it lets go of it unsettled", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    s.fill(2);
    const consumer = consume(s);
    const held = takeInHand(consumer.values[1]!);
    consumer.subscription.unsubscribe();
    expect(s.stats()).toMatchObject({ ready: 1, leased: 1 });
    expect(spy.left).toEqual([]);
    consumer.values[1]![delivery].letGo(held.holder);
    s.clock.settle();
    expect(s.stats()).toMatchObject({ ready: 2, leased: 0 });
    expect(s.next(2)).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(spy.left).toHaveLength(1);
  });

  it("gives back what was being settled when that settlement fails", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    s.fill(1);
    const consumer = consume(s);
    breaker.break("write", () => storeUnavailable("down"));
    breaker.breaksWrite = (lists) => lists.flat().some((step) => step._tag === "Settle" && step.outcome._tag === "Ack");
    const settled = watch(consumer.values[0]!.ack);
    consumer.subscription.unsubscribe();
    s.clock.advance(2_000);
    expect(settled.errors).toMatchObject([{ _tag: "StoreUnavailable" }]);
    expect(s.stats()).toMatchObject({ ready: 1, leased: 0 });
    expect(s.clock.pending).toBe(0);
  });

  it("reports a release that fails, and leaves the messages to their leases", () => {
    const breaker = new Breaker();
    const s = scene({ leaseMs: 1_000 }, breaker.view);
    s.fill(1);
    const consumer = consume(s);
    breaker.break("write", () => storeUnavailable("lost"));
    breaker.break("leave", () => storeUnavailable("lost"));
    consumer.subscription.unsubscribe();
    expect(eventsOf(s.events, "StoreFailed").map(({ during }) => during)).toEqual(["settle", "settle"]);
    s.clock.advance(1_000);
    expect(s.next(1)).toEqual([[0, 2]]);
    expect(s.clock.pending).toBe(0);
  });
});

describe("stop$", () => {
  it("stops the pulling, lets what is in hand settle, and then completes", () => {
    const stop$ = new Subject<void>();
    const s = scene();
    s.fill(4);
    const consumer = consume(s, { prefetch: 2, stop$ });
    stop$.next();
    ack(consumer.values.slice(0, 1));
    s.clock.settle();
    expect([dataOf(consumer.values), consumer.completed]).toEqual([[0, 1], 0]);
    ack(consumer.values.slice(1));
    s.clock.settle();
    expect([dataOf(consumer.values), consumer.completed]).toEqual([[0, 1], 1]);
    expect(s.stats()).toMatchObject({ acked: 2, ready: 2 });
    expect(s.clock.pending).toBe(0);
  });

  it("completes at once where nothing is in hand, and leaves the store", () => {
    const stop$ = new Subject<void>();
    const spy = new Spy();
    const s = scene({}, spy.view);
    const consumer = consume(s, { stop$ });
    stop$.next();
    expect(consumer.completed).toBe(1);
    expect([spy.reading, spy.left.length, stop$.observed]).toEqual([0, 1, false]);
  });

  it("releases what is unsettled after stopMsMax, uncounted, and completes", () => {
    const stop$ = new Subject<void>();
    const s = scene();
    s.fill(3);
    const consumer = consume(s, { stop$, stopMsMax: 5_000 });
    const held = takeInHand(consumer.values[1]!);
    stop$.next();
    s.clock.advance(4_999);
    expect([consumer.completed, held.reasons, s.stats().leased]).toEqual([0, [], 3]);
    s.clock.advance(1);
    expect([consumer.completed, held.reasons, s.stats().leased]).toEqual([1, ["stopped"], 0]);
    expect(s.next(3)).toEqual(range(0, 3).map((n) => [n, 1]));
    expect(s.clock.pending).toBe(0);
  });

  it("takes 30 seconds for stopMsMax where none is given", () => {
    const stop$ = new Subject<void>();
    const s = scene({ leaseMs: 60_000 });
    s.fill(1);
    const consumer = consume(s, { stop$ });
    stop$.next();
    s.clock.advance(29_999);
    expect(consumer.completed).toBe(0);
    s.clock.advance(1);
    expect(consumer.completed).toBe(1);
  });

  it("releases at once with a stopMsMax of 0", () => {
    const stop$ = new Subject<void>();
    const s = scene();
    s.fill(2);
    const consumer = consume(s, { stop$, stopMsMax: 0 });
    const held = takeInHand(consumer.values[0]!);
    stop$.next();
    expect(consumer.completed).toBe(1);
    expect(held.reasons).toEqual(["stopped"]);
    expect(s.stats()).toMatchObject({ ready: 2, leased: 0 });
  });

  it("takes a message in hand away at once when the stop is over already", () => {
    const s = scene();
    s.fill(2);
    const stop$ = new Subject<void>();
    const consumer = consume(s, { stop$, stopMsMax: 0 });
    const reasons: Array<string> = [];
    consumer.values[0]![delivery].hold((reason) => {
      reasons.push(reason);
      consumer.values[1]![delivery].hold((again) => reasons.push(`again ${again}`));
    });
    stop$.next();
    expect(reasons).toEqual(["stopped", "again stopped"]);
  });

  it("goes on where it only completes, or never comes", () => {
    for (const stop$ of [EMPTY, NEVER]) {
      const s = scene();
      const consumer = consume(s, { stop$ });
      s.fill(1);
      s.clock.settle();
      expect([dataOf(consumer.values), consumer.completed]).toEqual([[0], 0]);
    }
  });

  it("leases nothing, completes and lets go of stop$ where it has come already", () => {
    const spy = new Spy();
    const stop$ = new BehaviorSubject("now");
    const s = scene({}, spy.view);
    s.fill(1);
    const consumer = consume(s, { stop$ });
    expect([consumer.values, consumer.completed, spy.leases, stop$.observed]).toEqual([[], 1, [], false]);
  });

  it("may come several times", () => {
    const stop$ = new Subject<void>();
    const s = scene();
    s.fill(1);
    const consumer = consume(s, { stop$, stopMsMax: 1_000 });
    stop$.next();
    s.clock.advance(999);
    stop$.next();
    s.clock.advance(1);
    expect(consumer.completed).toBe(1);
  });

  it("may come from within an emission: the rest of the read is given back", () => {
    const stop$ = new Subject<void>();
    const s = scene();
    s.fill(3);
    const seen: Array<number> = [];
    s.queue.messages({ stop$, stopMsMax: 0 }).subscribe(({ data }) => {
      seen.push(data);
      stop$.next();
    });
    s.clock.settle();
    expect(seen).toEqual([0]);
    expect(s.stats()).toMatchObject({ ready: 3, leased: 0 });
  });

  it("emits nothing that was given back already, where the store takes its time", () => {
    const stop$ = new Subject<void>();
    const s = scene({}, delayed(["write"], 5));
    s.fill(4);
    const seen: Array<number> = [];
    let completed = false;
    s.queue.messages({ stop$, stopMsMax: 0 }).subscribe({
      next: ({ data }) => {
        seen.push(data);
        stop$.next();
      },
      complete: () => {
        completed = true;
      },
    });
    s.clock.advance(5);
    expect([seen, completed]).toEqual([[0], true]);
    expect(eventsOf(s.events, "Delivered")).toHaveLength(1);
    expect(s.next(4)).toEqual(range(0, 4).map((n) => [n, 1]));
  });

  it("lets no settlement wait for others, neither those that wait nor those to come", () => {
    const stop$ = new Subject<void>();
    const s = scene();
    s.fill(2);
    const consumer = consume(s, { stop$, settleWaitMsMax: 10_000 });
    ack(consumer.values.slice(0, 1));
    s.clock.settle();
    expect(s.stats().acked).toBe(0);
    stop$.next();
    expect(s.stats().acked).toBe(1);
    ack(consumer.values.slice(1));
    s.clock.settle();
    expect([s.stats().acked, consumer.completed, s.clock.pending]).toEqual([2, 1, 0]);
  });

  it("ends when what user code dropped has expired", () => {
    const stop$ = new Subject<void>();
    const s = scene({ leaseMs: 1_000 });
    s.fill(1);
    const consumer = consume(s, { stop$ });
    stop$.next();
    s.clock.advance(1_000);
    expect([consumer.completed, s.clock.pending]).toEqual([1, 0]);
    expect(eventsOf(s.events, "Expired")).toHaveLength(1);
  });

  it("errors the stream where it errors, saying so, and releases what is in hand", () => {
    const cause = new Error("the signal broke");
    const stop$ = new Subject<void>();
    const s = scene();
    s.fill(1);
    const consumer = consume(s, { stop$ });
    stop$.error(cause);
    expect(consumer.errors).toMatchObject([{ _tag: "InvalidConfig", option: "stop$" }]);
    expect(String(consumer.errors[0])).toContain(cause.message);
    expect(s.stats()).toMatchObject({ ready: 1, leased: 0 });
    const atOnce = consume(s, { stop$: throwError(() => cause) });
    expect(atOnce.errors).toMatchObject([{ _tag: "InvalidConfig", option: "stop$" }]);
  });

  it("completes after stopMsMax also where the store takes no settlement any more", () => {
    const breaker = new Breaker();
    const stop$ = new Subject<void>();
    const s = scene({}, breaker.view);
    s.fill(2);
    const consumer = consume(s, { stop$, stopMsMax: 1_000 });
    breaker.break("write", () => storeUnavailable("down"));
    breaker.break("leave", () => storeUnavailable("down"));
    ack(consumer.values.slice(0, 1));
    s.clock.settle();
    stop$.next();
    s.clock.advance(10_000);
    expect(consumer.completed).toBe(1);
    expect(s.clock.pending).toBe(0);
  });

  it("completes within a second of stopMsMax while the store answers nothing, and leaves no timer", () => {
    const silent: { away: boolean } = { away: false };
    const never = <A>(call: () => Effect<A>): Effect<A> => (silent.away ? effect<A>(() => undefined) : call());
    const stop$ = new Subject<void>();
    const s = scene({}, (store) => ({
      ...store,
      write: (lists, writeId) => never(() => store.write(lists, writeId)),
      leave: (consumer) => never(() => store.leave(consumer)),
    }));
    s.fill(2);
    const [working, idle] = [consume(s, { stop$, stopMsMax: 1_000, prefetch: 2 }), consume(s, { stop$ })];
    silent.away = true;
    stop$.next();
    s.clock.advance(999);
    expect([working.completed, idle.completed]).toEqual([0, 1]);
    s.clock.advance(1_000);
    expect(working.completed).toBe(1);
    s.clock.advance(60_000);
    expect(s.clock.pending).toBe(0);
  });

  it("may be followed by an unsubscribe before the time is over", () => {
    const stop$ = new Subject<void>();
    const spy = new Spy();
    const s = scene({}, spy.view);
    s.fill(1);
    const consumer = consume(s, { stop$ });
    stop$.next();
    consumer.subscription.unsubscribe();
    expect(s.stats()).toMatchObject({ ready: 1, leased: 0 });
    expect([s.clock.pending, spy.left.length, stop$.observed]).toEqual([0, 1, false]);
  });
});

describe("a source whose store fails", () => {
  it("asks again after a growing time, reports each failure, and goes on when the store is back", () => {
    const spy = new Spy();
    const breaker = new Breaker();
    const s = scene({}, (store) => spy.view(breaker.view(store)));
    s.fill(1);
    breaker.break("lease", () => storeUnavailable("down"));
    const consumer = consume(s);
    s.clock.advance(60_000);
    const failures = eventsOf(s.events, "StoreFailed");
    // The delay is capped at 2 s and jittered over its whole length: about one read a second.
    expect(failures.length).toBeGreaterThan(30);
    expect(failures.length).toBeLessThan(200);
    expect(failures[0]).toMatchObject({ during: "lease", error: { _tag: "StoreUnavailable" } });
    expect([consumer.values, consumer.errors]).toEqual([[], []]);
    breaker.heal();
    s.clock.advance(2_000);
    expect(dataOf(consumer.values)).toEqual([0]);
    expect(spy.readingMax).toBe(1);
  });

  it("stops asking when it is unsubscribed", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    breaker.break("lease", () => storeUnavailable("down"));
    const consumer = consume(s);
    s.clock.advance(1_000);
    consumer.subscription.unsubscribe();
    expect(s.clock.pending).toBe(0);
  });

  it("errors with a Defect, reports it, and gives back what it has in hand", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    s.fill(2);
    const consumer = consume(s, { prefetch: 1 });
    const broken = defect("the data of the store is damaged");
    breaker.break("lease", () => broken);
    takeInHand(consumer.values[0]!).reasons.push("stopped");
    ack(consumer.values);
    s.clock.settle();
    expect(consumer.errors).toEqual([broken]);
    expect(eventsOf(s.events, "StoreFailed")).toMatchObject([{ during: "lease", error: broken }]);
    expect(s.stats()).toMatchObject({ acked: 1, ready: 1, leased: 0 });
    expect(s.clock.pending).toBe(0);
  });

  it("makes a Defect of an error that is none of Sluice's", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    breaker.break("lease", () => new TypeError("a bug in the driver"));
    expect(consume(s).errors).toMatchObject([{ _tag: "Defect" }]);
  });

  it("completes when its store is closed while all its credit is in hand, behind what is told of that", () => {
    const s = scene();
    s.fill(3);
    const consumer = consume(s, { prefetch: 2 });
    const first = takeInHand(consumer.values[0]!);
    const acks = consumer.values.map((message) => message.ack);
    s.inner.close().subscribe();
    s.clock.settle();
    const answers = acks.map(watch);
    s.clock.settle();
    expect(answers.map(({ errors }) => errors)).toMatchObject([[{ _tag: "StoreClosed" }], [{ _tag: "StoreClosed" }]]);
    expect([consumer.completed, consumer.errors]).toEqual([1, []]);
    consumer.values[0]![delivery].letGo(first.holder);
    s.clock.settle();
    expect(s.clock.pending).toBe(0);
    expect(eventsOf(s.events, "StoreFailed").map(({ error }) => error._tag)).toContain("StoreClosed");
  });

  it("completes when its store is closed while it waits", () => {
    const s = scene();
    const consumer = consume(s);
    s.inner.close().subscribe();
    s.clock.settle();
    expect([consumer.completed, consumer.errors]).toEqual([1, []]);
    expect(s.clock.pending).toBe(0);
  });
});

describe("an exclusive queue", () => {
  it("serves one consumer; the other takes over when that one is gone", () => {
    const s = scene({ exclusive: true });
    s.fill(3);
    const [first, second] = [consume(s, { prefetch: 1 }), consume(s, { prefetch: 1 })];
    s.clock.advance(10_000);
    expect([dataOf(first.values), dataOf(second.values)]).toEqual([[0], []]);
    first.subscription.unsubscribe();
    s.clock.settle();
    expect(second.values.map(({ data, attempt }) => [data, attempt])).toEqual([[0, 1]]);
  });
});
