/** The operator that ends a pipeline. */
import { Observable, type OperatorFunction } from "rxjs";
import type { Handled, Settlement } from "../core/Handled.js";
import { observe } from "./internal/observe.js";
import { Settling } from "./internal/Settling.js";

/**
 * Settles each handled message and emits what the store confirmed, in the order of confirmation.
 *
 * A decided outcome is performed as it is. Without one, a result is an `Ack`, an interruption is a `Release`, a failure that
 * `retryBackoff` has given up is a `Reject`, and any other failure is retried as by `retryBackoff()`, until the queue's `attemptsMax`
 * dead-letters it. Settlements of one burst leave as one write.
 *
 * ```text
 * -a-b-c---|
 * a := Right
 * b := Failed
 * c := Failed: Reject
 *
 * > settle()
 *
 * ---x-y-z-|
 * x := a: Ack
 * y := b: Retry in 200 ms
 * z := c: Reject
 * ```
 *
 * Errors: those of the source. A settlement that the store refuses is a value: `Lost`, with its cause. Where only the follow-ups
 * are refused (by a codec, or since they are of another store), nothing is written, and the message is settled as failed by that
 * error. A conflict (`VersionConflict`, `RecordConflict`) does not count: the message is released and handled anew at once, ten times in
 * a row at most; the eleventh is a failure.
 *
 * Delivery: at least once. `Lost` means that the message is or will be delivered again, unless another outcome settled it.
 *
 * Memory: as many messages as its source allows unsettled.
 *
 * Cancelling: unsubscribing recalls nothing: settlements under way are still performed, and no longer emitted.
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { handle, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const jobs = queue(memoryStore(), { name: "jobs", codec: t.string });
 * await jobs.enqueue("once");
 * jobs
 *   .messages()
 *   .pipe(handle(async (m) => m.data.length), settle(), take(1))
 *   .subscribe((s) => console.log(s.message.id, s.outcome._tag));
 * ```
 */
export const settle =
  <A, R, E>(): OperatorFunction<Handled<A, R, E>, Settlement<A, R, E>> =>
  (source) =>
    new Observable((subscriber) => observe(source, new Settling(subscriber), subscriber));
