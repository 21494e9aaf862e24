/** The operator that writes along with the ack. */
import { isLeft, left } from "fp-ts/lib/Either.js";
import { type MonoTypeOperatorFunction, map } from "rxjs";
import { Threw } from "../core/Failure.js";
import { type Handled, handled } from "../core/Handled.js";
import type { Message } from "../core/Message.js";
import { atomically, refusalOf, type Write } from "../core/Write.js";

/** The writes commit together with one step more: the ack. */
const THE_ACK = 1;

/**
 * Gives a successful result writes that commit with its `Ack`, or not at all: what is written exists exactly when the message is
 * done.
 *
 * ```text
 * -a-b-----|
 * a := Right(1)
 * b := Failed
 *
 * > followUp((result) => [shipments.enqueue(result)])
 *
 * -x-y-----|
 * x := Right(1) with 1 write
 * y := Failed
 * ```
 *
 * Errors: none. Where `next` throws, or its writes are known to be refused (`EncodeRefused`, `PayloadTooLarge`, `WriteTooLarge`,
 * writes of several stores), the result becomes a `Threw` failure with that error. The decisions that follow decide it, so put
 * `followUp` before them. Some refusals show only later: writes of another store than the message's, or another message to be
 * acked along that is lost by then. After these `settle` retries the message by default; after a conflict with what is there by
 * then (`VersionConflict`, `RecordConflict`) it releases the message, so that its handler decides anew at once. A full Redis still takes writes that
 * commit with an ack.
 *
 * @param next makes the writes for a result that is undecided or acked: `queue.enqueue` and other writes of the same store
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { followUp, handle, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const store = memoryStore();
 * const orders = queue(store, { name: "orders", codec: t.string });
 * const shipments = queue(store, { name: "shipments", codec: t.string });
 * await orders.enqueue("o-1");
 * orders
 *   .messages()
 *   .pipe(
 *     handle(async (m) => `receipt of ${m.data}`),
 *     followUp((receipt) => [shipments.enqueue(receipt)]),
 *     settle(),
 *     take(1),
 *   )
 *   .subscribe((s) => console.log(s.outcome._tag));
 * ```
 */
export const followUp = <A, R, E>(
  next: (result: R, message: Message<A>) => ReadonlyArray<Write<unknown>>,
): MonoTypeOperatorFunction<Handled<A, R, E>> =>
  map((before) => {
    const { message, result, outcome } = before;
    if (isLeft(result) || (outcome !== undefined && outcome._tag !== "Ack")) return before;
    try {
      const followUps = [...before.followUps, ...next(result.right, message)];
      const refusal = followUps.length === 0 ? undefined : refusalOf(atomically(followUps), THE_ACK);
      if (refusal !== undefined) throw refusal;
      return handled({ message, result, outcome, followUps });
    } catch (cause) {
      return handled({ message, result: left(Threw(cause)), outcome: undefined, followUps: before.followUps });
    }
  });
