/**
 * The memory store is the reference: random steps on it and on another store, by one clock, must answer the same and leave the same behind.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import { asyncScheduler, type SchedulerLike } from "rxjs";
import { expect } from "vitest";
import { type MessageId, newMessageId } from "../../src/core/MessageId.js";
import { newId } from "../../src/core/newId.js";
import { Ack, Block, type Outcome, Reject, Release, Retry } from "../../src/core/Outcome.js";
import type { Step, WriteAnswer } from "../../src/core/steps/Step.js";
import type { RedriveRequest, StoredDeadLetter } from "../../src/port/Inspect.js";
import type { Lease } from "../../src/port/Lease.js";
import type { Page } from "../../src/port/Page.js";
import type { Store } from "../../src/port/Store.js";
import { memoryStore } from "../../src/stores/memory/memoryStore.js";

/** How many steps one sequence has. */
const STEPS = 250;
const KEYS = ["", "a", "b", "é}", "🦊:x", undefined, undefined, undefined];
const QUEUES = ["one", "one:l", "two"];

/** What each of the two stores has. */
interface Sides<A> {
  readonly memory: A;
  readonly other: A;
}

/** The same message on both stores, leased by both. */
interface Pair extends Sides<Lease> {
  readonly queue: string;
}

export interface TwinsOptions {
  /** Makes the other store, of the same bound on dead letters and the same clock. */
  readonly other: (options: { readonly deadLettersMax: number; readonly nowMs: () => number }) => Store;
  readonly random: () => number;
  /** The lengths of leases, given and extended. Default: short ones, which end amid the steps. */
  readonly leasesMs?: ReadonlyArray<number> | undefined;
}

export class QueueTwins {
  /** Both stores read this clock. It moves between two calls only, so both do each call at the same millisecond. */
  private nowMs = 1_760_000_000_000;
  private readonly scheduler: SchedulerLike = {
    now: () => this.nowMs,
    schedule: (work, delay, state) => asyncScheduler.schedule(work as never, delay, state),
  };
  private readonly stores: Sides<Store>;
  /** Every lease ever given: most of their tokens are dead. */
  private readonly leases: Array<Pair> = [];
  private readonly ids: Array<MessageId> = [];
  /** Whether keyed messages have marks from now on: it begins amid the steps. */
  private marks = false;

  private readonly random: () => number;
  private readonly leasesMs: ReadonlyArray<number>;
  private readonly extendedMs: ReadonlyArray<number>;

  constructor({ other, random, leasesMs }: TwinsOptions) {
    this.random = random;
    this.leasesMs = leasesMs ?? [10, 50, 1_000, 30_000];
    this.extendedMs = leasesMs ?? [5, 2_000];
    this.stores = {
      memory: memoryStore({ scheduler: this.scheduler, deadLettersMax: 12 }),
      other: other({ deadLettersMax: 12, nowMs: () => this.nowMs }),
    };
  }

