/** Plays commands on a store and tells what is seen, in words that are the same for all stores. */
import { isRight } from "fp-ts/lib/Either.js";
import type { MessageId } from "../../src/core/MessageId.js";
import { newId } from "../../src/core/newId.js";
import { Ack, Block, type Outcome, Reject, Release, Retry } from "../../src/core/Outcome.js";
import type { Step } from "../../src/core/steps/Step.js";
import type { BlockTarget, QueueStats } from "../../src/port/Inspect.js";
import type { Lease } from "../../src/port/Lease.js";
import type { Store } from "../../src/port/Store.js";
import { enqueueStep, leaseRequest, settleStep } from "../../src/testing/conformance/queue/steps.js";
import { ATTEMPTS_MAX, type Command, DEDUPE_MS, DELIVERIES_MAX, type Ending, RETRY_DELAY_MS } from "./Command.js";

/** One delivery as it is seen, without its token. */
interface Seen {
  /** Which message it is, counted from 0. */
  readonly message: number;
  readonly attempt: number;
  readonly suspect: boolean;
  readonly key: string | undefined;
  readonly enqueuedAtMs: number;
  readonly firstEnqueuedAtMs: number;
  readonly leasedAtMs: number;
}

/** What one command showed. */
export interface Observation {
  readonly leased: ReadonlyArray<Seen>;
  /** For each message that was enqueued: which it is now, and whether it was there before. */
  readonly enqueued: ReadonlyArray<readonly [number, boolean]>;
  /** For each delivery that a command named: whether it was done. */
  readonly done: ReadonlyArray<boolean>;
  readonly performed: ReadonlyArray<Outcome["_tag"]>;
  /** How many an operation answered. */
  readonly count: number | undefined;
  /** Whether a purge answered that some are left. */
  readonly more: boolean | undefined;
  /** After a lease, which messages are dead. */
  readonly dead: ReadonlyArray<number>;
  readonly stats: QueueStats;
}

const QUEUE = "model";

const outcomes: Readonly<Record<Ending, Outcome>> = {
  ack: Ack,
  retry: Retry({ cause: "again" }),
  "retry later": Retry({ cause: "later", delayMs: RETRY_DELAY_MS }),
  release: Release({ reason: "stop" }),
  "release later": Release({ reason: "busy", delayMs: RETRY_DELAY_MS }),
  reject: Reject({ cause: "no" }),
  "block key": Block({ cause: "no", scope: "key" }),
  "block queue": Block({ cause: "no", scope: "queue" }),
};

type NewMessage = Omit<Extract<Command, { readonly do: "enqueue" }>, "do" | "count">;
type Shown = Partial<Omit<Observation, "stats">>;

export class Player {
  /** Every delivery ever, stale ones included. */
  readonly deliveries: Array<Lease> = [];
  private messages = 0;
  private writes = 0;

  constructor(
    private readonly store: Store,
    private readonly advance: (ms: number) => Promise<void>,
    /** Distinguishes this run's ids from those of others. */
    private readonly run: string,
  ) {}

  async play(command: Command): Promise<Observation> {
    const shown = await this.perform(command);
    const stats = await this.store.stats(QUEUE);
    return {
      leased: [],
      enqueued: [],
      done: [],
      performed: [],
      count: undefined,
      more: undefined,
      dead: [],
      ...shown,
      stats,
    };
  }

  /** Everything that stands in the queue, in order. */
  async inventory(): Promise<unknown> {
    const request = { queue: QUEUE, after: undefined, limit: 1_000 };
    // Positions are each store's own.
    const strip = ({ id, position: _, ...rest }: { readonly id: MessageId; readonly position?: string }): unknown => ({
      ...rest,
      message: this.numberOf(id),
    });
    return {
      peeked: (await this.store.peek({ queue: QUEUE, limit: 1_000 })).map(strip),
      blocked: (await this.store.blocked(request)).items.map(strip),
      dead: (await this.store.deadLetters(request)).items.map(strip),
    };
  }

  private async perform(command: Command): Promise<Shown> {
    switch (command.do) {
      case "enqueue":
        return await this.enqueue(command);
      case "lease":
        return await this.lease(command);
      case "settle":
        return await this.settle(this.named(command.deliveries), command.ending);
      case "follow up":
        return await this.followUp(this.named(command.deliveries), command.key);
      case "extend": {
        const leases = this.named(command.deliveries);
        const { leaseMs, unbegun } = command;
        const answers = await this.store.extend({ queue: QUEUE, leases, leaseMs, unbegun });
        return { done: answers.map(isRight) };
      }
      case "advance":
        await this.advance(command.ms);
        return {};
      case "unblock": {
        const target = this.targetOf(command.target);
        if (target === undefined) return {};
        const request = { queue: QUEUE, target, decision: command.decision, limit: 1_000 };
        return { count: (await this.store.unblock(request, newId())).count };
      }
      case "redrive": {
        const { items } = await this.store.deadLetters({ queue: QUEUE, after: undefined, limit: 1_000 });
        const positions = new Map(items.map(({ id, position }) => [id, position]));
        const letters = command.messages.map((n) => {
          const id = this.idOf(n);
          return { id, position: positions.get(id) ?? "none", payload: undefined };
        });
        return { count: (await this.store.redrive({ queue: QUEUE, letters }, newId())).count };
      }
      case "purge":
        return await this.store.purge(
          { queue: QUEUE, limit: command.limit, followersOf: command.followersOf },
          newId(),
        );
      case "pause":
        await this.store.setPaused({ queue: QUEUE, paused: command.paused }, newId());
        return {};
    }
  }

