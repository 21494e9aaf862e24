/** The tasks of a queue, from its definition alone. One line for each call: see `calls`. */
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import type { Queue } from "../../queue/Queue.js";
import type { QueueDefinition } from "../../queue/QueueDefinition.js";
import { type CallsOf, onQueue, type TaskOf } from "../calls.js";
import { type HasStore, withQueue } from "./StoreTask.js";

/** The type of a call that makes an Effect, changed so that it makes a task that still needs a store. */
export type ReaderOf<F> =
  TaskOf<F> extends (...args: infer P) => TaskEither<infer E, infer A>
    ? (...args: P) => ReaderTaskEither<HasStore, E, A>
    : never;

/** A call of a queue as such a task: the definition comes first, the arguments last. */
export type OnDefinition<K extends CallsOf<Queue<unknown>>> = <A>(
  definition: QueueDefinition<A>,
) => ReaderOf<Queue<A>[K]>;

type Task = (queue: Queue<unknown>) => (...args: ReadonlyArray<unknown>) => TaskEither<unknown, unknown>;

const onDefinition = <K extends CallsOf<Queue<unknown>>>(name: K): OnDefinition<K> => {
  // The type of the face says which arguments belong to which call.
  const task = onQueue(name) as unknown as Task;
  return ((definition: QueueDefinition<unknown>) =>
    (...args: ReadonlyArray<unknown>) =>
      withQueue(definition, (queue) => task(queue)(...args))) as unknown as OnDefinition<K>;
};

/** Adds one value to the queue of this definition, on the store that it is given; answers its id, and whether it is a duplicate. */
export const enqueue: OnDefinition<"enqueue"> = onDefinition("enqueue");
/** Adds all values or none, in order; answers what became of each. */
export const enqueueAll: OnDefinition<"enqueueAll"> = onDefinition("enqueueAll");
/** Leases at most `max` messages, and waits at most `waitMsMax` for the first. */
export const receive: OnDefinition<"receive"> = onDefinition("receive");
/** Counts, read in one atomic call. */
export const stats: OnDefinition<"stats"> = onDefinition("stats");
/** The messages that come next, not leased. */
export const peek: OnDefinition<"peek"> = onDefinition("peek");
/** From now on no consumer gets messages of the queue, until `resume`. */
export const pause: OnDefinition<"pause"> = onDefinition("pause");
/** The end of a pause. */
export const resume: OnDefinition<"resume"> = onDefinition("resume");
/** A page of blocked messages, oldest first. */
export const blocked: OnDefinition<"blocked"> = onDefinition("blocked");
/** Unblocks messages; answers how many. */
export const unblock: OnDefinition<"unblock"> = onDefinition("unblock");
/** A page of dead letters, oldest first. */
export const deadLetters: OnDefinition<"deadLetters"> = onDefinition("deadLetters");
/** Puts dead letters back; answers how many. */
export const redrive: OnDefinition<"redrive"> = onDefinition("redrive");
/** Deletes ready, waiting and delayed messages; answers how many. */
export const purge: OnDefinition<"purge"> = onDefinition("purge");
