/** The operator that enqueues plain values. */
import { Observable, type OperatorFunction } from "rxjs";
import { duration, type Options, optionsOf, wholeNumber } from "../core/options.js";
import { WRITE_COUNT_MAX } from "../core/steps/Step.js";
import type { Enqueued, EnqueueOptions, Queue } from "../queue/Queue.js";
import { Chunks } from "./internal/Chunks.js";
import { observe } from "./internal/observe.js";

export type EnqueueToOptions<A> = Options<{
  /** How many values one write has at most, 1 to 1,000. Default 100. */
  sizeMax: number;
  /** Milliseconds that the first value of a write waits for others. Default 50; 0 is the current burst. */
  waitMsMax: number;
  /** How many writes are under way at a time, 1 or more. Default 1, which keeps the order of the values in the queue. */
  concurrency: number;
  /** The options of each value: its key, delay, priority, ids. */
  options: (data: A) => EnqueueOptions;
}>;

const NAMES = ["sizeMax", "waitMsMax", "concurrency", "options"] as const;

/**
 * Enqueues plain values in atomic chunks, with `concurrency` writes under way at a time. Emits what became of each value, in the
 * order of the values: its id, and whether it is a duplicate.
 *
 * ```text
 * -a-b-c-----d------|
 *
 * > enqueueTo(queue, { sizeMax: 3, waitMsMax: 4 })
 *
 * -----(xyz)-----w--|
 * x := id of a
 * y := id of b
 * z := id of c
 * w := id of d
 * ```
 *
 * Errors: `EncodeRefused`, `PayloadTooLarge`, `InvalidConfig` for a value: nothing of its chunk is enqueued, but the chunks before
 * it are. A store that is down or full is asked again, after longer delays (up to 2 s), until it answers: the same write never
 * doubles, and the queue's `events$` tell each failure. A chunk above 8 MiB is split. An error of the source is passed on once
 * all values before it are in the queue. Throws `InvalidConfig` for options out of range.
 *
 * Delivery: a value whose id was emitted is in the queue. Where a value is refused, or the operator is unsubscribed, each chunk
 * that is under way is enqueued whole or not at all; give `dedupe` ids where the source is run again.
 *
 * Memory: the values that the source emits faster than the store takes them. RxJS has no backpressure: bound it at the source.
 *
 * Cancelling: unsubscribing recalls nothing and sends no more; values that wait are forgotten.
 *
 * @param queue where the values go
 * @param options `sizeMax` (values, default 100), `waitMsMax` (milliseconds, default 50), `concurrency` (writes, default 1),
 *   `options` (of each value)
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { from } from "rxjs";
 * import { enqueueTo, queue } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const numbers = queue(memoryStore(), { name: "numbers", codec: t.number });
 * from([1, 2, 3])
 *   .pipe(enqueueTo(numbers, { sizeMax: 500, options: (n) => ({ dedupe: { id: `row ${n}` } }) }))
 *   .subscribe(({ id, duplicate }) => console.log(id, duplicate));
 * ```
 */
export const enqueueTo = <A>(queue: Queue<A>, options: EnqueueToOptions<A> = {}): OperatorFunction<A, Enqueued> => {
  const { sizeMax, waitMsMax, concurrency, options: ofEach } = optionsOf(options, NAMES);
  const checked = {
    sizeMax: wholeNumber("sizeMax", sizeMax ?? 100, { min: 1, max: WRITE_COUNT_MAX }),
    waitMsMax: wholeNumber("waitMsMax", waitMsMax ?? 50, duration),
    concurrency: wholeNumber("concurrency", concurrency ?? 1, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    options: ofEach,
  };
  return (source) =>
    new Observable((subscriber) => {
      const chunks = new Chunks<A>(queue, checked, subscriber);
      subscriber.add(() => chunks.end());
      observe(source, chunks, subscriber);
    });
};
