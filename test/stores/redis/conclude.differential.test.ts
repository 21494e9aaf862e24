/** Lists of an ack and a put do the same in memory, by the script of their own, each as a call alone, and by the general script. */
import { isLeft, right } from "fp-ts/lib/Either.js";
import { asyncScheduler, type SchedulerLike } from "rxjs";
import { describe, expect, inject, it } from "vitest";
import { newMessageId } from "../../../src/core/MessageId.js";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import { randomOf } from "../../../src/core/Random.js";
import { type Revision, revisionOf } from "../../../src/core/Revision.js";
import type { RecordExpected } from "../../../src/core/steps/recordSteps.js";
import type { Step, WriteAnswer } from "../../../src/core/steps/Step.js";
import type { Lease } from "../../../src/port/Lease.js";
import type { Store } from "../../../src/port/Store.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { appendStep, atVersion, newEvent } from "../../../src/testing/conformance/log/steps.js";
import { absent, at, checkStep, putStep } from "../../../src/testing/conformance/records/steps.js";
import { numbered } from "./bench.js";
import { cleanUp, newNamespace } from "./namespace.js";

const url = inject("redisUrl");

const readIndex = (store: Store, collection: string, index: string) =>
  store.pageRecords({
    collection,
    indexes: [index],
    from: undefined,
    upTo: undefined,
    after: undefined,
    limit: 1_000,
    backwards: false,
  });

/** The ways by which the same lists are done. */
const ways = ["memory", "flat", "alone", "general"] as const;
type Way = (typeof ways)[number];
type Each<A> = Readonly<Record<Way, A>>;

const QUEUES = ["one", "one:l"];
const COLLECTIONS = ["things", "é:i:x"];
const IDS = ["a", "b", "c:d", "é", "", "A"];
const INDEXES = ["one", "two", "é"];

/** A message as it was leased on each way. */
interface Taken {
  readonly queue: string;
  readonly lease: Each<Lease>;
}

const ackOf = ({ queue, lease }: Taken, way: Way): Step => {
  const { id, token } = lease[way];
  return { _tag: "Settle", queue, id, token, outcome: Ack, cause: "", attemptsMax: 20 };
};

/** What is acked, and what is put behind that. */
interface Written {
  readonly acked: Taken;
  readonly put: Step | undefined;
}

class Four {
  private nowMs = 1_760_000_000_000;
  private readonly scheduler: SchedulerLike = {
    now: () => this.nowMs,
    schedule: (work, delay, state) => asyncScheduler.schedule(work as never, delay, state),
  };
  private readonly namespaces = ways.map(() => newNamespace());
  private readonly stores: Each<Store>;
  private readonly taken: Array<Taken> = [];
  private readonly revisions: Array<Revision> = [revisionOf(newId())];
  private readonly sent: Array<{ readonly lists: ReadonlyArray<Written>; readonly writeId: string }> = [];
  private marks = false;

