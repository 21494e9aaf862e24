import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { Ack, Retry } from "../../../../src/core/Outcome.js";
import { storeUnavailable } from "../../../../src/core/SluiceError.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import { aliasOf, dataOf, errorOf, eventsOf, now, scene, watch } from "../scene.js";
import { Breaker, Spy } from "../views.js";

describe("receive", () => {
  it("leases up to max messages, in order, and no more", () => {
    const s = scene();
    s.fill(5);
    expect(dataOf(now(s.queue.receive({ max: 3 })))).toEqual([0, 1, 2]);
    expect(s.stats()).toMatchObject({ leased: 3, ready: 2 });
  });

  it("leases again at each subscription, and not before the first", () => {
    const s = scene();
    s.fill(2);
    const one = s.queue.receive({ max: 1 });
    expect(s.stats().leased).toBe(0);
    expect([dataOf(now(one)), dataOf(now(one)), dataOf(now(one))]).toEqual([[0], [1], []]);
  });

  it("answers an empty list at once where nothing is ready", () => {
    expect(now(scene().queue.receive({ max: 10 }))).toEqual([]);
  });

  it("waits up to waitMsMax for the first message", () => {
    const s = scene();
    const received = watch(s.queue.receive({ max: 10, waitMsMax: 1_000 }));
    s.clock.advance(999);
    s.fill(2);
    s.clock.settle();
    expect(received.values.map(dataOf)).toEqual([[0, 1]]);
    expect(received.completed).toBe(1);
    expect(s.clock.pending).toBe(0);
  });

  it("answers an empty list when the time is over", () => {
    const s = scene();
    const received = watch(s.queue.receive({ max: 10, waitMsMax: 1_000 }));
    s.clock.advance(999);
    expect(received.values).toEqual([]);
    s.clock.advance(1);
    expect([received.values, received.completed]).toEqual([[[]], 1]);
  });

  it("takes nothing once it is unsubscribed", () => {
    const s = scene();
    watch(s.queue.receive({ max: 10, waitMsMax: 1_000 })).subscription.unsubscribe();
    s.fill(1);
    s.clock.advance(1_000);
    expect(s.stats()).toMatchObject({ ready: 1, leased: 0 });
    expect(s.clock.pending).toBe(0);
  });

  it("gives messages that are settled like any other, several in one write", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    s.fill(3);
    const messages = now(s.queue.receive({ max: 3 }));
    const acks = messages.map(({ ack }) => watch(ack));
    s.clock.settle();
    expect(acks.map(({ values }) => values)).toEqual([[Ack], [Ack], [Ack]]);
    expect(spy.writes.map(({ lists }) => lists.length)).toEqual([3]);
    expect(s.stats()).toMatchObject({ acked: 3, leased: 0 });
  });

  it("gives messages that nobody renews: they come back after leaseMs, counted", () => {
    const s = scene();
    s.fill(1);
    now(s.queue.receive({ max: 1, leaseMs: 500 }));
    s.clock.advance(499);
    expect(s.next(1)).toEqual([]);
    s.clock.advance(1);
    expect(s.next(1)).toEqual([[0, 2]]);
  });

  it("gives messages that may be extended by hand", () => {
    const s = scene();
    s.fill(1);
    const [message] = now(s.queue.receive({ max: 1, leaseMs: 500 }));
    message!.extend(5_000).subscribe();
    s.clock.advance(4_999);
    expect(s.next(1)).toEqual([]);
  });

  it("takes the queue's leaseMs where none is given", () => {
    const spy = new Spy();
    const s = scene({ leaseMs: 7_000 }, spy.view);
    now(s.queue.receive({ max: 1 }));
    expect(spy.leases[0]).toMatchObject({ leaseMs: 7_000, waitMsMax: 0, max: 1 });
  });

  it("fails with StoreUnavailable instead of retrying by itself", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    s.fill(1);
    const [message] = now(s.queue.receive({ max: 1 }));
    breaker.break("lease", () => storeUnavailable("down"));
    breaker.break("write", () => storeUnavailable("down"));
    expect(errorOf(s.queue.receive({ max: 1 }))).toMatchObject({ _tag: "StoreUnavailable" });
    const acked = watch(message!.ack);
    s.clock.settle();
    expect(acked.errors).toMatchObject([{ _tag: "StoreUnavailable" }]);
    expect(s.clock.pending).toBe(0);
  });

  it("leaves poison out and dead-letters it", () => {
    const s = scene();
    s.queue.enqueue(1).subscribe();
    s.fill(1);
    const texts = queue(aliasOf(s.inner), { name: "numbers", codec: t.string });
    texts.enqueue("not a number").subscribe();
    expect(dataOf(now(s.queue.receive({ max: 10 })))).toEqual([1, 0]);
    s.clock.settle();
    expect(s.stats()).toMatchObject({ leased: 2, dead: 1 });
    expect(eventsOf(s.events, "Poisoned")).toHaveLength(1);
  });

  it("reports what it delivers and how that ended", () => {
    const s = scene();
    s.fill(1);
    const [message] = now(s.queue.receive({ max: 1 }));
    message!.settle(Retry({ cause: "x" })).subscribe();
    s.clock.settle();
    expect(s.events).toMatchObject([
      { _tag: "Delivered", id: message!.id },
      { _tag: "Settled", id: message!.id, outcome: { _tag: "Retry" } },
    ]);
  });

  it("gives an exclusive queue back once all it received is settled", () => {
    const s = scene({ exclusive: true });
    s.fill(3);
    const first = now(s.queue.receive({ max: 2 }));
    expect(now(s.queue.receive({ max: 1 }))).toEqual([]);
    first[0]!.ack.subscribe();
    s.clock.settle();
    expect(now(s.queue.receive({ max: 1 }))).toEqual([]);
    first[1]!.ack.subscribe();
    s.clock.settle();
    const third = now(s.queue.receive({ max: 1 }));
    expect(third.map(({ data, attempt }) => [data, attempt])).toEqual([[2, 1]]);
  });

  it("gives an exclusive queue back where it received nothing", () => {
    const s = scene({ exclusive: true });
    expect(now(s.queue.receive({ max: 1 }))).toEqual([]);
    s.fill(1);
    expect(dataOf(now(s.queue.receive({ max: 1 })))).toEqual([0]);
  });

  it("gives an exclusive queue back where nobody waits for its answer any more", () => {
    const s = scene({ exclusive: true });
    watch(s.queue.receive({ max: 1, waitMsMax: 60_000 })).subscription.unsubscribe();
    s.fill(1);
    expect(dataOf(now(s.queue.receive({ max: 1 })))).toEqual([0]);
  });

  it.each([
    ["max", { max: 0 }],
    ["max", { max: 10_001 }],
    ["max", { max: Number.NaN }],
    ["max", { max: 1.5 }],
    ["waitMsMax", { max: 1, waitMsMax: -1 }],
    ["waitMsMax", { max: 1, waitMsMax: Number.POSITIVE_INFINITY }],
    ["leaseMs", { max: 1, leaseMs: 9 }],
    ["leaseMs", { max: 1, leaseMs: Number.NaN }],
  ])("refuses a bad %s at construction: %j", (option, options) => {
    const s = scene();
    expect(() => s.queue.receive(options)).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
  });
});
