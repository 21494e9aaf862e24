/** The store in the memory of the process: the embedded default, the reference for what the port means, and the store of tests. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import {
  AsyncSubject,
  type Observable,
  type SchedulerLike,
  Subject,
  type Subscription,
  VirtualTimeScheduler,
} from "rxjs";
import { soon, systemScheduler } from "../../core/Clock.js";
import { type Asker, type Effect, effect } from "../../core/Effect.js";
import { showing } from "../../core/inspecting.js";
import { newId, replayableIds } from "../../core/newId.js";
import { type Options, optionsOf, wholeNumber } from "../../core/options.js";
import { placeOf } from "../../core/Position.js";
import { type LeaseLost, leaseLost, storeClosed } from "../../core/SluiceError.js";
import type { Step, WriteAnswer } from "../../core/steps/Step.js";
import type { Capabilities } from "../../port/Capabilities.js";
import type { ExtendRequest, Lease } from "../../port/Lease.js";
import { type Kind, type Phase, takes } from "../../port/Phase.js";
import type { Store } from "../../port/Store.js";
import type { StoreEvent } from "../../port/StoreEvent.js";
import type { Logger } from "../../port/Warnings.js";
import { IdleFeeds } from "./log/IdleFeeds.js";
import { isAtEnd, readFeed, readStream } from "./log/reading.js";
import { now } from "./now.js";
import { blocked, deadLetters, heads, peek, purge, redrive, redriveFrom, setPaused, stats } from "./queue/inspect.js";
import type { QueueState } from "./queue/QueueState.js";
import { take } from "./queue/take.js";
import { unblock } from "./queue/unblock.js";
import { countOf, fitting, pageOf } from "./records/reading.js";
import { Turns } from "./Turns.js";
import { StoreContents } from "./write/StoreContents.js";
import { writeLists } from "./write/writeLists.js";

/** How a memory store is made; all options may be left out. */
export type MemoryStoreOptions = Options<{
  /**
   * Where all time comes from. Default `systemScheduler`; a virtual one makes everything above run on virtual time, and an rxjs
   * `VirtualTimeScheduler` (a `TestScheduler` is one) makes ids and jitter the same in every run.
   */
  scheduler: SchedulerLike;
  /** How many dead letters a queue keeps; the oldest above it are dropped, counted as purged. Default 100,000. */
  deadLettersMax: number;
  /**
   * Told of expired and poisonous messages and of settlements that failed, of all its queues. Default: the process warns once of
   * each kind.
   */
  logger: Logger;
}>;

/**
 * A store in the memory of this process: fast, ordered and atomic like the others, and gone when the process ends. Not for
 * work that must survive a restart or be shared by processes.
 *
 * Delivery: at least once within the process's life. Every call is done at once when it is subscribed to, except a `lease`
 * that waits, and a `close`, which ends with the turn. In each turn of the event loop the first hundred answers come within
 * their calls and the others in the next turn, so that loops of `await` leave room for timers and signals. A consumer that
 * waits is woken soon after a message became ready, never inside the call that made it ready. While nobody waits there is no
 * timer.
 *
 * Memory: some 250 bytes a message besides its payload, key and headers; dedupe ids for their window; and the answers of the
 * latest 10,000 to 20,000 steps (an hour at most), by which a resent write is known. A write whose id is older runs again.
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { queue } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const greetings = queue(memoryStore(), { name: "greetings", codec: t.string });
 * await greetings.enqueue("hello");
 * const [message] = await greetings.receive({ max: 1 });
 * await message?.ack;
 * console.log((await greetings.stats()).acked);
 * ```
 */
export const memoryStore = (options: MemoryStoreOptions = {}): Store =>
  showing(new MemoryStore(options), "MemoryStore", {});

/** A memory store whose contents somebody else may copy and replace: tests, by a replica that takes over. */
export const replaceableMemoryStore = (scheduler: SchedulerLike): Replaceable => new MemoryStore({ scheduler });

export interface Replaceable extends Store {
  /** What it keeps now. */
  readonly contents: StoreContents;
  /** Goes on with other contents. Calls that wait in the former ones stay there: end them. */
  readonly replace: (contents: StoreContents) => void;
}

/** How many stores were made on each virtual clock. */
const madeOn = new WeakMap<SchedulerLike, number>();

/**
 * What makes the ids: on virtual time a seed, so that a test that runs again makes the same ids, else the system. Any other
 * scheduler may be on real time, where two processes must not make the same ids.
 */
const idsOn = (scheduler: SchedulerLike): (() => string) => {
  if (!(scheduler instanceof VirtualTimeScheduler)) return newId;
  const number = (madeOn.get(scheduler) ?? 0) + 1;
  madeOn.set(scheduler, number);
  return replayableIds(`memory store ${number}`, () => scheduler.now());
};

