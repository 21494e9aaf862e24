import { of, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import { delivery, type Message } from "../../../../src/core/Message.js";
import { defect, storeUnavailable } from "../../../../src/core/SluiceError.js";
import { handle } from "../../../../src/operators/handle.js";
import { settle } from "../../../../src/operators/settle.js";
import type { MessagesOptions } from "../../../../src/queue/Queue.js";
import { errorOf, eventsOf, type Scene, scene, steal, takeInHand, type Watched, watch } from "../scene.js";
import { Breaker, delayed, Spy } from "../views.js";

const LEASE_MS = 9_000;
const definition = { leaseMs: LEASE_MS };

const consume = ({ queue, clock }: Scene, options: MessagesOptions = {}): Watched<Message<number>> => {
  const consumer = watch(queue.messages(options));
  clock.settle();
  return consumer;
};

const deliveries = (consumer: Watched<Message<number>>): ReadonlyArray<readonly [number, number]> =>
  consumer.values.map(({ data, attempt }) => [data, attempt] as const);

describe("the lease of a message that is held", () => {
  it("is renewed each third of its length, together with all others, for as long as it is held", () => {
    const spy = new Spy();
    const s = scene(definition, spy.view);
    s.fill(3);
    const consumer = consume(s);
    for (const message of consumer.values) takeInHand(message);
    s.clock.advance(LEASE_MS / 3 - 1);
    expect(spy.extensions).toHaveLength(0);
    s.clock.advance(1);
    expect(spy.extensions).toMatchObject([{ queue: "numbers", leaseMs: LEASE_MS }]);
    expect(spy.extensions[0]?.leases.map(({ id }) => id)).toEqual(consumer.values.map(({ id }) => id));
    s.clock.advance(60 * 60 * 1_000);
    expect(spy.extensions).toHaveLength(1 + 1_200);
    expect(deliveries(consumer)).toHaveLength(3);
    expect(s.stats().leased).toBe(3);
  });

  it("is renewed after a third of its own length beside older ones", () => {
    const spy = new Spy();
    const s = scene(definition, spy.view);
    s.fill(1);
    const consumer = consume(s, { prefetch: 2 });
    takeInHand(consumer.values[0]!);
    s.clock.advance(LEASE_MS / 4);
    s.fill(1);
    s.clock.settle();
    takeInHand(consumer.values[1]!);
    s.clock.advance(LEASE_MS / 3);
    const [older, younger] = consumer.values.map(({ id }) => id);
    // The second time the older one goes along, as more than half of its third is over.
    expect(spy.extensions.map(({ leases }) => leases.map(({ id }) => id))).toEqual([[older], [older, younger]]);
  });

  it("is renewed together with older ones once half of its third is over", () => {
    const spy = new Spy();
    const s = scene(definition, spy.view);
    s.fill(1);
    const consumer = consume(s, { prefetch: 2 });
    takeInHand(consumer.values[0]!);
    s.clock.advance(LEASE_MS / 6);
    s.fill(1);
    s.clock.settle();
    takeInHand(consumer.values[1]!);
    s.clock.advance(10 * LEASE_MS);
    const ids = consumer.values.map(({ id }) => id);
    expect(spy.extensions.map(({ leases }) => leases.map(({ id }) => id))).toEqual(spy.extensions.map(() => ids));
    expect(spy.extensions).toHaveLength(30);
  });

  it("is renewed at once when it is taken in hand late", () => {
    const spy = new Spy();
    const s = scene(definition, spy.view);
    s.fill(1);
    const consumer = consume(s);
    s.clock.advance(LEASE_MS - 500);
    takeInHand(consumer.values[0]!);
    s.clock.settle();
    expect(spy.extensions).toHaveLength(1);
    s.clock.advance(LEASE_MS);
    expect(deliveries(consumer)).toEqual([[0, 1]]);
  });

  it("is renewed as soon as there is time where the emission itself took most of it", () => {
    const spy = new Spy();
    const s = scene(definition, spy.view);
    s.fill(3);
    // Code that blocks: time passes, and no timer fires.
    const consumer = watch(
      s.queue.messages({ prefetch: 3 }).pipe(
        tap((message) => {
          s.clock.frame += LEASE_MS / 4;
          takeInHand(message);
        }),
      ),
    );
    s.clock.settle();
    expect(spy.extensions[0]?.leases).toHaveLength(3);
    s.clock.advance(LEASE_MS * 3);
    expect(deliveries(consumer)).toHaveLength(3);
  });

  it("is renewed at once when somebody else takes it in hand after a renewal failed", () => {
    const breaker = new Breaker();
    const s = scene(definition, breaker.view);
    s.fill(1);
    const consumer = consume(s);
    const message = consumer.values[0]!;
    const first = takeInHand(message);
    breaker.break("extend", () => storeUnavailable("down"));
    s.clock.advance((LEASE_MS * 2) / 3);
    breaker.heal();
    message[delivery].letGo(first.holder);
    const second = takeInHand(message);
    s.clock.settle();
    s.clock.advance(LEASE_MS - 1);
    expect([first.reasons, second.reasons, deliveries(consumer)]).toEqual([[], [], [[0, 1]]]);
  });

  it("ends where it could not be settled and nobody tries again, so that it comes again", () => {
    const breaker = new Breaker();
    const spy = new Spy();
    const s = scene(definition, (store) => spy.view(breaker.view(store)));
    s.fill(1);
    breaker.break("write", () => defect("broken"));
    const { values } = watch(
      s.queue.messages().pipe(
        handle(() => of(1)),
        settle(),
      ),
    );
    s.clock.settle();
    breaker.heal();
    s.clock.advance(LEASE_MS + 1);
    expect(values.map(({ outcome }) => outcome._tag)).toEqual(["Lost", "Ack"]);
    expect(spy.extensions).toEqual([]);
  });

  it("ends when its holder lets go of it and nobody takes over", () => {
    const s = scene(definition);
    s.fill(1);
    const consumer = consume(s);
    const { holder, reasons } = takeInHand(consumer.values[0]!);
    s.clock.advance(60_000);
    consumer.values[0]![delivery].letGo(holder);
    s.clock.advance(LEASE_MS);
    expect(deliveries(consumer)).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(reasons).toEqual([]);
  });

  it("is told to its holder when it went elsewhere, and its credit comes back", () => {
    const s = scene(definition);
    s.fill(1);
    const consumer = consume(s, { prefetch: 1 });
    const held = takeInHand(consumer.values[0]!);
    steal(s, consumer.values[0]!);
    s.clock.advance(LEASE_MS / 3);
    expect(held.reasons).toEqual(["lease lost"]);
    expect(eventsOf(s.events, "Lost")).toMatchObject([{ id: consumer.values[0]!.id, attempt: 1 }]);
    expect(deliveries(consumer)).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(errorOf(consumer.values[0]!.ack)).toMatchObject({ _tag: "LeaseLost" });
  });

  it("is tried again a third later when the store does not answer", () => {
    const breaker = new Breaker();
    const s = scene(definition, breaker.view);
    s.fill(1);
    const consumer = consume(s);
    const held = takeInHand(consumer.values[0]!);
    breaker.break("extend", () => storeUnavailable("down"));
    s.clock.advance((LEASE_MS * 2) / 3 - 1);
    breaker.heal();
    s.clock.advance(60_000);
    expect(eventsOf(s.events, "StoreFailed")).toMatchObject([
      { during: "extend", error: { _tag: "StoreUnavailable" } },
    ]);
    expect(held.reasons).toEqual([]);
    expect(deliveries(consumer)).toEqual([[0, 1]]);
  });

  it.each([storeUnavailable("down"), defect("broken")])(
    "is lost at its end, and not before, when it could not be renewed in time: $_tag",
    (error) => {
      const breaker = new Breaker();
      const s = scene(definition, breaker.view);
      s.fill(1);
      const consumer = consume(s);
      const held = takeInHand(consumer.values[0]!);
      breaker.break("extend", () => error);
      s.clock.advance(LEASE_MS - 1);
      expect(held.reasons).toEqual([]);
      s.clock.advance(1);
      expect(held.reasons).toEqual(["lease lost"]);
      expect(eventsOf(s.events, "Lost")).toHaveLength(1);
      expect(eventsOf(s.events, "StoreFailed").map(({ during }) => during)).toEqual(["extend", "extend"]);
      expect(deliveries(consumer)).toEqual([
        [0, 1],
        [0, 2],
      ]);
    },
  );

  it("is counted from the question, not from the answer", () => {
    const s = scene(definition, delayed(["extend"], 2_000));
    s.fill(1);
    const consumer = consume(s);
    const { holder } = takeInHand(consumer.values[0]!);
    s.clock.advance(LEASE_MS / 3 + 2_000);
    consumer.values[0]![delivery].letGo(holder);
    s.clock.advance(LEASE_MS - 2_000);
    expect(eventsOf(s.events, "Expired")).toHaveLength(1);
  });
});

describe("the lease of a message that nobody holds", () => {
  it("is not renewed: it ends, an event names it, and its credit comes back", () => {
    const spy = new Spy();
    const s = scene({ ...definition, key: () => "k" }, spy.view);
    s.fill(1);
    const consumer = consume(s, { prefetch: 1 });
    s.clock.advance(LEASE_MS - 1);
    expect(deliveries(consumer)).toEqual([[0, 1]]);
    s.clock.advance(1);
    expect(eventsOf(s.events, "Expired")).toEqual([
      { _tag: "Expired", id: consumer.values[0]!.id, key: "k", attempt: 1 },
    ]);
    expect(deliveries(consumer)).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(spy.extensions).toEqual([]);
  });

  it("dead-letters its message by itself when failures reach attemptsMax", () => {
    const s = scene({ ...definition, attemptsMax: 3 });
    s.fill(1);
    const consumer = consume(s);
    s.clock.advance(3 * LEASE_MS);
    expect(deliveries(consumer)).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
    expect(s.stats()).toMatchObject({ dead: 1, leased: 0, ready: 0 });
    s.clock.advance(LEASE_MS);
    expect(s.clock.pending).toBe(0);
  });

  it("leaves a settlement that comes late to the store: done if nobody had the message since", () => {
    const s = scene(definition);
    s.fill(1);
    const consumer = consume(s, { prefetch: 1 });
    s.queue.pause().subscribe();
    s.clock.advance(2 * LEASE_MS);
    expect(eventsOf(s.events, "Expired")).toHaveLength(1);
    const settled = watch(consumer.values[0]!.ack);
    s.clock.settle();
    expect(settled.values).toMatchObject([{ _tag: "Ack" }]);
    expect(s.stats()).toMatchObject({ acked: 1, leased: 0 });
  });

  it("keeps one timer for any number, and none once nothing is unsettled", () => {
    const s = scene(definition);
    s.fill(500);
    const consumer = consume(s, { prefetch: 500 });
    expect(s.clock.pending).toBe(1);
    for (const message of consumer.values) message.ack.subscribe();
    s.clock.advance(LEASE_MS);
    expect(s.stats().acked).toBe(500);
    expect(s.clock.pending).toBe(0);
  });
});

describe("extend", () => {
  it("makes the lease end that much later than now", () => {
    const s = scene(definition);
    s.fill(1);
    const consumer = consume(s);
    s.clock.advance(5_000);
    const extended = watch(consumer.values[0]!.extend(60_000));
    expect([extended.values, extended.completed]).toEqual([[undefined], 1]);
    s.clock.advance(59_999);
    expect(deliveries(consumer)).toEqual([[0, 1]]);
    s.clock.advance(1);
    expect(deliveries(consumer)).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });

  it("may make it end earlier, noticed within a fiftieth of a lease", () => {
    const s = scene(definition);
    s.fill(1);
    const consumer = consume(s);
    consumer.values[0]!.extend(10).subscribe();
    s.clock.advance(10 + LEASE_MS / 50);
    expect(deliveries(consumer)).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });

  it("does nothing before it is subscribed to", () => {
    const spy = new Spy();
    const s = scene(definition, spy.view);
    s.fill(1);
    consume(s).values[0]!.extend(1_000);
    expect(spy.extensions).toEqual([]);
  });

  it("fails with LeaseLost where the message went elsewhere, and takes it out of hand", () => {
    const s = scene(definition);
    s.fill(1);
    const consumer = consume(s);
    const held = takeInHand(consumer.values[0]!);
    steal(s, consumer.values[0]!);
    expect(errorOf(consumer.values[0]!.extend(1_000))).toMatchObject({
      _tag: "LeaseLost",
      id: consumer.values[0]!.id,
    });
    expect(held.reasons).toEqual(["lease lost"]);
  });

  it("fails with LeaseLost once the message is settled", () => {
    const s = scene(definition);
    s.fill(1);
    const consumer = consume(s);
    consumer.values[0]!.ack.subscribe();
    s.clock.settle();
    expect(errorOf(consumer.values[0]!.extend(1_000))).toMatchObject({ _tag: "LeaseLost" });
  });

  it("fails with the store's error, and changes nothing then", () => {
    const breaker = new Breaker();
    const s = scene(definition, breaker.view);
    s.fill(1);
    const consumer = consume(s);
    breaker.break("extend", () => storeUnavailable("down"));
    expect(errorOf(consumer.values[0]!.extend(60_000))).toMatchObject({ _tag: "StoreUnavailable" });
    s.clock.advance(LEASE_MS);
    expect(deliveries(consumer)).toHaveLength(2);
  });

  it.each([0, -1, Number.NaN, 1.5, Number.POSITIVE_INFINITY])("refuses %s", (leaseMs) => {
    const s = scene(definition);
    s.fill(1);
    const [message] = consume(s).values;
    expect(() => message!.extend(leaseMs)).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option: "leaseMs" }),
    );
  });
});
