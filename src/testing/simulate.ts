/**
 * Runs a whole application on virtual time: store, queues, operators, and handlers (Observable, Promise, TaskEither). Minutes of
 * backoff pass in milliseconds, and always the same way, as long as nothing waits for real time.
 */
import { ok } from "node:assert/strict";
import { materialize, type Observable, type SchedulerLike, Subscription } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import type { Store } from "../port/Store.js";
import { type Faults, faultyStore } from "./faultyStore.js";
import { leaseBreaker } from "./leaseBreaker.js";
import { compareFrames } from "./marbles/compareFrames.js";
import type { Frame } from "./marbles/Frame.js";
import { MarblesDiffer } from "./marbles/MarblesDiffer.js";
import { placeOf } from "./marbles/TestNotes.js";
import { openReads } from "./openReads.js";
import { PacedScheduler } from "./PacedScheduler.js";
import { type Replication, replicated } from "./replicated.js";

/** One client process of the simulated application: its own view of the one store, and the faults of that view. */
export interface Client extends Faults {
  readonly store: Store;
}

/** What an expectation compares against. */
export interface Expectation<T> {
  /** A marble diagram in which one character is one millisecond; `5ms` passes time, `!` in `unsubscribeAt` ends it. */
  readonly toBe: (marbles: string, values?: Readonly<Record<string, T>>) => void;
}

/** The verbs of a simulation. `stopReplication` and `failover` are of the server that all clients see, the other faults of the first client. */
export interface Simulation extends Replication {
  /** The store as the first client sees it. */
  readonly store: Store;
  /** The clock. Give it to operators that no queue feeds. */
  readonly scheduler: SchedulerLike;
  /** Virtual milliseconds since the start. */
  readonly nowMs: () => number;
  /**
   * Lets time pass. Everything that is due happens, also what waits for promises that resolve by code alone. It does not wait for
   * real time and I/O (`setTimeout`, a file, a socket): virtual time runs past them.
   */
  readonly advance: (ms: number) => Promise<void>;
  /** Another process: its own view of the same data. */
  readonly client: () => Client;
  /** The first client's process dies: it makes no calls any more, and its leases stay until they expire. */
  readonly crash: Faults["crash"];
  /** The first client's next writes are performed, and their replies are lost. */
  readonly dropReply: Faults["dropReply"];
  /** Whoever waits at the first client misses what would wake it, and looks again 2 s later. */
  readonly dropHints: Faults["dropHints"];
  readonly disconnect: Faults["disconnect"];
  readonly reconnect: Faults["reconnect"];
  /** Ends every lease of a queue now, counted, as if its time were over; its consumer finds it lost. Answers how many there were. */
  readonly expireLeases: (queue: string) => Promise<number>;
  /** Subscribes now; compares with a marble diagram when the simulation ends. Time 0 of the diagram is now. */
  readonly expect$: <T>(source$: Observable<T>, unsubscribeAfterMs?: number) => Expectation<T>;
}

export interface SimulateOptions {
  /** Virtual milliseconds that pass after the body, so that what it started can end. Default 0. */
  readonly settleMs?: number | undefined;
}

/**
 * Runs a body on virtual time with a fresh memory store, checks its `expect$`s, and fails if it left a consumer that waits
 * or a timer of its own behind. Await it.
 *
 * What a handler waits for must be virtual too: `timer(ms, scheduler)` for its pauses, something that resolves at once for its I/O.
 * Virtual time overtakes a handler that awaits `setTimeout` or a socket, and the result is chance.
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { map } from "rxjs";
 * import { handle, queue, retryBackoff, settle } from "sluice";
 * import { simulate } from "sluice/testing";
 *
 * await simulate(async ({ store, advance, expect$ }) => {
 *   const orders = queue(store, { name: "orders", codec: t.string });
 *   await orders.enqueue("o-1");
 *   const work = async (attempt: number): Promise<string> => {
 *     if (attempt === 1) throw new Error("not yet");
 *     return "done";
 *   };
 *   const settled$ = orders.messages().pipe(
 *     handle((m) => work(m.attempt)),
 *     retryBackoff({ initialMs: 60_000 }),
 *     settle(),
 *   );
 *   expect$(settled$.pipe(map((s) => s.outcome._tag)), 90_000).toBe("r 59999ms a", { r: "Retry", a: "Ack" });
 *   await advance(90_000);
 * });
 * ```
 */
