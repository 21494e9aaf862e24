/** Queues as tasks: what `Queue` does, for `pipe` and `sequence`. One line a call: see `calls`. */
import { type OnQueue, onQueue } from "./calls.js";

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
export const enqueue: OnQueue<"enqueue"> = onQueue("enqueue");
/** Adds all or none, in order; answers what became of each, aligned. Errors: those of `enqueue`, and `WriteTooLarge`. */
export const enqueueAll: OnQueue<"enqueueAll"> = onQueue("enqueueAll");
/** Pulls at most `max` messages, waiting at most `waitMsMax` (default 0) for the first. Nobody renews their leases. */
export const receive: OnQueue<"receive"> = onQueue("receive");
/** Counts, read in one atomic call. */
export const stats: OnQueue<"stats"> = onQueue("stats");
/** The next messages in line, not leased. */
export const peek: OnQueue<"peek"> = onQueue("peek");
/** Nobody leases from it any more until `resume`. */
export const pause: OnQueue<"pause"> = onQueue("pause");
/** The end of a pause. */
export const resume: OnQueue<"resume"> = onQueue("resume");
/** A page of what is blocked, oldest first. */
export const blocked: OnQueue<"blocked"> = onQueue("blocked");
/** Frees what is blocked: "retry" runs the head again first, "skip" goes past it, "reject" dead-letters it; answers how many. */
export const unblock: OnQueue<"unblock"> = onQueue("unblock");
/** A page of dead letters, oldest first, with their data decoded where the codec takes it. */
export const deadLetters: OnQueue<"deadLetters"> = onQueue("deadLetters");
/** Puts dead letters back at the end of the queue (or of their key), at attempt 1; answers how many. */
export const redrive: OnQueue<"redrive"> = onQueue("redrive");
/** Deletes what is ready, waiting or delayed; answers how many. */
export const purge: OnQueue<"purge"> = onQueue("purge");
