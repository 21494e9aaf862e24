import { describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Release, Retry } from "../../../src/core/Outcome.js";
import type { WriteAnswer } from "../../../src/core/steps/Step.js";
import type { Lease } from "../../../src/port/Lease.js";
import type { Store } from "../../../src/port/Store.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import {
  enqueueStep,
  type LeaseDraft,
  leaseRequest,
  settleStep,
} from "../../../src/testing/conformance/queue/steps.js";
import { PacedScheduler } from "../../../src/testing/PacedScheduler.js";

const QUEUE = "q";

interface Rig {
  readonly store: Store;
  readonly scheduler: PacedScheduler;
  readonly enqueue: (payload: string, draft?: Parameters<typeof enqueueStep>[2]) => void;
  /** What a lease has given by now. */
  readonly lease: (draft?: LeaseDraft) => {
    readonly got: () => ReadonlyArray<Lease> | undefined;
    readonly stop: () => void;
  };
}

let writes = 0;

const rig = (options: Parameters<typeof memoryStore>[0] = {}): Rig => {
  const scheduler = new PacedScheduler();
  const store = memoryStore({ scheduler, ...options });
  return {
    store,
    scheduler,
    enqueue: (payload, draft) => {
      store.write([[enqueueStep(QUEUE, payload, draft)]], `write ${writes++}`).subscribe();
    },
    lease: (draft) => {
      let leases: ReadonlyArray<Lease> | undefined;
      const subscription = store.lease(leaseRequest(QUEUE, draft)).subscribe((value) => {
        leases = value;
      });
      return { got: () => leases, stop: () => subscription.unsubscribe() };
    },
  };
};

const payloads = (leases: ReadonlyArray<Lease> | undefined): ReadonlyArray<string> | undefined =>
  leases?.map(({ payload }) => payload);

