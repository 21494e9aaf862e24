/** The operator that gathers messages. */
import { Observable, type OperatorFunction, type SchedulerLike } from "rxjs";
import type { Batch } from "../core/Batch.js";
import type { Message } from "../core/Message.js";
import { duration, type Options, optionsOf, wholeNumber } from "../core/options.js";
import { observe } from "./internal/observe.js";
import { Windows } from "./internal/Windows.js";

export type BatchOptions<A> = Options<{
  /** How many messages a full window has, 1 or more; not above a prefetch that was given. Default 100, or the prefetch if less. */
  sizeMax: number;
  /** Milliseconds from a window's first message to its end. Default 50; 0 is the current burst. */
  waitMsMax: number;
  /** The group of a message; each group has a window of its own. Default: one window for all. */
  by: (message: Message<A>) => string;
  /** The clock of the windows. Default: that of the first message's store. */
  scheduler: SchedulerLike;
}>;

/**
 * Gathers messages into batches: a window closes when it is full, or `waitMsMax` after its first message.
 *
 * ```text
 * -a-b-c-----d------|
 *
 * > batch({ sizeMax: 3, waitMsMax: 4 })
 *
 * -----x---------y--|
 * x := [a,b,c]
 * y := [d]
 * ```
 *
 * Errors: `InvalidConfig` at the first message where `sizeMax` is above a prefetch that was given (such a window would never
 * fill). Throws `InvalidConfig` for options out of range. The errors of the source.
 *
 * Delivery: the leases of messages in a window are renewed. A message leaves its window if its lease is lost, or if its source has
 * stopped for good, which then gives it back. A message on which `by` throws is settled like an undecided failure. When the source
 * completes, all windows close.
 *
 * Memory: as many messages as its source allows unsettled (without a prefetch: one window that gathers, and one for each work
 * behind). A group is forgotten when its window closes.
 *
 * Cancelling: unsubscribing lets go of all messages in windows; their source then gives them back.
 *
 * @param options `sizeMax` (messages, default 100), `waitMsMax` (milliseconds, default 50), `by` (a window for each group),
 *   `scheduler` (default: the store's)
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { batch, handle, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const rows = queue(memoryStore(), { name: "rows", codec: t.number });
 * await rows.enqueueAll([1, 2, 3]);
 * rows
 *   .messages({ prefetch: 1_000 })
 *   .pipe(batch({ sizeMax: 500, waitMsMax: 10 }), handle(async (b) => console.log(b.data)), settle(), take(3))
 *   .subscribe();
 * ```
 */
export const batch = <A>(options: BatchOptions<A> = {}): OperatorFunction<Message<A>, Batch<A>> => {
  const { sizeMax, waitMsMax, by, scheduler } = optionsOf(options, ["sizeMax", "waitMsMax", "by", "scheduler"]);
  const checked = {
    sizeMax:
      sizeMax === undefined ? undefined : wholeNumber("sizeMax", sizeMax, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    waitMsMax: wholeNumber("waitMsMax", waitMsMax ?? 50, duration),
    by,
    scheduler,
  };
  return (source) =>
    new Observable((subscriber) => {
      const windows = new Windows<A>(checked, subscriber);
      subscriber.add(() => windows.end());
      observe(source, windows, subscriber);
    });
};
