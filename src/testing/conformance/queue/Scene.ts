/**
 * A store and a queue, as a conformance case acts on them. Every verb that changes the queue reads its stats afterwards and checks
 * that no message was lost or made, so each case tests that too.
 */
import assert from "node:assert/strict";
import { type Either, isLeft, isRight } from "fp-ts/lib/Either.js";
import type { Subscription } from "rxjs";
import { v7 } from "uuid";
import type { MessageId } from "../../../core/MessageId.js";
import type { Outcome } from "../../../core/Outcome.js";
import type { LeaseLost, WriteRefused } from "../../../core/SluiceError.js";
import { kindOf, type Step, type StepResult, type WriteAnswer } from "../../../core/steps/Step.js";
import type {
  BlockDecision,
  BlockTarget,
  Portion,
  QueueStats,
  RedriveFromRequest,
  Redriven,
  StoredBlock,
  StoredDeadLetter,
  StoredMessage,
} from "../../../port/Inspect.js";
import type { Lease } from "../../../port/Lease.js";
import type { Store } from "../../../port/Store.js";
import { type Draft, enqueueStep, type LeaseDraft, leaseRequest, type SettleDraft, settleStep } from "./steps.js";

/** How long a case waits for something that must come (milliseconds); only a failing case waits that long. */
const ARRIVAL_MS_MAX = 2_000;
const POLL_MS = 5;

/** How long a call that need not wait may take, in real time (milliseconds): far longer than any store takes. */
const ANSWER_MS_MAX = 5_000;

export interface SceneOptions {
  readonly store: Store;
  readonly queue: string;
  /** Lets this much time pass. */
  readonly advance: (ms: number) => Promise<void>;
  /** Opens a second handle to the same data. */
  readonly another: () => Promise<Store>;
}

/** The two parts that name a dead letter. */
export type Letter = Pick<StoredDeadLetter, "id" | "position">;

/** A lease call that waits: what it got, and how to give it up. */
export interface Waiter {
  readonly got: () => ReadonlyArray<Lease> | undefined;
  readonly subscription: Subscription;
}

export class Scene {
  readonly store: Store;
  readonly queue: string;

  constructor(private readonly options: SceneOptions) {
    this.store = options.store;
    this.queue = options.queue;
  }

  /** The same store, another queue. */
  on(queue: string): Scene {
    return new Scene({ ...this.options, queue });
  }

  /** The same queue, seen by another process. */
  async elsewhere(): Promise<Scene> {
    return new Scene({ ...this.options, store: await this.options.another() });
  }

  /** Lets time pass. */
  advance(ms: number): Promise<void> {
    return this.options.advance(ms);
  }

  enqueueStep(payload: string, draft: Draft = {}): Step {
    return enqueueStep(this.queue, payload, draft);
  }

  settleStep(lease: Lease, outcome: Outcome, draft: SettleDraft = {}): Step {
    return settleStep(lease, outcome, { ...draft, queue: draft.queue ?? this.queue });
  }

  /** Writes these lists in one call, and answers one answer for each. */
  async write(lists: ReadonlyArray<ReadonlyArray<Step>>, writeId: string = v7()): Promise<ReadonlyArray<WriteAnswer>> {
    const answers = await answered(this.store.write(lists, writeId));
    assert.equal(answers.length, lists.length, "a write has one answer per list");
    answers.forEach((answer, i) => {
      if (isRight(answer)) assertResults(lists[i] ?? [], answer.right);
    });
    await this.stats();
    return answers;
  }

  /** Writes one list, which must be done, and answers its results. */
  async done(steps: ReadonlyArray<Step>): Promise<ReadonlyArray<StepResult>> {
    const [answer] = await this.write([steps]);
    return resultsOf(answer);
  }

  /** Enqueues these payloads in one list, all by the same draft, and answers their ids. */
  async enqueue(payloads: ReadonlyArray<string>, draft: Draft = {}): Promise<ReadonlyArray<MessageId>> {
    const results = await this.done(payloads.map((payload) => this.enqueueStep(payload, draft)));
    return results.map((result) => {
      assert.ok(result._tag === "Enqueued", "an enqueue answers Enqueued");
      return result.id;
    });
  }

  /** Leases without waiting, unless the draft says otherwise; checks the bounds of the request. */
  async lease(draft: LeaseDraft = {}): Promise<ReadonlyArray<Lease>> {
    const request = leaseRequest(this.queue, draft);
    const leases = await answered(this.store.lease(request));
    assert.ok(leases.length <= request.max, `a lease of at most ${request.max} gave ${leases.length} messages`);
    await this.stats();
    return leases;
  }

  /** Leases one message, which must be there. */
  async leaseOne(draft: LeaseDraft = {}): Promise<Lease> {
    const [lease] = await this.lease({ ...draft, max: 1 });
    assert.ok(lease !== undefined, "no message was leased where one was ready");
    return lease;
  }