  private async enqueue({ count, do: _, ...draft }: Extract<Command, { readonly do: "enqueue" }>): Promise<Shown> {
    const answers = await this.write([Array.from({ length: count }, () => this.enqueueStep(draft))]);
    const results = answers.flatMap((answer) => (isRight(answer) ? answer.right : []));
    return {
      enqueued: results.flatMap((result) =>
        result._tag === "Enqueued" ? [[this.numberOf(result.id), result.duplicate] as const] : [],
      ),
    };
  }

  private async lease({ max, leaseMs, hands }: Extract<Command, { readonly do: "lease" }>): Promise<Shown> {
    const limits = { attemptsMax: ATTEMPTS_MAX, deliveriesMax: DELIVERIES_MAX };
    const leases = await this.store.lease(leaseRequest(QUEUE, { max, leaseMs, hands, ...limits }));
    this.deliveries.push(...leases);
    const { items } = await this.store.deadLetters({ queue: QUEUE, after: undefined, limit: 1_000 });
    return {
      dead: items.map(({ id }) => this.numberOf(id)),
      leased: leases.map(({ id, attempt, suspect, key, enqueuedAtMs, firstEnqueuedAtMs, leasedAtMs }) => ({
        message: this.numberOf(id),
        attempt,
        suspect,
        key,
        enqueuedAtMs,
        firstEnqueuedAtMs,
        leasedAtMs,
      })),
    };
  }

  private async settle(leases: ReadonlyArray<Lease>, ending: Ending): Promise<Shown> {
    const lists = leases.map((lease) => [
      settleStep(lease, outcomes[ending], { queue: QUEUE, attemptsMax: ATTEMPTS_MAX, cause: ending }),
    ]);
    const answers = await this.write(lists);
    const results = answers.flatMap((answer) => (isRight(answer) ? answer.right : []));
    return {
      done: answers.map(isRight),
      performed: results.flatMap((result) => (result._tag === "Settled" ? [result.outcome._tag] : [])),
    };
  }

  private async followUp(leases: ReadonlyArray<Lease>, key: string | undefined): Promise<Shown> {
    const settles = leases.map((lease) => settleStep(lease, Ack, { queue: QUEUE }));
    const [answer] = await this.write([
      [
        ...settles,
        this.enqueueStep({
          key,
          delayMs: 0,
          priority: 0,
          expiresInMs: undefined,
          dedupeId: undefined,
          endless: false,
        }),
      ],
    ]);
    return { done: answer === undefined ? [] : [isRight(answer)] };
  }

  private write(lists: ReadonlyArray<ReadonlyArray<Step>>): ReturnType<Store["write"]> {
    return this.store.write(lists, `${this.run} ${this.writes++}`);
  }

  private enqueueStep({ dedupeId, endless, ...draft }: NewMessage): Step {
    const message = this.messages++;
    const windowMs = endless ? Number.POSITIVE_INFINITY : DEDUPE_MS;
    const dedupe = dedupeId === undefined ? undefined : { id: dedupeId, windowMs };
    return enqueueStep(QUEUE, `payload ${message}`, { ...draft, dedupe, id: this.idOf(message) });
  }

  private idOf(message: number): MessageId {
    return `00000000-0000-7000-8000-${message.toString(16).padStart(12, "0")}` as MessageId;
  }

  private numberOf(id: MessageId): number {
    return Number.parseInt(id.slice(-12), 16);
  }

  /** Different deliveries, of those that have been. */
  private named(numbers: ReadonlyArray<number>): ReadonlyArray<Lease> {
    return deliveriesNamed(numbers, this.deliveries.length).flatMap((n) => this.deliveries[n] ?? []);
  }

  private targetOf(target: Extract<Command, { readonly do: "unblock" }>["target"]): BlockTarget | undefined {
    if (typeof target === "string" || "key" in target) return target;
    const [lease] = this.named([target.delivery]);
    return lease === undefined ? undefined : { id: lease.id };
  }
}

/** Which of `count` deliveries these numbers name, the latest first, each once. */
export const deliveriesNamed = (numbers: ReadonlyArray<number>, count: number): ReadonlyArray<number> =>
  count === 0 ? [] : [...new Set(numbers.map((n) => count - 1 - (n % count)))];