  constructor(private readonly random: () => number) {
    const [, flat = "", alone = "", general = ""] = this.namespaces;
    const on = (namespace: string): Store => redisStore(url, { namespace, nowMs: () => this.nowMs });
    this.stores = {
      memory: memoryStore({ scheduler: this.scheduler }),
      flat: on(flat),
      alone: on(alone),
      general: on(general),
    };
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<A>(from: ReadonlyArray<A>): A {
    return from[this.below(from.length)] as A;
  }

  /** The same call on each store; all must answer as the memory store does. */
  private async each<A>(
    call: (store: Store, way: Way) => PromiseLike<A>,
    view: (answer: A) => unknown = plain,
  ): Promise<Each<A>> {
    const memory = await call(this.stores.memory, "memory");
    const answers: Partial<Record<Way, A>> = { memory };
    for (const way of ways.slice(1)) {
      const answer = await call(this.stores[way], way);
      expect(view(answer), way).toEqual(view(memory));
      answers[way] = answer;
    }
    return answers as Each<A>;
  }

  async round(): Promise<void> {
    this.marks ||= this.below(20) === 0;
    this.nowMs += this.pick([0, 1, 5, 20, 1_000]);
    const queue = this.pick(QUEUES);
    await this.enqueue(queue);
    if (this.below(8) === 0)
      await this.each((store) => store.setPaused({ queue, paused: this.nowMs % 2 === 0 }, newId()));
    await this.lease(queue);
    await this.turn(queue);
    await this.compare();
  }

  private enqueueStep(queue: string): Step {
    const key = this.pick([undefined, undefined, "", "a", "é}", "b"]);
    return {
      _tag: "Enqueue",
      queue,
      id: newMessageId(),
      payload: `${this.below(1_000)}${this.pick(["", "\0", "\ud800", "x".repeat(300)])}`,
      key,
      headers: undefined,
      delayMs: this.pick([0, 0, 0, 5]),
      priority: this.pick([0, 0, 3]),
      expiresInMs: this.pick([undefined, undefined, 90_000]),
      dedupe: this.pick([undefined, undefined, { id: `d${this.below(3)}`, windowMs: Number.POSITIVE_INFINITY }]),
      mark: key === undefined || !this.marks ? undefined : this.pick([undefined, "m5b", "7"]),
    };
  }

  private async enqueue(queue: string): Promise<void> {
    const lists = numbered(1 + this.below(8)).map(() => [this.enqueueStep(queue)]);
    await this.each((store) => store.write(lists, newId()));
  }

  private async lease(queue: string): Promise<void> {
    const request = {
      queue,
      consumer: "c",
      max: this.pick([1, 5, 20]),
      bytesMax: 4_000_000,
      leaseMs: this.pick([10, 1_000, 30_000, 30_000]),
      waitMsMax: 0,
      attemptsMax: 20,
      deliveriesMax: 1_000,
      hands: "empty" as const,
      exclusive: false,
    };
    const leased = await this.each(
      (store) => store.lease(request),
      (leases) => leases.map(({ token: _, askedMs: _asked, ...lease }) => lease),
    );
    leased.memory.forEach((_, i) => {
      const of = (way: Way): Lease => leased[way][i] as Lease;
      this.taken.push({
        queue,
        lease: { memory: of("memory"), flat: of("flat"), alone: of("alone"), general: of("general") },
      });
    });
  }

  private put(): Step {
    const expected = this.pick<RecordExpected>([{ _tag: "Any" }, absent, at(this.pick(this.revisions.slice(-6)))]);
    const places = numbered(this.below(4)).map(() => ({
      name: this.pick(INDEXES),
      sort: this.pick(["1", "2", "~", "1!"]),
    }));
    const step = putStep(this.pick(IDS), {
      collection: this.pick(COLLECTIONS),
      expected,
      value: `${this.below(1_000)}${this.pick(["", "\n", "\0", "\ud800", "🦊"])}`,
      ...(this.below(5) === 0 ? { ttlMs: 600_000.5 } : { indexes: places }),
    });
    this.revisions.push(step.revision);
    return step;
  }

  /** Lists of messages that were taken lately, many of them acked before or twice, most with a put. */
  private lists(queue: string): ReadonlyArray<Written> {
    const recent = this.taken.filter((one) => one.queue === queue).slice(-25);
    if (recent.length === 0) return [];
    return numbered(1 + this.below(this.pick([2, 12]))).map(() => ({
      acked: this.pick(recent),
      put: this.below(5) === 0 ? undefined : this.put(),
    }));
  }

  private stepsOf({ acked, put }: Written, way: Way): ReadonlyArray<Step> {
    const list = put === undefined ? [ackOf(acked, way)] : [ackOf(acked, way), put];
    // The check never refuses, and no script but the general one does it.
    return way === "general" ? [...list, checkStep("unused")] : list;
  }

  /** Begins the write in this turn. */
  private async conclude(
    store: Store,
    way: Way,
    { lists, writeId }: { readonly lists: ReadonlyArray<Written>; readonly writeId: string },
  ) {
    const made = lists.map((list) => this.stepsOf(list, way));
    if (way !== "alone") return (await store.write(made, writeId)).map((answer, i) => cut(answer, lists[i]));
    const answers = await Promise.all(made.map((list, i) => store.write([list], `${writeId}/${i}`)));
    return answers.flat();
  }

  /** Calls of one turn: their effects come in the order of the calls. */
  private async turn(queue: string): Promise<void> {
    const calls: Array<(store: Store, way: Way) => PromiseLike<ReadonlyArray<WriteAnswer>>> = [];
    for (let n = 2 + this.below(5); n > 0; n--) {
      const kind = this.below(6);
      const writeId = newId();
      if (kind === 0) {
        const list = [this.enqueueStep(queue)];
        calls.push((store) => store.write([list], writeId));
      } else if (kind === 1) {
        const event = [
          appendStep("s", [newEvent(writeId)], { expected: this.pick([{ _tag: "Any" }, atVersion(1)] as const) }),
        ];
        const list = this.below(2) === 0 ? event : [putStep(this.pick(IDS), { expected: absent }), ...event];
        calls.push((store) => store.write([list], writeId));
      } else if (kind === 2) {
        const acks = this.lists(queue).map(({ acked }) => acked);
        calls.push((store, way) =>
          store.write(
            acks.map((acked) => [ackOf(acked, way)]),
            writeId,
          ),
        );
      } else {
        const lists = this.lists(queue);
        const write = this.sent.length > 0 && this.below(5) === 0 ? this.pick(this.sent.slice(-4)) : { lists, writeId };
        this.sent.push(write);
        calls.push((store, way) => this.conclude(store, way, write));
      }
    }
    await this.each((store, way) => Promise.all(calls.map((call) => call(store, way))));
  }

  /** Everything that can be seen. */
  private async compare(): Promise<void> {
    for (const queue of QUEUES) {
      await this.each((store) => store.stats(queue));
      await this.each((store) => store.peek({ queue, limit: 1_000 }));
      await this.each((store) => store.heads({ queue, keys: ["", "a", "é}", "b"] }));
    }
    const names = COLLECTIONS.flatMap((collection) => IDS.map((id) => ({ collection, id })));
    await this.each((store) => store.getRecords(names));
    for (const collection of COLLECTIONS)
      for (const index of INDEXES) await this.each((store) => readIndex(store, collection, index));
    await this.each((store) =>
      store.readStream({ stream: "s", after: 0, upTo: undefined, limit: 1_000, backwards: false }),
    );
  }

  async close(): Promise<void> {
    for (const way of ways) await this.stores[way].close();
    for (const namespace of this.namespaces) await cleanUp(url, namespace);
  }
}

/** The answer without what the general way adds to a list. */
const cut = (answer: WriteAnswer, written: Written | undefined): WriteAnswer =>
  isLeft(answer) ? answer : right(answer.right.slice(0, written?.put === undefined ? 1 : 2));

/** Errors compare by their fields. */
const plain = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer ?? null)) as unknown;

describe("whatever is concluded", () => {
  const seeds = numbered(Number(process.env["SEEDS"] ?? 8)).map((n) => `${process.env["SEED"] ?? "conclude-"}${n}`);

  it.each(seeds)(
    "is answered and read as in memory, by each script and amid other calls of the turn: %s",
    async (seed) => {
      const four = new Four(randomOf(seed));
      try {
        for (let round = 0; round < 60; round++) await four.round();
      } finally {
        await four.close();
      }
    },
    60_000,
  );
});
