/** The operator that drops messages by their data, and settles them. */
import { type MonoTypeOperatorFunction, Observable, type OperatorFunction } from "rxjs";
import type { Message } from "../core/Message.js";
import { Ack, isOutcome, type Outcome } from "../core/Outcome.js";
import { notAnOutcome } from "../core/options.js";
import { settleAside, settleThrown } from "./internal/defaultOutcome.js";
import { observe } from "./internal/observe.js";

/**
 * Passes the messages whose data is wanted, and settles the others. Do not use rxjs `filter` for this: nobody settles the messages
 * that it drops, so they come again when their leases expire.
 *
 * ```text
 * -a-b-c---|
 *
 * > filterData((data) => data !== "b")
 *
 * -a---c---|
 *
 * ---x------
 * x := b: Ack
 * title = settled
 * ```
 *
 * Errors: none of its own; throws `InvalidConfig` where `otherwise` is no outcome. A message on which `keep` throws is settled
 * like an undecided failure (retried with backoff until the queue's `attemptsMax`); the stream goes on.
 *
 * Delivery: the queue's `events$` tell how the settlements of dropped messages ended; they are not emitted here.
 *
 * @param keep whether the data is wanted; a type guard narrows the messages that follow
 * @param otherwise the outcome of dropped messages, default `Ack`
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { filterData, handle, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const totals = queue(memoryStore(), { name: "totals", codec: t.number });
 * await totals.enqueueAll([0, 7]);
 * totals
 *   .messages()
 *   .pipe(filterData((total) => total > 0), handle(async (m) => console.log(m.data)), settle(), take(1))
 *   .subscribe();
 * ```
 */
export function filterData<A, B extends A>(
  keep: (data: A) => data is B,
  otherwise?: Outcome,
): OperatorFunction<Message<A>, Message<B>>;
export function filterData<A>(keep: (data: A) => boolean, otherwise?: Outcome): MonoTypeOperatorFunction<Message<A>>;
export function filterData<A>(
  keep: (data: A) => boolean,
  otherwise: Outcome = Ack,
): MonoTypeOperatorFunction<Message<A>> {
  if (!isOutcome(otherwise)) throw notAnOutcome("otherwise");
  return (source) =>
    new Observable((subscriber) => {
      const next = (message: Message<A>): void => {
        let wanted: boolean;
        try {
          wanted = keep(message.data);
        } catch (cause) {
          settleThrown(message, cause);
          return;
        }
        if (wanted) subscriber.next(message);
        else settleAside(message, otherwise);
      };
      observe(
        source,
        { next, error: (cause) => subscriber.error(cause), complete: () => subscriber.complete() },
        subscriber,
      );
    });
}
