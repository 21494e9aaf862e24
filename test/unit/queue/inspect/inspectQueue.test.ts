import { left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { map, tap, timer } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import { fromOne, mapEffect, succeed } from "../../../../src/core/Effect.js";
import { newMessageId } from "../../../../src/core/MessageId.js";
import { newId } from "../../../../src/core/newId.js";
import { Block, type Outcome, Reject } from "../../../../src/core/Outcome.js";
import type { BlockTarget, QueueStats } from "../../../../src/port/Inspect.js";
import type { Store } from "../../../../src/port/Store.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import { memoryStore } from "../../../../src/stores/memory/memoryStore.js";
import { enqueueStep } from "../../../../src/testing/conformance/queue/steps.js";
import { type Faults, faultyStore } from "../../../../src/testing/faultyStore.js";
import { aliasOf, dataOf, errorOf, now, range, type Scene, scene, watch } from "../scene.js";

/** Leases all that is ready and ends it so. */
const endAll = (s: Scene, outcome: Outcome): void => {
  for (const message of now(s.queue.receive({ max: 10_000 }))) message.settle(outcome).subscribe();
  s.clock.settle();
};

/** A store's stats with these counts, whatever it holds. */
const counting =
  (counts: Partial<QueueStats>): Store["stats"] =>
  (name) =>
    mapEffect(memoryStore().stats(name), (none) => ({ ...none, ...counts }));

const refusal = (option: string): unknown => expect.objectContaining({ _tag: "InvalidConfig", option });

describe("stats", () => {
  it("is read anew by each subscription, and its places add up to what was enqueued", () => {
    const s = scene({ key: (n) => (n < 2 ? "k" : undefined) });
    const { stats } = s.queue;
    s.fill(8);
    now(s.queue.enqueue(9, { delayMs: 1_000 }));
    const [head, ...others] = now(s.queue.receive({ max: 5 }));
    head!.settle(Block({ cause: "x", scope: "key" })).subscribe();
    others[0]!.ack.subscribe();
    others[1]!.settle(Reject({ cause: "x" })).subscribe();
    s.clock.settle();
    expect(now(stats())).toEqual({
      enqueued: 9,
      ready: 2,
      waiting: 1,
      delayed: 1,
      leased: 2,
      blocked: 1,
      acked: 1,
      dead: 1,
      purged: 0,
      paused: false,
      halted: false,
    });
  });
});

describe("peek", () => {
  it("shows the messages next in line with their data, and leases none", () => {
    const s = scene();
    s.fill(20);
    expect(now(s.queue.peek({ limit: 3 })).map(({ data, failures }) => [data, failures])).toEqual([
      [right(0), 0],
      [right(1), 0],
      [right(2), 0],
    ]);
    expect(now(s.queue.peek())).toHaveLength(10);
    expect(s.stats()).toMatchObject({ ready: 20, leased: 0 });
  });

  it("shows the report instead of the data where the codec refuses it", () => {
    const s = scene();
    now(queue(aliasOf(s.inner), { name: "numbers", codec: t.string }).enqueue("x"));
    expect(now(s.queue.peek())[0]).toMatchObject({
      json: "x",
      data: left(["value: expected number, got string"]),
    });
  });

  it("tells as JSON the data, or the report and what it is of, and nothing of how a store keeps it", () => {
    const s = scene();
    const other = queue(aliasOf(s.inner), { name: "numbers", codec: t.unknown });
    const ids = [7, { a: "x" }].map((value) => now(other.enqueue(value)).id);
    now(s.inner.write([[enqueueStep("numbers", "9{oh", { key: "k" })]], newId()));
    const told = JSON.parse(JSON.stringify(now(s.queue.peek()))) as ReadonlyArray<object>;
    expect(told).toMatchObject([
      { id: ids[0], data: 7 },
      { id: ids[1], report: ["value: expected number, got object"], json: { a: "x" } },
      { key: "k", report: [expect.stringContaining("envelope version")], json: "{oh" },
    ]);
    expect(told.map((each) => ["payload", "data", "json"].filter((name) => name in each))).toEqual([
      ["data"],
      ["json"],
      ["json"],
    ]);
    expect(Object.keys(now(s.queue.peek())[0] ?? {})).not.toContain("json");
  });

  it.each([0, 1_001, Number.NaN, 1.5])("refuses a limit of %s", (limit) => {
    expect(() => scene().queue.peek({ limit })).toThrow(refusal("limit"));
  });
});

describe("pause and resume", () => {
  it("stop and start the delivery, while enqueueing and settling go on", () => {
    const s = scene();
    s.fill(1);
    const { values } = watch(s.queue.messages());
    s.clock.settle();
    now(s.queue.pause());
    now(s.queue.enqueue(7));
    values[0]!.ack.subscribe();
    s.clock.advance(1_000);
    expect(dataOf(values)).toEqual([0]);
    expect(s.stats()).toMatchObject({ paused: true, acked: 1, ready: 1 });
    now(s.queue.resume());
    s.clock.settle();
    expect(dataOf(values)).toEqual([0, 7]);
    expect(s.stats().paused).toBe(false);
  });

  it("may each come twice", () => {
    const s = scene();
    for (const operation of [s.queue.pause(), s.queue.pause(), s.queue.resume(), s.queue.resume()]) now(operation);
    expect(s.stats().paused).toBe(false);
  });
});

describe("blocked and unblock", () => {
  const blocks = (): Scene => {
    const s = scene({ key: (n) => (n < 4 ? `k${n % 2}` : undefined) });
    s.fill(5);
    endAll(s, Block({ cause: new Error("declined"), scope: "key" }));
    return s;
  };

  it("lists what is blocked, oldest first, with data, cause and scope", () => {
    const s = blocks();
    expect(now(s.queue.blocked())).toMatchObject({
      items: [
        { data: right(0), key: "k0", cause: "Error: declined", scope: "key", sinceMs: 0, failures: 1 },
        { data: right(1), key: "k1" },
        { data: right(4), key: undefined },
      ],
      next: undefined,
    });
  });

  it("lists in pages", () => {
    const s = blocks();
    const first = now(s.queue.blocked({ limit: 2 }));
    const second = now(s.queue.blocked({ limit: 2, after: first.next }));
    expect([first.items.length, first.next === undefined]).toEqual([2, false]);
    expect([second.items.map(({ data }) => data), second.next]).toEqual([[right(4)], undefined]);
  });

  it('by "retry" runs the head of a key again first, from attempt 1', () => {
    const s = blocks();
    expect(now(s.queue.unblock({ key: "k0" }, "retry"))).toBe(1);
    expect(s.next(10)).toEqual([[0, 1]]);
    expect(s.stats()).toMatchObject({ blocked: 2, waiting: 2 });
  });

  it('by "skip" goes past it, counted as purged', () => {
    const s = blocks();
    expect(now(s.queue.unblock({ key: "k1" }, "skip"))).toBe(1);
    expect(s.next(10)).toEqual([[3, 1]]);
    expect(s.stats()).toMatchObject({ blocked: 2, purged: 1 });
  });

  it('by "reject" makes it a dead letter', () => {
    const s = blocks();
    const { id } = now(s.queue.blocked()).items[2]!;
    expect(now(s.queue.unblock({ id }, "reject"))).toBe(1);
    expect(now(s.queue.deadLetters()).items).toMatchObject([{ id, cause: "Error: declined" }]);
  });

  it('of "all" frees everything, and of what is not blocked nothing', () => {
    const s = blocks();
    expect(now(s.queue.unblock({ key: "k7" }, "retry"))).toBe(0);
    expect(now(s.queue.unblock({ id: newMessageId() }, "retry"))).toBe(0);
    expect(now(s.queue.unblock("queue", "retry"))).toBe(0);
    expect(now(s.queue.unblock("all", "retry"))).toBe(3);
    expect(s.stats()).toMatchObject({ blocked: 0, ready: 3 });
  });

  it('of "queue" lets a halted queue go on', () => {
    const s = scene();
    s.fill(3);
    const { values } = watch(s.queue.messages({ prefetch: 1 }));
    s.clock.settle();
    values[0]!.settle(Block({ cause: "x", scope: "queue" })).subscribe();
    s.clock.advance(1_000);
    expect([dataOf(values), s.stats().halted]).toEqual([[0], true]);
    expect(now(s.queue.unblock("queue", "retry"))).toBe(1);
    s.clock.settle();
    expect([dataOf(values), s.stats().halted]).toEqual([[0, 0], false]);
  });

  it("frees more than one call's thousand", () => {
    const s = scene();
    s.fill(2_500);
    endAll(s, Block({ cause: "x", scope: "key" }));
    expect(now(s.queue.unblock("all", "retry"))).toBe(2_500);
    expect(s.stats()).toMatchObject({ blocked: 0, ready: 2_500 });
  });

  it("frees each once, also where a consumer blocks them again at once", () => {
    const s = scene({}, (store, clock) => ({
      ...store,
      unblock: (request, writeId) => fromOne(store.unblock(request, writeId).pipe(tap(() => clock.settle()))),
    }));
    s.fill(2_500);
    endAll(s, Block({ cause: "x", scope: "key" }));
    const { values } = watch(
      s.queue.messages().pipe(tap((m) => m.settle(Block({ cause: "again", scope: "key" })).subscribe())),
    );
    expect(now(s.queue.unblock("all", "retry"))).toBe(2_500);
    s.clock.settle();
    expect([...dataOf(values)].sort((a, b) => a - b)).toEqual(range(0, 2_500));
  });

  it.each<[string, unknown]>([
    ["target", "everything"],
    ["target", {}],
    ["target", undefined],
    ["target", null],
    ["key", { key: 7 }],
    ["id", { id: "order-7" }],
  ])("refuses a bad %s: %j", (option, target) => {
    expect(() => scene().queue.unblock(target as BlockTarget, "retry")).toThrow(refusal(option));
  });

  it("refuses a decision that is none", () => {
    expect(() => scene().queue.unblock("all", "ignore" as "skip")).toThrow(refusal("decision"));
  });
});

describe("deadLetters", () => {
  it("lists them oldest first, in pages without gap or overlap", () => {
    const s = scene();
    s.fill(250);
    endAll(s, Reject({ cause: "no" }));
    const seen: Array<unknown> = [];
    let after: string | undefined;
    do {
      const page = now(s.queue.deadLetters({ after, limit: 100 }));
      seen.push(...page.items.map(({ data }) => data));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(range(0, 250).map((n) => right(n)));
  });

  it("goes on where a page ended, whatever was redriven in between", () => {
    const s = scene();
    s.fill(4);
    endAll(s, Reject({ cause: "no" }));
    const first = now(s.queue.deadLetters({ limit: 2 }));
    now(s.queue.redrive({ ids: first.items.map(({ id }) => id) }));
    expect(now(s.queue.deadLetters({ after: first.next })).items.map(({ data }) => data)).toEqual([right(2), right(3)]);
  });

  it("tells cause, attempts, times and history", () => {
    const s = scene();
    s.clock.advance(100);
    s.fill(1);
    s.clock.advance(50);
    endAll(s, Reject({ cause: { _tag: "Declined" } }));
    expect(now(s.queue.deadLetters()).items).toMatchObject([
      {
        cause: "Declined",
        failures: 1,
        enqueuedAtMs: 100,
        firstEnqueuedAtMs: 100,
        deadAtMs: 150,
        history: [{ atMs: 150, cause: "Declined" }],
      },
    ]);
  });

  it.each([0, 1_001, Number.NaN])("refuses a limit of %s", (limit) => {
    const { queue: q } = scene();
    expect(() => q.deadLetters({ limit })).toThrow(refusal("limit"));
    expect(() => q.blocked({ limit })).toThrow(refusal("limit"));
  });
});

describe("a long operation whose reply is lost", () => {
  const broken = (count: number): Scene & { readonly faults: Faults } => {
    let faults: Faults | undefined;
    const s = scene({}, (inner) => {
      const faulty = faultyStore(inner);
      ({ faults } = faulty);
      return faulty.store;
    });
    s.fill(count);
    if (faults === undefined) throw new Error("the view was made");
    return { ...s, faults };
  };
  const lost = expect.objectContaining({ _tag: "StoreUnavailable" }) as unknown;

  it.each([0, 1, 2])("answers for the whole when it is run again: purge, lost reply %i", (at) => {
    const s = broken(2_500);
    const purging = s.queue.purge();
    let calls = 0;
    const { purge } = s.queue.store;
    Object.assign(s.queue.store, {
      purge: (request: Parameters<Store["purge"]>[0], writeId: string) => {
        if (calls++ === at) s.faults.dropReply();
        return purge(request, writeId);
      },
    });
    expect(errorOf(purging)).toEqual(lost);
    expect(now(purging)).toBe(2_500);
    expect(s.stats()).toMatchObject({ ready: 0, purged: 2_500 });
  });

  it("answers for the whole when it is run again: redrive, as it is and with new data", () => {
    for (const options of [{}, { upcast: (json: unknown) => json as number }]) {
      const s = broken(400);
      endAll(s, Reject({ cause: "no" }));
      const redriving = s.queue.redrive(options);
      s.faults.dropReply();
      expect(errorOf(redriving)).toEqual(lost);
      expect(s.stats().dead).toBe(0);
      expect(now(redriving)).toBe(400);
    }
  });

  it("answers for the whole when it is run again: unblock; and a pause does not come back", () => {
    const s = broken(3);
    endAll(s, Block({ cause: "no", scope: "key" }));
    const unblocking = s.queue.unblock("all", "retry");
    s.faults.dropReply();
    expect(errorOf(unblocking)).toEqual(lost);
    expect(now(unblocking)).toBe(3);
    const pausing = s.queue.pause();
    s.faults.dropReply();
    expect(errorOf(pausing)).toEqual(lost);
    now(s.queue.resume());
    now(pausing);
    expect(s.stats().paused).toBe(false);
  });
});

describe("purge", () => {
  it("deletes all that is ready, waiting or delayed, and answers how many", () => {
    const s = scene({ key: (n) => (n < 3 ? "k" : undefined) });
    s.fill(2_500);
    now(s.queue.enqueue(9_999, { delayMs: 60_000 }));
    const [held] = now(s.queue.receive({ max: 1 }));
    expect(now(s.queue.purge())).toBe(2_500);
    expect(s.stats()).toMatchObject({ ready: 0, waiting: 0, delayed: 0, leased: 1, purged: 2_500 });
    held!.ack.subscribe();
    s.clock.settle();
    expect(s.stats()).toMatchObject({ acked: 1, leased: 0 });
  });

  it("of an empty queue answers 0", () => {
    expect(now(scene().queue.purge())).toBe(0);
  });

  it("purges again at each subscription, and nothing before the first", () => {
    const s = scene();
    s.fill(1);
    const { purge } = s.queue;
    expect(s.stats().ready).toBe(1);
    expect(now(purge())).toBe(1);
    s.fill(2);
    expect(now(purge())).toBe(2);
  });

  it("of five million messages takes five thousand calls and no deep stack", () => {
    let left = 5_000_000;
    const purge = vi.fn(({ limit }: { readonly limit: number }) => {
      const count = Math.min(limit, left);
      left -= count;
      return succeed({ count, more: left > 0 });
    });
    const s = scene({}, (store) => ({ ...store, purge, stats: counting({ ready: 5_000_000 }) }));
    expect(now(s.queue.purge())).toBe(5_000_000);
    expect(purge).toHaveBeenCalledTimes(5_000);
  });

  it("ends with as many as there were, however fast they are replaced", () => {
    const limits: Array<number> = [];
    const s = scene({}, (store) => ({
      ...store,
      stats: counting({ ready: 1_000, waiting: 900, delayed: 600 }),
      purge: ({ limit }) => {
        limits.push(limit);
        return succeed({ count: limit, more: true });
      },
    }));
    expect(now(s.queue.purge())).toBe(2_500);
    expect(limits).toEqual([1_000, 1_000, 500]);
  });

  it("ends between two calls when it is unsubscribed", () => {
    let calls = 0;
    const s = scene({}, (store, clock) => ({
      ...store,
      stats: counting({ ready: 5_000 }),
      purge: ({ limit }) => {
        calls += 1;
        return fromOne(timer(10, clock).pipe(map(() => ({ count: limit, more: true }))));
      },
    }));
    const purging = watch(s.queue.purge());
    s.clock.advance(25);
    purging.subscription.unsubscribe();
    s.clock.advance(1_000);
    expect(calls).toBe(3);
    expect(s.clock.pending).toBe(0);
  });

  it("fails with the error of a call", () => {
    const s = scene();
    s.inner.close().subscribe();
    expect(errorOf(s.queue.purge())).toMatchObject({ _tag: "StoreClosed" });
  });
});
