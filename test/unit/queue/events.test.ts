import * as t from "io-ts";
import { of } from "rxjs";
import { describe, expect, it } from "vitest";
import { Block, Reject, Retry } from "../../../src/core/Outcome.js";
import { storeFull } from "../../../src/core/SluiceError.js";
import { atomically } from "../../../src/core/Write.js";
import { enqueueTo } from "../../../src/operators/enqueueTo.js";
import { queue } from "../../../src/queue/makeQueue.js";
import { aliasOf, errorOf, eventsOf, now, scene, watch } from "./scene.js";
import { Breaker } from "./views.js";

describe("events$", () => {
  it("tells of each delivery and each settlement as the store performed it", () => {
    const s = scene({ attemptsMax: 2, key: String });
    s.fill(1);
    const { values } = watch(s.queue.messages());
    values[0]!.settle(Retry({ cause: "x" })).subscribe();
    s.clock.settle();
    values[1]!.settle(Retry({ cause: "x" })).subscribe();
    s.clock.settle();
    const { id } = values[0]!;
    expect(s.events).toMatchObject([
      { _tag: "Delivered", id, key: "0", attempt: 1 },
      { _tag: "Settled", id, key: "0", attempt: 1, outcome: { _tag: "Retry" } },
      { _tag: "Delivered", id, key: "0", attempt: 2 },
      { _tag: "Settled", id, key: "0", attempt: 2, outcome: { _tag: "Reject" } },
    ]);
  });

  it("tells of a block beside its settlement", () => {
    const s = scene();
    s.fill(1);
    const { values } = watch(s.queue.messages());
    values[0]!.settle(Block({ cause: "x", scope: "queue" })).subscribe();
    s.clock.settle();
    expect(eventsOf(s.events, "Settled", "Blocked")).toMatchObject([
      { _tag: "Settled", outcome: { _tag: "Block" } },
      { _tag: "Blocked", id: values[0]!.id, scope: "queue" },
    ]);
  });

  it("tells of enqueues that the store did not take, of each try of enqueueTo, and not of what is the caller's fault", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    breaker.break("write", () => storeFull("OOM"));
    expect(errorOf(s.queue.enqueue(1))).toMatchObject({ _tag: "StoreFull" });
    expect(errorOf(s.queue.enqueueAll([1, 2]))).toMatchObject({ _tag: "StoreFull" });
    expect(errorOf(s.queue.enqueue("1" as unknown as number))).toMatchObject({ _tag: "EncodeRefused" });
    const full = { _tag: "StoreFailed", during: "enqueue", error: { _tag: "StoreFull" } };
    expect(s.events).toMatchObject([full, full]);
    const joined = atomically([s.queue.enqueue(1), s.queue.enqueue(2)]);
    for (const _ of [1, 2]) expect(errorOf(joined)).toMatchObject({ _tag: "StoreFull" });
    expect(s.events).toMatchObject([full, full, full, full]);
    const { values } = watch(of(1, 2).pipe(enqueueTo(s.queue, { waitMsMax: 0 })));
    s.clock.advance(5_000);
    expect(s.events.length).toBeGreaterThan(6);
    expect(new Set(s.events.map(({ _tag }) => _tag))).toEqual(new Set(["StoreFailed"]));
    breaker.heal();
    s.clock.advance(5_000);
    expect(values).toHaveLength(2);
  });

  it("leaves what the store says of itself to the store, which says it once", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    const { values } = watch(s.queue.store.events$);
    breaker.events.next({ _tag: "StoreDown", cause: "ECONNRESET" });
    breaker.events.next({ _tag: "StoreUp" });
    expect(values).toEqual([{ _tag: "StoreDown", cause: "ECONNRESET" }, { _tag: "StoreUp" }]);
    expect(s.events).toEqual([]);
  });

  it("is of the queue, whichever call made the face", () => {
    const s = scene();
    const again = queue(s.queue.store, { ...s.queue.definition });
    s.fill(1);
    const { values } = watch(again.messages());
    values[0]!.ack.subscribe();
    s.clock.settle();
    expect(s.events).toMatchObject([{ _tag: "Delivered" }, { _tag: "Settled" }]);
  });

  it("is hot: who comes later hears nothing of the past, and all hear the present", () => {
    const s = scene();
    s.fill(2);
    const { values } = watch(s.queue.messages({ prefetch: 2 }));
    const late = [watch(s.queue.events$), watch(s.queue.events$)];
    values[0]!.ack.subscribe();
    s.clock.settle();
    for (const { values: heard } of late) expect(heard).toMatchObject([{ _tag: "Settled" }]);
  });

  it("carries no data of any message", () => {
    const s = scene();
    const secret = 4_111_111_111;
    s.queue.enqueue(secret, { headers: { h: "4111111111" } }).subscribe();
    const { values } = watch(s.queue.messages());
    values[0]!.settle(Reject({ cause: new Error("declined") })).subscribe();
    s.clock.settle();
    expect(JSON.stringify(s.events)).not.toContain("4111111111");
  });
});

describe("poison", () => {
  const poisoned = (options: { readonly prefetch?: number } = {}) => {
    const s = scene();
    const texts = queue(aliasOf(s.inner), { name: "numbers", codec: t.string });
    const { id } = now(texts.enqueue("4111 1111"));
    s.fill(1);
    const consumer = watch(s.queue.messages(options));
    s.clock.settle();
    return { ...s, id, consumer };
  };

  it("never reaches the consumer, and what comes behind it does", () => {
    const s = poisoned();
    expect(s.consumer.values.map(({ data }) => data)).toEqual([0]);
    expect(s.consumer.errors).toEqual([]);
  });

  it("goes to the dead letters with the codec's report and its JSON", () => {
    const s = poisoned();
    expect(now(s.queue.deadLetters()).items).toMatchObject([
      {
        id: s.id,
        json: "4111 1111",
        cause: "poison: value: expected number, got string",
        failures: 1,
        data: { _tag: "Left", left: ["value: expected number, got string"] },
      },
    ]);
  });

  it("is named by an event with the report, without the payload", () => {
    const s = poisoned();
    expect(eventsOf(s.events, "Poisoned")).toEqual([
      {
        _tag: "Poisoned",
        id: s.id,
        key: undefined,
        attempt: 1,
        report: ["value: expected number, got string"],
      },
    ]);
    expect(JSON.stringify(s.events)).not.toContain("4111");
  });

  it("gives its credit back", () => {
    const s = poisoned({ prefetch: 1 });
    expect(s.consumer.values.map(({ data }) => data)).toEqual([0]);
    expect(s.stats()).toMatchObject({ dead: 1, leased: 1 });
  });

  it("in any number does not overflow the stack", () => {
    const s = scene();
    const texts = queue(aliasOf(s.inner), { name: "numbers", codec: t.string });
    for (let i = 0; i < 20; i++) now(texts.enqueueAll(new Array<string>(1_000).fill("x")));
    const consumer = watch(s.queue.messages({ prefetch: 1 }));
    s.clock.advance(1);
    expect(s.stats().dead).toBe(20_000);
    expect(consumer.errors).toEqual([]);
  });
});
