/** The same tasks on store-free definitions: the store is a dependency that the end of the program supplies. */

import { pipe } from "fp-ts/lib/function.js";
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import { flatMap, type TaskEither, tryCatch } from "fp-ts/lib/TaskEither.js";
import type { Message } from "../../core/Message.js";
import type { Outcome } from "../../core/Outcome.js";
import { type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import type { BlockDecision, BlockTarget, Page, QueueStats } from "../../port/Inspect.js";
import type { Store } from "../../port/Store.js";
import { queue } from "../../queue/makeQueue.js";
import type {
  Blocked,
  DeadLetter,
  Enqueued,
  EnqueueOptions,
  PageOptions,
  Queue,
  ReceiveOptions,
  RedriveOptions,
} from "../../queue/Queue.js";
import type { QueueDefinition } from "../../queue/QueueDefinition.js";
import * as consumer from "../consume.js";
import * as messages from "../messages.js";
import * as queues from "../queues.js";

/** What every task of a queue needs; intersect it with a program's other dependencies. */
export interface HasStore {
  readonly store: Store;
}

/** A task that still needs its store. */
export type StoreTask<A> = ReaderTaskEither<HasStore, SluiceError, A>;

const onQueue =
  <A, B>(definition: QueueDefinition<A>, use: (queue: Queue<A>) => TaskEither<SluiceError, B>): StoreTask<B> =>
  ({ store }) =>
    pipe(
      tryCatch(async () => queue(store, definition), toSluiceError),
      flatMap(use),
    );

/** Adds one value to the queue of this definition on the store at hand; answers its id, and whether it was there before. */
export const enqueue =
  <A>(definition: QueueDefinition<A>) =>
  (data: A, options?: EnqueueOptions): StoreTask<Enqueued> =>
    onQueue(definition, (queue) => queues.enqueue(queue)(data, options));

/** Adds all or none, in order; answers what became of each, aligned. */
export const enqueueAll =
  <A>(definition: QueueDefinition<A>) =>
  (data: ReadonlyArray<A>, options?: (data: A) => EnqueueOptions): StoreTask<ReadonlyArray<Enqueued>> =>
    onQueue(definition, (queue) => queues.enqueueAll(queue)(data, options));

/** Pulls at most `max` messages, waiting at most `waitMsMax` for the first. */
export const receive =
  (options: ReceiveOptions) =>
  <A>(definition: QueueDefinition<A>): StoreTask<ReadonlyArray<Message<A>>> =>
    onQueue(definition, queues.receive(options));

/** Counts, read in one atomic call. */
export const stats = <A>(definition: QueueDefinition<A>): StoreTask<QueueStats> => onQueue(definition, queues.stats);

/** A page of dead letters, oldest first. */
export const deadLetters =
  (options?: PageOptions) =>
  <A>(definition: QueueDefinition<A>): StoreTask<Page<DeadLetter<A>>> =>
    onQueue(definition, queues.deadLetters(options));

/** Puts dead letters back; answers how many. */
export const redrive =
  <A>(options?: RedriveOptions<A>) =>
  (definition: QueueDefinition<A>): StoreTask<number> =>
    onQueue(definition, queues.redrive(options));

/** A page of what is blocked, oldest first. */
export const blocked =
  (options?: PageOptions) =>
  <A>(definition: QueueDefinition<A>): StoreTask<Page<Blocked<A>>> =>
    onQueue(definition, queues.blocked(options));

/** Frees what is blocked; answers how many. */
export const unblock =
  (target: BlockTarget, decision: BlockDecision) =>
  <A>(definition: QueueDefinition<A>): StoreTask<number> =>
    onQueue(definition, queues.unblock(target, decision));

/** Consumes with a handler until stopped; answers how many deliveries ended how. The handler may read the same dependencies. */
export const consume =
  <A>(definition: QueueDefinition<A>) =>
  <R, E, B>(
    handler: (data: A, message: Message<A>) => ReaderTaskEither<R, E, B>,
    options: consumer.ConsumeOptions<NoInfer<E>>,
  ): ReaderTaskEither<R & HasStore, SluiceError, consumer.Tally> =>
  (dependencies) =>
    onQueue(definition, (queue) =>
      consumer.consume(queue)<E, B>((data, message) => handler(data, message)(dependencies), options),
    )(dependencies);

const onMessage =
  <A>(use: (message: Message<unknown>) => TaskEither<SluiceError, A>) =>
  (message: Message<unknown>): StoreTask<A> =>
  () =>
    use(message);

/** Settles with this outcome; answers what the store performed. A message knows its store, so the dependency is only for composing. */
export const settle = (outcome: Outcome): ((message: Message<unknown>) => StoreTask<Outcome>) =>
  onMessage(messages.settle(outcome));

/** Done: the message is gone. Idempotent. */
export const ack: (message: Message<unknown>) => StoreTask<Outcome> = onMessage(messages.ack);

/** Failed, to be tried again after `delayMs` (milliseconds, at once without it). */
export const retry = (
  fields: Parameters<typeof messages.retry>[0],
): ((message: Message<unknown>) => StoreTask<Outcome>) => onMessage(messages.retry(fields));

/** Given back to the front, uncounted. */
export const release = (
  fields: Parameters<typeof messages.release>[0],
): ((message: Message<unknown>) => StoreTask<Outcome>) => onMessage(messages.release(fields));

/** To the dead letters, now. */
export const reject = (
  fields: Parameters<typeof messages.reject>[0],
): ((message: Message<unknown>) => StoreTask<Outcome>) => onMessage(messages.reject(fields));

/** Kept in its place until unblocked. */
export const block = (
  fields: Parameters<typeof messages.block>[0],
): ((message: Message<unknown>) => StoreTask<Outcome>) => onMessage(messages.block(fields));

/** Makes the lease end `leaseMs` milliseconds from now. */
export const extend = (leaseMs: number): ((message: Message<unknown>) => StoreTask<void>) =>
  onMessage(messages.extend(leaseMs));