const NAMES = ["scheduler", "deadLettersMax", "logger"] as const;

class MemoryStore implements Replaceable {
  readonly scheduler: SchedulerLike;
  readonly newId: () => string;
  readonly capabilities: Capabilities = {
    durable: false,
    shared: false,
    virtualTime: true,
    hints: true,
    settlesWhenFull: true,
    exactBytes: true,
  };
  readonly logger: Logger | undefined;
  readonly events$: Observable<StoreEvent>;
  contents: StoreContents;
  private readonly idleFeeds: IdleFeeds;
  private readonly events = new Subject<StoreEvent>();
  private readonly closed$ = new AsyncSubject<void>();
  private readonly turns: Turns;
  private phase: Phase = "open";

  constructor(options: MemoryStoreOptions) {
    const { scheduler = systemScheduler, deadLettersMax = 100_000, logger } = optionsOf(options, NAMES);
    this.logger = logger;
    this.scheduler = scheduler;
    this.newId = idsOn(scheduler);
    this.turns = new Turns(scheduler);
    this.idleFeeds = new IdleFeeds(scheduler);
    this.contents = new StoreContents(scheduler, {
      deadLettersMax: wholeNumber("deadLettersMax", deadLettersMax, { min: 0, max: 10_000_000 }),
    });
    this.events$ = this.events.asObservable();
  }

  readonly write: Store["write"] = (lists, writeId) =>
    this.onceAs(lists, (nowMs) => this.writeOnce(lists, writeId, nowMs));

  readonly lease: Store["lease"] = (request) =>
    effect((asker) => {
      if (!takes(this.phase, "new")) {
        asker.error(storeClosed());
        return undefined;
      }
      const queue = this.contents.queue(request.queue);
      const ask = (): (() => void) | undefined => {
        const taken = take(queue, request, now(this.scheduler));
        if (taken === "nothing" && request.waitMsMax > 0) return queue.idle.add(request, asker);
        asker.next(typeof taken === "object" ? taken : []);
        asker.complete();
        return undefined;
      };
      return this.turns.mayAnswer ? ask() : this.askLater(ask, asker);
    });

  readonly extend: Store["extend"] = (request) =>
    this.once((nowMs) => extendLeases(this.contents.queue(request.queue), request, nowMs));

  readonly leave: Store["leave"] = ({ queue: name, consumer }) =>
    this.onceAs("goodbye", () => {
      const queue = this.contents.queue(name);
      if (queue.owner !== consumer) return;
      queue.owner = undefined;
      queue.idle.serveSoon();
    });

  readonly heads: Store["heads"] = this.call(heads);
  readonly stats: Store["stats"] = (queue) => this.once((nowMs) => stats(this.contents.queue(queue), queue, nowMs));
  readonly peek: Store["peek"] = this.call(peek);
  readonly setPaused: Store["setPaused"] = this.change(setPaused);
  readonly blocked: Store["blocked"] = this.call(blocked);
  readonly unblock: Store["unblock"] = this.change(unblock);
  readonly deadLetters: Store["deadLetters"] = this.call(deadLetters);
  readonly redrive: Store["redrive"] = this.change(redrive);
  readonly redriveFrom: Store["redriveFrom"] = this.change(redriveFrom);
  readonly purge: Store["purge"] = this.change(purge);

  readonly getRecords: Store["getRecords"] = (names) =>
    this.once((nowMs) =>
      fitting(names.map(({ collection, id }) => this.contents.collection(collection).get(id, nowMs))),
    );
  readonly countRecords: Store["countRecords"] = ({ collection, indexes }) =>
    this.once(() => indexes.map((name) => countOf(this.contents.collection(collection), name)));
  readonly pageRecords: Store["pageRecords"] = (request) =>
    this.once(() => pageOf(this.contents.collection(request.collection), request));

  readonly readStream: Store["readStream"] = (request) => this.once(() => readStream(this.contents.log, request));
  readonly readFeed: Store["readFeed"] = (request) =>
    effect((asker) => {
      if (!takes(this.phase, "new")) {
        asker.error(storeClosed());
        return undefined;
      }
      const tell = (): void => {
        asker.next(readFeed(this.contents.log, request));
        asker.complete();
      };
      const ask = (): Subscription | undefined => {
        if (request.waitMsMax > 0 && takes(this.phase, "new") && isAtEnd(this.contents.log, request.after))
          return this.idleFeeds.add(tell, request.waitMsMax);
        tell();
        return undefined;
      };
      if (this.turns.mayAnswer) return ask();
      const subscription = soon(this.scheduler, () => subscription.add(ask()));
      return subscription;
    });
  readonly pruneStream: Store["pruneStream"] = ({ stream, upTo, limit }, writeId) =>
    this.onceBy(writeId, () => {
      const from = this.contents.log.prunedTo(stream);
      this.contents.log.prune(stream, Math.min(upTo, from + limit, this.contents.log.versionOf(stream)));
      return { prunedTo: this.contents.log.prunedTo(stream) };
    });
  readonly setClosed: Store["setClosed"] = ({ stream, closed }, writeId) =>
    this.onceBy(writeId, () => this.contents.log.setClosed(stream, closed));
  readonly trimLog: Store["trimLog"] = ({ upTo, limit }, writeId) =>
    this.onceBy(writeId, () => {
      const from = this.contents.log.trimmedCount;
      const to = this.contents.log.has(upTo) ? Math.min(placeOf(upTo), from + limit) : 0;
      if (to > from) this.contents.log.trim(to);
      return { trimmedTo: this.contents.log.trimmedTo };
    });

