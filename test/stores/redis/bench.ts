/** One store on one queue, with the verbs that the tests of Redis' own behaviour need. */
import { isLeft } from "fp-ts/lib/Either.js";
import { Redis, type RedisOptions } from "ioredis";
import { newMessageId } from "../../../src/core/MessageId.js";
import { newId } from "../../../src/core/newId.js";
import { Ack, type Outcome } from "../../../src/core/Outcome.js";
import type { Step, WriteAnswer } from "../../../src/core/steps/Step.js";
import type { Lease, LeaseRequest } from "../../../src/port/Lease.js";
import type { Store } from "../../../src/port/Store.js";
import type { StoreEvent } from "../../../src/port/StoreEvent.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import type { RedisStoreOptions } from "../../../src/stores/redis/redisStoreOptions.js";
import { keysOf, newNamespace, removeNamespace } from "./namespace.js";

type EnqueueStep = Extract<Step, { readonly _tag: "Enqueue" }>;

export interface BenchOptions {
  readonly store?: RedisStoreOptions;
  /** Where the store connects to, if not where the test looks from. */
  readonly client?: RedisOptions;
}

export class Bench {
  readonly queue = "q";
  readonly events: Array<StoreEvent> = [];
  /** A connection for looking in from outside. */
  readonly admin: Redis;
  readonly store: Store;
  readonly key: string;

  constructor(
    url: string,
    { store = {}, client }: BenchOptions = {},
    readonly namespace: string = newNamespace(),
  ) {
    this.admin = new Redis(url, { maxRetriesPerRequest: null });
    this.admin.on("error", () => undefined);
    this.store = redisStore(client ?? new Redis(url, { lazyConnect: true }), { namespace, ...store });
    this.store.events$.subscribe((event) => this.events.push(event));
    this.key = `{${namespace}}:q:${this.queue}`;
  }

  get tags(): ReadonlyArray<string> {
    return this.events.map(({ _tag }) => _tag);
  }

  step(payload: string, draft: Partial<EnqueueStep> = {}): EnqueueStep {
    return {
      _tag: "Enqueue",
      queue: this.queue,
      id: newMessageId(),
      payload,
      key: undefined,
      headers: undefined,
      delayMs: 0,
      priority: 0,
      expiresInMs: undefined,
      dedupe: undefined,
      mark: undefined,
      ...draft,
    };
  }

  settleStep(lease: Lease, outcome: Outcome): Step {
    const { id, token } = lease;
    return { _tag: "Settle", queue: this.queue, id, token, outcome, cause: "because", attemptsMax: 20 };
  }

  request(draft: Partial<LeaseRequest> = {}): LeaseRequest {
    return {
      queue: this.queue,
      consumer: "one",
      max: 10_000,
      bytesMax: 64 * 1024 * 1024,
      leaseMs: 30_000,
      waitMsMax: 0,
      attemptsMax: 20,
      deliveriesMax: 1_000,
      hands: "empty",
      exclusive: false,
      ...draft,
    };
  }

  async enqueue(payloads: ReadonlyArray<string>, draft: Partial<EnqueueStep> = {}): Promise<void> {
    const [answer] = await this.store.write([payloads.map((payload) => this.step(payload, draft))], newId());
    if (answer === undefined || isLeft(answer)) throw new Error("the enqueue was refused");
  }

  async lease(draft: Partial<LeaseRequest> = {}): Promise<ReadonlyArray<Lease>> {
    return await this.store.lease(this.request(draft));
  }

  async settle(leases: ReadonlyArray<Lease>, outcome: Outcome = Ack): Promise<ReadonlyArray<WriteAnswer>> {
    return await this.store.write(
      leases.map((lease) => [this.settleStep(lease, outcome)]),
      newId(),
    );
  }

  /** Everything that the namespace holds, key by key. */
  async digest(): Promise<ReadonlyArray<readonly [key: string, content: string]>> {
    const keys = await keysOf(this.admin, this.namespace);
    return await Promise.all(
      keys.map(async (key) => [key, (await this.admin.dumpBuffer(key))?.toString("hex") ?? ""] as const),
    );
  }

  /** Ends the connections of the store as an operator would; answers how many there were. */
  async killConnections(): Promise<number> {
    const own = await this.admin.client("ID");
    const clients = String(await this.admin.client("LIST")).split("\n");
    const others = clients.flatMap((line) => /^id=(\d+) .* name=victim /.exec(line)?.[1] ?? []);
    for (const id of others) if (Number(id) !== own) await this.admin.client("KILL", "ID", id);
    return others.length;
  }

  async close(): Promise<void> {
    await this.store.close();
    await removeNamespace(this.admin, this.namespace);
    this.admin.disconnect();
  }
}

/** Polls until it holds; the test's own time-out is the limit. */
export const until = async (holds: () => boolean | PromiseLike<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

export const numbered = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => String(i));

export const payloadsOf = (leases: ReadonlyArray<{ readonly payload: string }>): ReadonlyArray<string> =>
  leases.map(({ payload }) => payload);
