/** The calls of a queue as tasks, for `pipe` and `sequence`. One line for each call: see `calls`. */
import { type OnQueue, onQueue } from "./calls.js";

/**
 * Adds one value; answers its id once the store has it, and whether it is a duplicate.
 *
 * Each run enqueues again. A run that failed with `StoreUnavailable` lends its id to the next run of the same task, so
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
export const enqueue: OnQueue<"enqueue"> = onQueue("enqueue");
/** Adds all values or none, in order; answers what became of each. Errors: those of `enqueue`, and `WriteTooLarge`. */
export const enqueueAll: OnQueue<"enqueueAll"> = onQueue("enqueueAll");
/** Leases at most `max` messages, and waits at most `waitMsMax` (default 0) for the first. Nobody renews their leases. */
export const receive: OnQueue<"receive"> = onQueue("receive");
/** Counts, read in one atomic call. */
export const stats: OnQueue<"stats"> = onQueue("stats");
/** The messages that come next, not leased. */
export const peek: OnQueue<"peek"> = onQueue("peek");
/** From now on no consumer gets messages of the queue, until `resume`. */
export const pause: OnQueue<"pause"> = onQueue("pause");
/** The end of a pause. */
export const resume: OnQueue<"resume"> = onQueue("resume");
/** A page of blocked messages, oldest first. */
export const blocked: OnQueue<"blocked"> = onQueue("blocked");
/** Unblocks: "retry" delivers the message again, first; "skip" purges it; "reject" dead-letters it. Answers how many. */
export const unblock: OnQueue<"unblock"> = onQueue("unblock");
/** A page of dead letters, oldest first, with their data decoded where the codec takes it. */
export const deadLetters: OnQueue<"deadLetters"> = onQueue("deadLetters");
/** Puts dead letters back at the end of the queue (or of their key), at attempt 1; answers how many. */
export const redrive: OnQueue<"redrive"> = onQueue("redrive");
/** Deletes ready, waiting and delayed messages; answers how many. */
export const purge: OnQueue<"purge"> = onQueue("purge");