  /** Plays one sequence of steps, and closes both stores. */
  async play(): Promise<void> {
    const done: Array<string> = [];
    try {
      for (let step = 0; step < STEPS; step++) {
        done.push(await this.step());
        if (step % 5 === 0) await this.compare();
      }
      await this.compare();
    } catch (cause) {
      throw new Error(`after ${done.length} steps, the last: ${done.slice(-6).join(", ")}`, { cause });
    } finally {
      await this.close();
    }
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<A>(values: ReadonlyArray<A>): A {
    return values[this.below(values.length)] as A;
  }

  /**
   * The only way to a store: makes the same call on both, and expects the same of both, seen through `view`. A look counts as
   * a call too: `stats`, `peek` and `lease` act upon what is due, so one of them on one side alone would part the two.
   */
  private async both<A>(
    call: (store: Store, side: keyof Sides<unknown>) => PromiseLike<A>,
    view: (answer: A) => unknown = (answer) => answer,
  ): Promise<Sides<A>> {
    const memory = await call(this.stores.memory, "memory");
    const other = await call(this.stores.other, "other");
    expect(view(other)).toEqual(view(memory));
    return { memory, other };
  }

  private async step(): Promise<string> {
    this.marks ||= this.below(40) === 0;
    const queue = this.pick(QUEUES);
    const kind = this.below(20);
    if (kind < 6) return this.write(queue);
    if (kind < 11) return this.lease(queue);
    if (kind < 15) return this.settle();
    if (kind < 16) return this.extend();
    if (kind < 18) {
      this.nowMs += this.pick([1, 5, 20, 100, 1_000, 40_000]);
      return "clock";
    }
    return this.operate(queue);
  }

  private enqueueStep(queue: string): Step {
    const headers = this.pick([undefined, undefined, { h: "v" }, { "é\n": "\ud83e" }]);
    const key = this.pick(KEYS);
    return {
      _tag: "Enqueue",
      queue,
      id: this.anyId(),
      payload: `${this.below(1_000_000)}${this.pick(["", "é", "\n", "\u0000", "\ud800", "x".repeat(300)])}`,
      key,
      headers,
      delayMs: this.pick([0, 0, 0, 0, 3, 15, 15, 500.5]),
      priority: this.pick([0, 0, 0, 1, 5, 9]),
      expiresInMs: this.pick([undefined, undefined, undefined, undefined, 0, 25, 90_000]),
      dedupe: this.pick([
        undefined,
        undefined,
        undefined,
        {
          id: `d${this.below(4)}`,
          windowMs: this.pick([0, 60_000, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]),
        },
      ]),
      mark: key === undefined || !this.marks ? undefined : this.pick([undefined, "m5b", "7", `${this.below(1_000)}~`]),
    };
  }

  /** A new id, now and then one that was there before. */
  private anyId(): MessageId {
    const id = this.ids.length > 0 && this.below(8) === 0 ? this.pick(this.ids) : newMessageId();
    this.ids.push(id);
    return id;
  }

  private async write(queue: string): Promise<string> {
    const lists = Array.from({ length: 1 + this.below(3) }, () =>
      Array.from({ length: 1 + this.below(4) }, () =>
        this.enqueueStep(this.below(4) === 0 ? this.pick(QUEUES) : queue),
      ),
    );
    await this.send({ memory: lists, other: lists });
    return "write";
  }

  private async send(lists: Sides<ReadonlyArray<ReadonlyArray<Step>>>): Promise<void> {
    const writeId = newId();
    const times = this.below(4) === 0 ? 2 : 1;
    for (let time = 0; time < times; time++)
      await this.both((store, side) => store.write(lists[side], writeId), answersView);
  }

  private async lease(queue: string): Promise<string> {
    const request = {
      queue,
      consumer: this.pick(["c1", "c2"]),
      max: this.pick([1, 2, 5, 20]),
      bytesMax: this.pick([1, 300, 4_000_000]),
      leaseMs: this.pick(this.leasesMs),
      waitMsMax: 0,
      attemptsMax: this.pick([2, 20]),
      deliveriesMax: this.pick([2, 1_000, 1_000]),
      hands: this.pick(["empty", "empty", "empty", "proven", "full"] as const),
      exclusive: queue === "two",
    };
    const { memory, other } = await this.both(
      (store) => store.lease(request),
      (leases) => leases.map(leaseView),
    );
    memory.forEach((lease, i) => {
      this.leases.push({ memory: lease, other: other[i] as Lease, queue });
    });
    return "lease";
  }

  private outcome(): Outcome {
    return this.pick([
      Ack,
      Ack,
      Ack,
      Retry({ cause: "r" }),
      Retry({ cause: "r", delayMs: this.pick([0, 4, 15, 700]) }),
      Release({ reason: "s" }),
      Release({ reason: "s", delayMs: this.pick([0, 4, 15, 700]) }),
      Reject({ cause: "j" }),
      Block({ cause: "b", scope: "key" }),
      Block({ cause: "b", scope: "queue" }),
    ]);
  }

  private async settle(): Promise<string> {
    const recent = this.leases.slice(-30);
    if (recent.length === 0) return "nothing to settle";
    const memory: Array<Array<Step>> = [];
    const other: Array<Array<Step>> = [];
    const alike = this.below(2) === 0 ? this.outcome() : undefined;
    for (let list = 1 + this.below(6); list > 0; list--) {
      const forMemory: Array<Step> = [];
      const forOther: Array<Step> = [];
      for (let size = this.below(3) === 0 ? 1 + this.below(3) : 1; size > 0; size--) {
        const pair = this.pick(recent);
        const outcome = alike ?? this.outcome();
        const rest = {
          _tag: "Settle" as const,
          queue: pair.queue,
          outcome,
          cause: `why ${outcome._tag} é"`,
          attemptsMax: 4,
        };
        forMemory.push({ ...rest, id: pair.memory.id, token: pair.memory.token });
        forOther.push({ ...rest, id: pair.other.id, token: pair.other.token });
        if (this.below(8) === 0) {
          const follow = this.enqueueStep(pair.queue);
          forMemory.push(follow);
          forOther.push(follow);
        }
      }
      memory.push(forMemory);
      other.push(forOther);
    }
    await this.send({ memory, other });
    return "settle";
  }

  private async extend(): Promise<string> {
    const pair = this.leases.at(-1 - this.below(10));
    if (pair === undefined) return "nothing to extend";
    const leaseMs = this.pick(this.extendedMs);
    const unbegun = this.below(2);
    await this.both(
      (store, side) => store.extend({ queue: pair.queue, leases: [pair[side]], leaseMs, unbegun }),
      (answers) => answers.map(isLeft),
    );
    return "extend";
  }

  private async operate(queue: string): Promise<string> {
    switch (this.below(8)) {
      case 0:
        await this.both((store) => store.setPaused({ queue, paused: this.nowMs % 3 === 0 }, newId()));
        return "pause";
      case 1:
      case 2: {
        const key = this.pick(["", "a", "é}"]);
        const target = this.pick([{ key }, "queue", "all", "all"] as const);
        const decision = this.pick(["retry", "skip", "reject"] as const);
        const limit = this.pick([1, 3, 100]);
        await this.both((store) => store.unblock({ queue, target, decision, limit }, newId()));
        return `unblock ${JSON.stringify(target)} ${decision}`;
      }
      case 3: {
        const pages = await this.both(
          (store) => store.deadLetters({ queue, after: undefined, limit: 5 }),
          ({ items }) => items.map(letterView),
        );
        const chosen = pages.memory.items
          .map((_, n) => ({ n, payload: this.pick([undefined, "new", "\udc00"]) }))
          .filter(() => this.below(2) === 0);
        const lettersOf = ({ items }: Page<StoredDeadLetter>): RedriveRequest["letters"] =>
          chosen.flatMap(({ n, payload }) => items.slice(n, n + 1).map((letter) => ({ ...letter, payload })));
        await this.both((store, side) => store.redrive({ queue, letters: lettersOf(pages[side]) }, newId()));
        return "redrive";
      }
      case 4: {
        const purges = this.below(3);
        if (purges === 1) {
          const request = { queue, limit: this.pick([1, 2, 1_000]), followersOf: this.pick(KEYS) ?? "none" };
          await this.both((store) => store.purge(request, newId()));
          return `purge ${request.limit} behind ${request.followersOf}`;
        }
        if (purges > 1) return "no purge";
        // Which of the waiting ones go first is nobody's promise, so either none of them goes, or all do.
        const { memory } = await this.both((store) => store.stats(queue));
        const { ready, delayed } = memory;
        const limit = ready + delayed >= 4 ? this.pick([1, 4, 1_000]) : 1_000;
        await this.both((store) => store.purge({ queue, limit }, newId()));
        return `purge ${limit}`;
      }
      case 5:
        await this.both((store) => store.leave({ queue, consumer: this.pick(["c1"]) }));
        return "leave";
      default: {
        const { memory } = await this.both(
          (store) => store.blocked({ queue, after: undefined, limit: 3 }),
          ({ items }) => items,
        );
        const id = memory.items[0]?.id;
        if (id !== undefined)
          await this.both((store) => store.unblock({ queue, target: { id }, decision: "retry", limit: 1 }, newId()));
        return "unblock id";
      }
    }
  }

  /** Everything that can be seen. */
  private async compare(): Promise<void> {
    const keys = ["none", "", "a", "b", "é}", "🦊:x"];
    for (const queue of this.below(2) === 0 ? QUEUES : []) await this.both((store) => store.heads({ queue, keys }));
    for (const queue of QUEUES) {
      const { memory } = await this.both((store) => store.stats(queue));
      const { enqueued, ready, waiting, delayed, leased, blocked, acked, dead, purged } = memory;
      expect(ready + waiting + delayed + leased + blocked + acked + dead + purged).toBe(enqueued);
      await this.both(
        (store) => store.blocked({ queue, after: undefined, limit: 1_000 }),
        ({ items }) => items,
      );
      await this.both(
        (store) => store.deadLetters({ queue, after: undefined, limit: 1_000 }),
        ({ items }) => items.map(letterView),
      );
      await this.both((store) => store.peek({ queue, limit: 1_000 }));
      await this.both((store) => store.heads({ queue, keys }));
    }
  }

  private async close(): Promise<void> {
    await this.both((store) => store.close());
  }
}

const answersView = (answers: ReadonlyArray<WriteAnswer>): unknown =>
  answers.map((answer) => (isLeft(answer) ? { ...answer.left } : answer.right));

// Memory leases as it answers, so it need not say when it was asked.
const leaseView = ({ token: _, askedMs: _asked, ...lease }: Lease): unknown => lease;

// Positions are each store's own.
const letterView = ({ position: _, ...letter }: StoredDeadLetter): unknown => letter;
