/** Queues as tasks, data last: what `Queue` does, for `pipe` and `sequence`. */
import type { Message } from "../core/Message.js";
import type { BlockDecision, BlockTarget, Page, QueueStats } from "../port/Inspect.js";
import type {
  Blocked,
  DeadLetter,
  Enqueued,
  EnqueueOptions,
  PageOptions,
  Queue,
  ReceiveOptions,
  RedriveOptions,
} from "../queue/Queue.js";
import { fromLazy, type QueueTask } from "./fromEffect.js";

/**
 * Adds one value; answers its id once the store has it, and whether it was there before.
 *
 * Each run enqueues again; a run that failed with `StoreUnavailable` lends its id to the next run of the same task, so
 * retrying the task never doubles. Errors: `EncodeRefused`, `PayloadTooLarge`, `InvalidConfig`, `StoreFull`, `StoreUnavailable`.
 *
 * @example
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import * as TE from "fp-ts/lib/TaskEither.js";
 * import * as t from "io-ts";
 * import { queue } from "sluice";
 * import { memoryStore } from "sluice/memory";
 * import * as Q from "sluice/task";
 *
 * const orders = queue(memoryStore(), { name: "orders", codec: t.string });
 * const program = pipe("o-1", Q.enqueue(orders), TE.match((e) => e.message, ({ id }) => `queued ${id}`));
 * console.log(await program());
 * ```
 */
export const enqueue =
  <A>(queue: Queue<A>) =>
  (data: A, options?: EnqueueOptions): QueueTask<Enqueued> => {
    const write = queue.enqueue(data, options);
    return fromLazy(() => write);
  };

/** Adds all or none, in order; answers what became of each, aligned. Errors: those of `enqueue`, and `WriteTooLarge`. */
export const enqueueAll =
  <A>(queue: Queue<A>) =>
  (data: ReadonlyArray<A>, options?: (data: A) => EnqueueOptions): QueueTask<ReadonlyArray<Enqueued>> => {
    const write = queue.enqueueAll(data, options);
    return fromLazy(() => write);
  };

/** Pulls at most `max` messages, waiting at most `waitMsMax` (default 0) for the first. Nobody renews their leases. */
export const receive =
  (options: ReceiveOptions) =>
  <A>(queue: Queue<A>): QueueTask<ReadonlyArray<Message<A>>> =>
    fromLazy(() => queue.receive(options));

/** Counts, read in one atomic call. */
export const stats = <A>(queue: Queue<A>): QueueTask<QueueStats> => fromLazy(() => queue.stats());

/** A page of dead letters, oldest first, with their data decoded where the codec takes it. */
export const deadLetters =
  (options?: PageOptions) =>
  <A>(queue: Queue<A>): QueueTask<Page<DeadLetter<A>>> =>
    fromLazy(() => queue.deadLetters(options));

/** Puts dead letters back at the end of the queue (or of their key), at attempt 1; answers how many. */
export const redrive =
  <A>(options?: RedriveOptions<A>) =>
  (queue: Queue<A>): QueueTask<number> =>
    fromLazy(() => queue.redrive(options));

/** A page of what is blocked, oldest first. */
export const blocked =
  (options?: PageOptions) =>
  <A>(queue: Queue<A>): QueueTask<Page<Blocked<A>>> =>
    fromLazy(() => queue.blocked(options));

/** Frees what is blocked: "retry" runs the head again first, "skip" goes past it, "reject" dead-letters it. */
export const unblock =
  (target: BlockTarget, decision: BlockDecision) =>
  <A>(queue: Queue<A>): QueueTask<number> =>
    fromLazy(() => queue.unblock(target, decision));