  readonly ready: Store["ready"] = () => this.once(() => undefined);

  readonly close: Store["close"] = () =>
    effect((asker) => {
      if (this.phase === "open") this.shut();
      return this.closed$.subscribe(asker);
    });

  private shut(): void {
    this.phase = "closing";
    for (const queue of this.contents.queues.values()) queue.idle.close();
    this.idleFeeds.serve();
    soon(this.scheduler, () => {
      this.phase = "closed";
      this.events.complete();
      this.closed$.next();
      this.closed$.complete();
    });
  }

  readonly replace: Replaceable["replace"] = (contents) => {
    this.contents = contents;
  };

  private writeOnce(
    lists: ReadonlyArray<ReadonlyArray<Step>>,
    writeId: string,
    nowMs: number,
  ): ReadonlyArray<WriteAnswer> {
    const { head } = this.contents.log;
    const answers = this.contents.writes.once(writeId, { steps: countSteps(lists), nowMs }, () =>
      writeLists(this.contents, lists, nowMs),
    );
    if (this.contents.log.head > head) this.idleFeeds.serveSoon();
    return answers;
  }

  /** An Effect that is done within its subscription. */
  private once<A>(run: (nowMs: number) => A): Effect<A> {
    return this.onceAs("new", run);
  }

  private onceAs<A>(kind: Kind, run: (nowMs: number) => A): Effect<A> {
    return effect((asker) => {
      if (!takes(this.phase, kind)) {
        asker.error(storeClosed());
        return;
      }
      // It takes effect now, also where its answer comes later: calls take effect in the order in which they are made.
      const value = run(now(this.scheduler));
      const answer = (): void => {
        asker.next(value);
        asker.complete();
      };
      if (this.turns.mayAnswer) answer();
      else soon(this.scheduler, answer);
    });
  }

  /** Leases in the next turn. Nothing is taken before it can be told, so whoever unsubscribes meanwhile has nothing to give back. */
  private askLater(ask: () => (() => void) | undefined, asker: Asker<ReadonlyArray<Lease>>): Subscription {
    const subscription = soon(this.scheduler, () => {
      if (takes(this.phase, "new")) subscription.add(ask());
      else {
        asker.next([]);
        asker.complete();
      }
    });
    return subscription;
  }

  private call<R extends { readonly queue: string }, A>(
    run: (queue: QueueState, request: R, nowMs: number) => A,
  ): (request: R) => Effect<A> {
    return (request) => this.once((nowMs) => run(this.contents.queue(request.queue), request, nowMs));
  }

  /** A call that changes something: the same write id again answers the same. */
  private change<R extends { readonly queue: string }, A>(
    run: (queue: QueueState, request: R, nowMs: number) => A,
  ): (request: R, writeId: string) => Effect<A> {
    return (request, writeId) =>
      this.onceBy(writeId, (nowMs) => run(this.contents.queue(request.queue), request, nowMs));
  }

  private onceBy<A>(writeId: string, run: (nowMs: number) => A): Effect<A> {
    return this.once((nowMs) => this.contents.writes.once(writeId, { steps: 1, nowMs }, () => run(nowMs)));
  }
}

const countSteps = (lists: ReadonlyArray<ReadonlyArray<Step>>): number => {
  let steps = 1;
  for (const list of lists) steps += list.length;
  return steps;
};

const extendLeases = (
  queue: QueueState,
  { leases, leaseMs, unbegun = 0 }: ExtendRequest,
  nowMs: number,
): ReadonlyArray<Either<LeaseLost, void>> => {
  const answers = leases.map(({ id, token }, i): Either<LeaseLost, void> => {
    const entry = queue.leases.find(token);
    if (entry?.id !== id) return left(leaseLost(id));
    queue.leases.extend(entry, leaseMs, nowMs);
    entry.unbegun = i >= leases.length - unbegun;
    // All leases of an exclusive queue are its owner's: those of a former owner were reaped when the queue changed hands.
    queue.ownerUntilMs = Math.max(queue.ownerUntilMs, nowMs + leaseMs);
    return right(undefined);
  });
  queue.idle.rearm(nowMs);
  return answers;
};