describe("memoryStore", () => {
  it("answers within the subscription, but for a lease that waits", () => {
    const { enqueue, lease, store } = rig();
    enqueue("a");
    expect(payloads(lease({ waitMsMax: 1_000 }).got())).toEqual(["a"]);
    expect(lease().got()).toEqual([]);
    let acked: number | undefined;
    store.stats(QUEUE).subscribe((stats) => {
      acked = stats.acked;
    });
    expect(acked).toBe(0);
  });

  it("wakes who waits soon after an enqueue, not within it", async () => {
    const { enqueue, lease, scheduler } = rig();
    const waiting = lease({ waitMsMax: 1_000 });
    enqueue("a");
    enqueue("b");
    expect(waiting.got()).toBeUndefined();
    await scheduler.advance(0);
    expect(payloads(waiting.got())).toEqual(["a", "b"]);
  });

  it("has no timer while nobody waits, whatever is delayed or leased", () => {
    const { enqueue, lease, scheduler } = rig();
    for (let n = 0; n < 100; n++) enqueue("a", { delayMs: n });
    lease({ max: 1, leaseMs: 50 });
    expect(scheduler.pending).toBe(0);
  });

  it("has one timer however many wait, and none when they are gone", async () => {
    const { enqueue, lease, scheduler } = rig();
    for (let n = 0; n < 10; n++) enqueue("a", { delayMs: 1_000 + n });
    const waiting = Array.from({ length: 20 }, () => lease({ waitMsMax: 5_000 }));
    expect(scheduler.pending).toBe(1);
    enqueue("b", { delayMs: 500 });
    await scheduler.advance(0);
    expect(scheduler.pending).toBe(1);
    for (const { stop } of waiting) stop();
    expect(scheduler.pending).toBe(0);
  });

  it("has no timer for one that waits without end, and none is left by what wakes it", async () => {
    const { enqueue, lease, scheduler } = rig();
    const waiting = lease({ waitMsMax: Number.POSITIVE_INFINITY });
    expect(scheduler.pending).toBe(0);
    enqueue("a");
    waiting.stop();
    expect(scheduler.pending).toBe(0);
    await scheduler.advance(1_000_000);
    expect(waiting.got()).toBeUndefined();
  });

  it("does not look again and again while it is paused or halted over what is due", async () => {
    const { enqueue, lease, scheduler, store } = rig();
    enqueue("a", { delayMs: 10 });
    await store.setPaused({ queue: QUEUE, paused: true }, newId());
    const waiting = lease({ waitMsMax: 1_000 });
    await scheduler.advance(999);
    expect([waiting.got(), scheduler.pending]).toEqual([undefined, 1]);
    await scheduler.advance(1);
    expect(waiting.got()).toEqual([]);
  });

  it("wakes for due times beyond what a timer holds", async () => {
    const { enqueue, lease, scheduler } = rig();
    const yearMs = 365 * 24 * 60 * 60 * 1_000;
    enqueue("a", { delayMs: yearMs });
    const waiting = lease({ waitMsMax: Number.POSITIVE_INFINITY });
    await scheduler.advance(yearMs - 1);
    expect(waiting.got()).toBeUndefined();
    await scheduler.advance(1);
    expect(payloads(waiting.got())).toEqual(["a"]);
  });

  it("serves those who wait in the order in which they came", async () => {
    const { enqueue, lease, scheduler } = rig();
    const first = lease({ waitMsMax: 1_000, max: 2 });
    const second = lease({ waitMsMax: 1_000, max: 2 });
    for (const payload of ["a", "b", "c"]) enqueue(payload);
    await scheduler.advance(0);
    expect([payloads(first.got()), payloads(second.got())]).toEqual([["a", "b"], ["c"]]);
  });

  it("bears that one who is served asks again, settles and enqueues at once", async () => {
    const { enqueue, scheduler, store } = rig();
    const seen: Array<string> = [];
    const pull = (): void => {
      store.lease(leaseRequest(QUEUE, { waitMsMax: 1_000, max: 1 })).subscribe(([lease]) => {
        if (lease === undefined) return;
        seen.push(lease.payload);
        store.write([[settleStep(lease, Ack, { queue: QUEUE })]], `ack ${lease.token}`).subscribe();
        if (seen.length < 5) enqueue(String(seen.length));
        pull();
      });
    };
    pull();
    enqueue("0");
    await scheduler.advance(10);
    expect(seen).toEqual(["0", "1", "2", "3", "4"]);
    await store.close();
    expect(scheduler.pending).toBe(0);
  });

  it("drops the oldest dead letters above its limit, counted as purged", async () => {
    const { enqueue, lease, store } = rig({ deadLettersMax: 2 });
    for (const payload of ["a", "b", "c"]) enqueue(payload);
    for (const held of lease().got() ?? [])
      await store.write([[settleStep(held, Retry({ cause: "no" }), { queue: QUEUE, attemptsMax: 1 })]], held.token);
    const { items } = await store.deadLetters({ queue: QUEUE, after: undefined, limit: 10 });
    expect(items.map(({ payload }) => payload)).toEqual(["b", "c"]);
    expect(await store.stats(QUEUE)).toMatchObject({ enqueued: 3, dead: 2, purged: 1 });
  });

  it("keeps no dead letter where the limit is zero", async () => {
    const { enqueue, lease, store } = rig({ deadLettersMax: 0 });
    enqueue("a");
    const [held] = lease().got() ?? [];
    await store.write([[settleStep(held!, Retry({ cause: "no" }), { queue: QUEUE, attemptsMax: 1 })]], "w");
    expect(await store.stats(QUEUE)).toMatchObject({ dead: 0, purged: 1 });
  });

  it("refuses options out of range", () => {
    for (const deadLettersMax of [-1, 0.5, Number.NaN, 1e9])
      expect(() => memoryStore({ deadLettersMax })).toThrow(/deadLettersMax must be a whole number/);
    expect(memoryStore({ scheduler: undefined, deadLettersMax: undefined }).capabilities.virtualTime).toBe(true);
  });

  it("takes a priority out of range for a defect, before anything is done", async () => {
    const { store } = rig();
    const steps = [enqueueStep(QUEUE, "a"), enqueueStep(QUEUE, "b", { priority: 10 })];
    await expect(store.write([steps], "w")).rejects.toMatchObject({ _tag: "Defect" });
    expect((await store.stats(QUEUE)).enqueued).toBe(0);
  });

  it.each([
    ["without a key", { mark: "m" }],
    ["that is empty", { key: "k", mark: "" }],
    ["with a blank", { key: "k", mark: "a b" }],
    ["with a line break", { key: "k", mark: "a\n" }],
    ["beyond ASCII", { key: "k", mark: "é" }],
    ["of 129 characters", { key: "k", mark: "m".repeat(129) }],
  ])("takes a mark %s for a defect, before anything is done", async (_, draft) => {
    const { store } = rig();
    const lists = [[enqueueStep(QUEUE, "a")], [enqueueStep(QUEUE, "b", draft)]];
    await expect(store.write(lists, "w")).rejects.toMatchObject({ _tag: "Defect" });
    expect((await store.stats(QUEUE)).enqueued).toBe(0);
  });

  it("runs a write at each subscription, and a resent one once", async () => {
    const { store } = rig();
    const write = store.write([[enqueueStep(QUEUE, "a")]], "w");
    expect((await store.stats(QUEUE)).enqueued).toBe(0);
    const answers: Array<ReadonlyArray<WriteAnswer>> = [await write, await write];
    expect(answers[1]).toBe(answers[0]);
    expect((await store.stats(QUEUE)).enqueued).toBe(1);
  });

  it("tells whole milliseconds, whatever its scheduler tells", async () => {
    const scheduler = { now: () => 1_234.75, schedule: new PacedScheduler().schedule };
    const store = memoryStore({ scheduler });
    await store.write([[enqueueStep(QUEUE, "a")]], "w");
    const [lease] = await store.lease(leaseRequest(QUEUE));
    expect([lease?.enqueuedAtMs, lease?.leasedAtMs]).toEqual([1_234, 1_234]);
  });

  it("takes tokens of its own only", async () => {
    const [one, two] = [rig(), rig()];
    for (const { enqueue } of [one, two]) enqueue("a");
    const [mine] = one.lease().got() ?? [];
    const [theirs] = two.lease().got() ?? [];
    expect(mine?.token).not.toBe(theirs?.token);
  });

  it("reaps all leases that ended, and looks again as long as nothing comes of it", async () => {
    const { enqueue, lease, scheduler, store } = rig();
    for (let n = 0; n < 500; n++) enqueue(String(n));
    lease({ max: 500, leaseMs: 10 });
    await scheduler.advance(20);
    lease({ max: 1, attemptsMax: 1 });
    expect(await store.stats(QUEUE)).toMatchObject({ dead: 500, leased: 0 });
  });

  it("an owner that waits keeps its exclusive queue longer than its lease", async () => {
    const { lease, scheduler, enqueue } = rig();
    const owner = lease({ exclusive: true, consumer: "one", leaseMs: 50, waitMsMax: 10_000 });
    const other = lease({ exclusive: true, consumer: "two", leaseMs: 50, waitMsMax: 10_000 });
    await scheduler.advance(1_000);
    enqueue("a");
    await scheduler.advance(0);
    expect([payloads(owner.got()), other.got()]).toEqual([["a"], undefined]);
    await scheduler.advance(60);
    expect(payloads(other.got())).toEqual(["a"]);
  });

  it("keeps the order of a large release in front of a large queue", async () => {
    const { enqueue, lease, store } = rig();
    for (let n = 0; n < 20_000; n++) enqueue(String(n));
    const held = lease({ max: 10_000 }).got() ?? [];
    await store.write(
      [...held].reverse().map((each) => [settleStep(each, Release({ reason: "stop" }), { queue: QUEUE })]),
      "w",
    );
    expect(payloads(lease({ max: 20_000 }).got())).toEqual(Array.from({ length: 20_000 }, (_, n) => String(n)));
  });
});