  /** Leases again and again until this many messages came, `max` at a time at most where the draft has one. */
  async gather(count: number, draft: LeaseDraft = {}): Promise<ReadonlyArray<Lease>> {
    const gathered: Array<Lease> = [];
    while (gathered.length < count) {
      const leases = await this.lease({ max: count - gathered.length, ...draft });
      if (leases.length === 0) break;
      gathered.push(...leases);
    }
    assert.equal(gathered.length, count, `${count} messages were ready, ${gathered.length} came`);
    return gathered;
  }

  /** Asserts that nothing can be leased now. */
  async nothing(draft: LeaseDraft = {}): Promise<void> {
    assert.deepEqual(payloadsOf(await this.lease(draft)), [], "a message was leased where none may be");
  }

  /** Settles these leases alike in one round trip, a list each; all must be done. Answers what was performed. */
  async settle(
    leases: ReadonlyArray<Lease>,
    outcome: Outcome,
    draft: SettleDraft = {},
  ): Promise<ReadonlyArray<Outcome>> {
    const answers = await this.write(leases.map((lease) => [this.settleStep(lease, outcome, draft)]));
    return answers.flatMap(resultsOf).map((result) => {
      assert.ok(result._tag === "Settled", "a settle answers Settled");
      return result.outcome;
    });
  }

  /** Tries to settle with a token that is not live: refused as `LeaseLost`, and nothing changes. */
  async refused(lease: Lease, outcome: Outcome, draft: SettleDraft = {}): Promise<void> {
    const before = await this.snapshot();
    const [answer] = await this.write([[this.settleStep(lease, outcome, draft)]]);
    assertLost(answer, draft.id ?? lease.id);
    assert.deepEqual(await this.snapshot(), before, "a refused settle changed the queue");
  }

  async extend(
    leases: ReadonlyArray<Lease>,
    leaseMs: number,
    unbegun = 0,
  ): Promise<ReadonlyArray<Either<LeaseLost, void>>> {
    const answers = await answered(this.store.extend({ queue: this.queue, leases, leaseMs, unbegun }));
    assert.equal(answers.length, leases.length, "an extend has one answer per lease");
    return answers;
  }

  /** Begins to wait for messages, for 10 s unless the draft says otherwise. */
  wait(draft: LeaseDraft = {}): Waiter {
    let leases: ReadonlyArray<Lease> | undefined;
    let failure: unknown;
    const subscription = this.store.lease(leaseRequest(this.queue, { waitMsMax: 10_000, ...draft })).subscribe({
      next: (value) => {
        leases = value;
      },
      error: (error: unknown) => {
        failure = error;
      },
    });
    const got = (): ReadonlyArray<Lease> | undefined => {
      assert.equal(failure, undefined, "a waiting lease failed");
      return leases;
    };
    return { got, subscription };
  }

  /** What the waiter gets, once it gets messages or an empty list. */
  async arrival(waiter: Waiter): Promise<ReadonlyArray<Lease>> {
    for (let waitedMs = 0; waitedMs < ARRIVAL_MS_MAX; waitedMs += POLL_MS) {
      const leases = waiter.got();
      if (leases !== undefined) return leases;
      await this.advance(POLL_MS);
    }
    waiter.subscription.unsubscribe();
    throw new assert.AssertionError({ message: "a waiting lease was not woken by what became ready" });
  }

  /** The counts, after a check that they add up. */
  async stats(): Promise<QueueStats> {
    const stats = await answered(this.store.stats(this.queue));
    const { enqueued, ready, waiting, delayed, leased, blocked, acked, dead, purged } = stats;
    const sum = ready + waiting + delayed + leased + blocked + acked + dead + purged;
    assert.equal(sum, enqueued, `messages were lost or made: ${JSON.stringify(stats)}`);
    return stats;
  }

  /** Asserts some of the counts. */
  async expectStats(expected: Partial<QueueStats>): Promise<void> {
    const stats = await this.stats();
    const told = Object.fromEntries(Object.keys(expected).map((name) => [name, stats[name as keyof QueueStats]]));
    assert.deepEqual(told, expected);
  }

  async peek(limit = 100): Promise<ReadonlyArray<StoredMessage>> {
    return await answered(this.store.peek({ queue: this.queue, limit }));
  }

  /** All blocked messages, in as many pages as it takes. */
  async blocked(limit = 100): Promise<ReadonlyArray<StoredBlock>> {
    return await allPages(limit, (after) => this.store.blocked({ queue: this.queue, after, limit }));
  }

  /** All dead letters, in as many pages as it takes. */
  async deadLetters(limit = 100): Promise<ReadonlyArray<StoredDeadLetter>> {
    return await allPages(limit, (after) => this.store.deadLetters({ queue: this.queue, after, limit }));
  }

  /** Frees up to `limit` of the blocked messages that the target means, in as many calls as it takes. */
  async unblock(target: BlockTarget, decision: BlockDecision, limit = 1_000): Promise<number> {
    return await this.inPortions(limit, (left) =>
      this.store.unblock({ queue: this.queue, target, decision, limit: left }, v7()),
    );
  }

