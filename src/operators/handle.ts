/** The operator that runs works. */
import type { OperatorFunction } from "rxjs";
import type { Batch } from "../core/Batch.js";
import type { Handled } from "../core/Handled.js";
import type { Message } from "../core/Message.js";
import type { CallIt, DataOf, ErrorOf, ResultOf, Uncalled, Work } from "../core/Work.js";
import { type HandleOptions, handleWith } from "./internal/handleWith.js";
import type { HandleContext } from "./internal/WorkContext.js";

/**
 * Runs a work for each message (or batch), up to `concurrency` at a time. Emits one `Handled` per message, in the order in which
 * works end. It does not settle: put `settle()` at the end of the pipeline.
 *
 * ```text
 * -a-b-c-----------|
 * a := takes 5 ms
 * b := takes 9 ms
 * c := takes 2 ms
 *
 * > handle(work, { concurrency: 2, timeoutMs: 6 })
 *
 * ------x-zy-------|
 * x := a: Right
 * z := c: Right
 * y := b: TimedOut(6)
 * ```
 *
 * The work is an Observable (an Effect is one), an awaitable, a Task or a TaskEither; its last value counts. A `Left` is a
 * failure wherever it comes from, an `Outcome` is performed, any other value is the result and an `Ack`. The result of a batch is the
 * result of each of its messages. Where a message of a batch loses its lease, it alone is emitted as `Interrupted`; the work goes on
 * unless all are lost.
 *
 * Errors: none of the handler's. These are `Threw` failures: what the handler throws, a work without a value, a value that is itself
 * a work (a Task in a promise, which nobody would run), and a value that only looks like an Outcome (a hand-written
 * `{ _tag: "Retry" }`, or `Reject` without its call). `InvalidConfig` at the first message where `concurrency` is above a prefetch
 * that was given. Throws `InvalidConfig` for options out of range. The errors of the source.
 *
 * Delivery: the lease of a message is renewed while it waits or runs. At least once: an interrupted work may have done its part
 * already.
 *
 * Memory: as many messages as its source allows unsettled, waiting or running. A source without a prefetch asks for `concurrency`.
 *
 * Cancelling: unsubscribing unsubscribes the works and lets go of all messages; their source then gives them back. A timeout, a lost
 * lease and a stop each unsubscribe one work; a pause of the queue takes away messages that have not begun. A promise cannot be
 * unsubscribed: use the context's `signal`.
 *
 * @param work called with the message or batch, and a context whose `signal` aborts when the work is unsubscribed
 * @param options `concurrency` (works at a time, default 16; 4 of batches, since each has many messages), `timeoutMs`
 *   (milliseconds, default 300,000), `scheduler` (default: the store's)
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { handle, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const urls = queue(memoryStore(), { name: "urls", codec: t.string });
 * await urls.enqueue("data:text/plain,hello");
 * urls
 *   .messages()
 *   .pipe(
 *     handle(async (m, { signal }) => (await fetch(m.data, { signal })).text(), { concurrency: 20, timeoutMs: 5_000 }),
 *     settle(),
 *     take(1),
 *   )
 *   .subscribe((s) => console.log(s.outcome._tag));
 * ```
 */
export function handle<D extends Message<unknown> | Batch<unknown>, W extends Work>(
  work: (delivery: D, context: HandleContext) => W & Uncalled<W>,
  options?: HandleOptions,
): OperatorFunction<D, [W] extends [never] ? Handled<DataOf<D>, never, never> : CallIt>;
export function handle<D extends Message<unknown> | Batch<unknown>, W extends Work>(
  work: (delivery: D, context: HandleContext) => W,
  options?: HandleOptions,
): OperatorFunction<D, Handled<DataOf<D>, ResultOf<W>, ErrorOf<W>>>;
export function handle<D extends Message<unknown> | Batch<unknown>>(
  work: (delivery: D, context: HandleContext) => Work,
  options: HandleOptions = {},
): OperatorFunction<D, unknown> {
  return handleWith({ work }, options);
}