export const simulate = async <T>(
  body: (simulation: Simulation) => T | PromiseLike<T>,
  { settleMs = 0 }: SimulateOptions = {},
): Promise<T> => {
  const scheduler = new PacedScheduler();
  const { store: server, ...replication } = replicated(scheduler);
  const breaker = leaseBreaker(server);
  const reads = openReads(breaker.store);
  const open = (): Client => {
    const { store, faults } = faultyStore(reads.store);
    return { store, ...faults };
  };
  const { store, ...faults } = open();
  const recordings: Array<Recording> = [];
  try {
    const value = await body({
      store,
      ...faults,
      ...replication,
      scheduler,
      nowMs: () => scheduler.now(),
      advance: (ms) => scheduler.advance(ms),
      client: open,
      expireLeases: async (queue) => {
        const count = await breaker.expireLeases(queue);
        await scheduler.advance(0);
        return count;
      },
      expect$: (source$, unsubscribeAfterMs) => {
        const recording = record(scheduler, source$, unsubscribeAfterMs);
        recordings.push(recording);
        const toBe: Expectation<unknown>["toBe"] = (marbles, values) => {
          recording.expected = { frames: framesOf(marbles, values), values, asked: placeOf(toBe) };
        };
        return { toBe };
      },
    });
    await scheduler.advance(settleMs);
    for (const recording of recordings) compare(recording);
    end(recordings);
    await scheduler.advance(0);
    const left = `the simulation left ${scheduler.pending} timers and ${reads.count()} waiting consumers behind`;
    ok(scheduler.pending === 0 && reads.count() === 0, `${left}: unsubscribe what it started`);
    return value;
  } finally {
    end(recordings);
    await store.close();
  }
};

const end = (recordings: ReadonlyArray<Recording>): void => {
  for (const { subscription } of recordings) subscription.unsubscribe();
};

/** What an expected Observable did, in frames relative to its subscription. */
interface Recording {
  readonly subscription: Subscription;
  readonly actual: Array<Frame>;
  expected: Expected | undefined;
}

interface Expected {
  readonly frames: ReadonlyArray<Frame>;
  readonly values: Readonly<Record<string, unknown>> | undefined;
  /** An error that was made where the comparison was asked for. */
  readonly asked: Error;
}

const record = (
  scheduler: PacedScheduler,
  source$: Observable<unknown>,
  unsubscribeAfterMs: number | undefined,
): Recording => {
  const startMs = scheduler.now();
  const actual: Recording["actual"] = [];
  const subscription = new Subscription();
  subscription.add(
    source$.pipe(materialize()).subscribe((notification) => {
      actual.push({ frame: scheduler.now() - startMs, notification });
    }),
  );
  if (unsubscribeAfterMs !== undefined)
    subscription.add(scheduler.schedule(() => subscription.unsubscribe(), unsubscribeAfterMs));
  return { subscription, actual, expected: undefined };
};

const compare = ({ actual, expected }: Recording): void => {
  if (expected === undefined) return;
  const { frames, values, asked } = expected;
  const difference = compareFrames(actual, frames, values === undefined ? [] : [values]);
  if (difference !== undefined) throw new MarblesDiffer(difference, asked);
};

/** The frames of a diagram. It is parsed while a TestScheduler runs: only then is one character a millisecond. */
const framesOf = (marbles: string, values: Readonly<Record<string, unknown>> | undefined): ReadonlyArray<Frame> =>
  new TestScheduler(() => undefined).run(() => TestScheduler.parseMarbles(marbles, values, undefined, false, true));