  /** Redrives these letters, as they are or all with this payload, in as many calls as it takes. */
  async redrive(named: ReadonlyArray<Letter>, payload?: string): Promise<number> {
    let letters = named.map(({ id, position }) => ({ id, position, payload }));
    let sum = 0;
    do {
      const { count, seen } = await answered(this.store.redrive({ queue: this.queue, letters }, v7()));
      assert.ok(count <= seen && seen <= letters.length, "a redrive went beyond its letters");
      assert.ok(seen > 0 || letters.length === 0, "a redrive saw to none of its letters");
      letters = letters.slice(seen);
      sum += count;
    } while (letters.length > 0);
    await this.stats();
    return sum;
  }

  /** Redrives the next letters in order, and answers how many, and where to go on. */
  async redriveFrom(
    after: string | undefined,
    draft: Partial<Omit<RedriveFromRequest, "queue" | "after">> = {},
  ): Promise<Redriven> {
    const request = { queue: this.queue, after, seenMax: 1_000, limit: 1_000, ids: undefined, ...draft };
    const redriven = await answered(this.store.redriveFrom(request, v7()));
    await this.stats();
    return redriven;
  }

  /** Purges up to `limit` messages, or followers of one key, in as many calls as it takes. */
  async purge(limit = 1_000, followersOf?: string): Promise<number> {
    return await this.inPortions(limit, (left) =>
      this.store.purge({ queue: this.queue, limit: left, followersOf }, v7()),
    );
  }

  private async inPortions(limit: number, call: (left: number) => PromiseLike<Portion>): Promise<number> {
    let sum = 0;
    let goesOn = true;
    while (goesOn) {
      const { count, more } = await answered(call(limit - sum));
      assert.ok(sum + count <= limit, "a call did more than it was asked to");
      assert.ok(count > 0 || !more || sum === limit, "a call did nothing where more is left");
      sum += count;
      goesOn = more && sum < limit;
    }
    await this.stats();
    return sum;
  }

  async setPaused(paused: boolean): Promise<void> {
    await answered(this.store.setPaused({ queue: this.queue, paused }, v7()));
  }

  async leave(consumer: string): Promise<void> {
    await answered(this.store.leave({ queue: this.queue, consumer }));
  }

  /** Everything of the queue that can be seen without a lease. */
  async snapshot(): Promise<unknown> {
    return [await this.stats(), await this.peek(), await this.blocked(), await this.deadLetters()];
  }
}

interface PageOf<T> {
  readonly items: ReadonlyArray<T>;
  readonly next: string | undefined;
}

const assertResults = (steps: ReadonlyArray<Step>, results: ReadonlyArray<StepResult>): void =>
  assert.deepEqual(
    results.map(({ _tag }) => _tag),
    steps.map((step) => kindOf(step).result),
    "a list has one result per step, in their order",
  );

/** The Effect's value; fails where none comes in time. */
export const answered = async <A>(effect: PromiseLike<A>): Promise<A> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: "a call was not answered" })), ANSWER_MS_MAX);
  });
  try {
    return await Promise.race([effect, silence]);
  } finally {
    clearTimeout(timer);
  }
};

const allPages = async <T>(
  limit: number,
  read: (after: string | undefined) => PromiseLike<PageOf<T>>,
): Promise<ReadonlyArray<T>> => {
  const items: Array<T> = [];
  const seen = new Set<string | undefined>();
  let after: string | undefined;
  do {
    assert.ok(!seen.has(after), "a page leads back to one before");
    seen.add(after);
    const page = await answered(read(after));
    assert.ok(page.items.length <= limit, "a page holds more than its limit");
    assert.ok(page.items.length > 0 || page.next === undefined, "an empty page names a next one");
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
};

type Tuple<T, N extends number, R extends ReadonlyArray<T> = []> = R["length"] extends N
  ? R
  : Tuple<T, N, readonly [...R, T]>;

/** The items, of which there must be exactly this many. */
export const exactly = <N extends number, T>(count: N, items: ReadonlyArray<T>): Tuple<T, N> => {
  assert.equal(items.length, count, `${count} were expected, ${items.length} came`);
  return items as Tuple<T, N>;
};

/** The payloads of messages, by which a case names them. */
export const payloadsOf = (messages: ReadonlyArray<{ readonly payload: string }>): ReadonlyArray<string> =>
  messages.map(({ payload }) => payload);

/** The attempts of deliveries. */
export const attemptsOf = (leases: ReadonlyArray<Lease>): ReadonlyArray<number> => leases.map(({ attempt }) => attempt);

/** The results of a list that must have been done. */
export const resultsOf = (answer: WriteAnswer | undefined): ReadonlyArray<StepResult> => {
  assert.ok(answer !== undefined, "a list has no answer");
  if (isLeft(answer)) throw new assert.AssertionError({ message: `a list was refused: ${answer.left.message}` });
  return answer.right;
};

/** Asserts the answer to a dead token. */
export const assertLost = (answer: Either<WriteRefused, unknown> | undefined, id: MessageId): void => {
  assert.ok(answer !== undefined && isLeft(answer), "a dead token was accepted");
  const { left } = answer;
  assert.ok(left._tag === "LeaseLost", "a dead token is answered LeaseLost");
  assert.equal(left.id, id, "LeaseLost names the message");
};

/** "0", "1", … as payloads. */
export const numbered = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => String(i));
