import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { queue } from "../../../src/queue/makeQueue.js";
import type { MessagesOptions } from "../../../src/queue/Queue.js";
import type { QueueDefinition } from "../../../src/queue/QueueDefinition.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import { now, scene } from "./scene.js";
import { Spy } from "./views.js";

const make = (definition: object): unknown => queue(memoryStore(), { name: "orders", codec: t.number, ...definition });

const refusal = (option: string): unknown => expect.objectContaining({ _tag: "InvalidConfig", option });

const DAYS_25 = 25 * 24 * 60 * 60 * 1_000;

describe("queue", () => {
  it("does nothing by being made: no call, no timer", () => {
    const spy = new Spy();
    const s = scene({}, spy.view);
    expect([spy.leases, spy.writes, s.clock.pending]).toEqual([[], [], 0]);
  });

  it("shows its definition and its store", () => {
    const store = memoryStore();
    const definition: QueueDefinition<number> = Object.freeze({ name: "orders", codec: t.number });
    expect(queue(store, definition)).toMatchObject({ definition, store });
  });

  it.each(["orders", "shop/orders:v2", "x".repeat(128)])("takes the name %s", (name) => {
    expect(() => make({ name })).not.toThrow();
  });

  it.each<[string, unknown]>([
    ["name", ""],
    ["name", "x".repeat(129)],
    ["name", "or{der}s"],
    ["name", "orders\n"],
    ["name", "my orders"],
    ["name", undefined],
    ["codec", undefined],
    ["codec", {}],
    ["codec", { decode: () => 1 }],
    ["key", "customerId"],
    ["leaseMs", 9],
    ["leaseMs", 0],
    ["leaseMs", -1],
    ["leaseMs", Number.NaN],
    ["leaseMs", 10.5],
    ["leaseMs", DAYS_25],
    ["leaseMs", Number.POSITIVE_INFINITY],
    ["attemptsMax", 0],
    ["attemptsMax", 4_001],
    ["attemptsMax", Number.NaN],
    ["deliveriesMax", 4_001],
    ["payloadBytesMax", 0],
    ["payloadBytesMax", 8 * 1024 * 1024],
    ["payloadBytesMax", Number.NaN],
    ["dedupeMs", -1],
    ["dedupeMs", DAYS_25],
    ["dedupeMs", Number.NaN],
  ])("refuses %s: %s", (option, value) => {
    expect(() => make({ [option]: value })).toThrow(refusal(option));
  });

  it.each(["leaseMs", "attemptsMax", "payloadBytesMax", "exclusive", "dedupeMs", "key"])(
    "takes an explicit undefined for %s",
    (option) => {
      expect(() => make({ [option]: undefined })).not.toThrow();
    },
  );

  it("takes Infinity for bounds of attempts and deliveries: never", () => {
    expect(() =>
      make({ attemptsMax: Number.POSITIVE_INFINITY, deliveriesMax: Number.POSITIVE_INFINITY }),
    ).not.toThrow();
  });

  it("takes the ends of every range", () => {
    expect(() => make({ leaseMs: 10, attemptsMax: 1, payloadBytesMax: 1, dedupeMs: 0 })).not.toThrow();
    expect(() =>
      make({ leaseMs: DAYS_25 - 24 * 60 * 60 * 1_000, attemptsMax: 4_000, payloadBytesMax: 8 * 1024 * 1024 - 1 }),
    ).not.toThrow();
  });

  it("may be made again by the same definition: both are one queue", () => {
    const store = memoryStore();
    const definition = { name: "orders", codec: t.number };
    const [first, second] = [queue(store, definition), queue(store, definition)];
    now(first.enqueue(1));
    expect(now(second.stats()).ready).toBe(1);
  });

  it("refuses a second codec under the same name on one store", () => {
    const store = memoryStore();
    queue(store, { name: "orders", codec: t.number });
    expect(() => queue(store, { name: "orders", codec: t.string })).toThrow(refusal("codec"));
    expect(() => queue(store, { name: "other", codec: t.string })).not.toThrow();
    expect(() => queue(memoryStore(), { name: "orders", codec: t.string })).not.toThrow();
  });

  it("does not claim a name by a definition that it refuses", () => {
    const store = memoryStore();
    expect(() => queue(store, { name: "orders", codec: t.number, leaseMs: 1 })).toThrow(refusal("leaseMs"));
    expect(() => queue(store, { name: "orders", codec: t.string })).not.toThrow();
  });
});

describe("messages", () => {
  it.each<[keyof MessagesOptions, unknown]>([
    ["prefetch", 0],
    ["prefetch", -1],
    ["prefetch", 10_001],
    ["prefetch", 1.5],
    ["prefetch", Number.NaN],
    ["prefetch", Number.POSITIVE_INFINITY],
    ["consumer", ""],
    ["consumer", "work{er}"],
    ["consumer", "worker\n1"],
    ["leaseMs", 9],
    ["leaseMs", Number.NaN],
    ["leaseMs", DAYS_25],
    ["stopMsMax", -1],
    ["stopMsMax", Number.NaN],
    ["stopMsMax", Number.POSITIVE_INFINITY],
    ["settleSizeMax", 0],
    ["settleSizeMax", 10_001],
    ["settleSizeMax", Number.NaN],
    ["settleWaitMsMax", -1],
    ["settleWaitMsMax", Number.NaN],
    ["settleWaitMsMax", 10_001],
  ])("refuses %s: %s at the call, before any subscription", (option, value) => {
    const s = scene();
    expect(() => s.queue.messages({ [option]: value })).toThrow(refusal(option));
  });

  it("takes a settleWaitMsMax of a third of the lease, and says what to change above that", () => {
    const s = scene({ leaseMs: 100 });
    expect(() => s.queue.messages({ settleWaitMsMax: 33 })).not.toThrow();
    expect(() => s.queue.messages({ settleWaitMsMax: 34 })).toThrow(/33 .*at most, or raise leaseMs/);
    expect(() => s.queue.messages({ settleWaitMsMax: 34, leaseMs: 102 })).not.toThrow();
  });

  it("takes an explicit undefined for every option", () => {
    const s = scene();
    expect(() =>
      s.queue.messages({
        prefetch: undefined,
        consumer: undefined,
        leaseMs: undefined,
        stop$: undefined,
        stopMsMax: undefined,
        settleSizeMax: undefined,
        settleWaitMsMax: undefined,
      }),
    ).not.toThrow();
  });
});
