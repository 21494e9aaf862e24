/** The operator that writes along with the ack. */
import { isLeft, left } from "fp-ts/lib/Either.js";
import { type MonoTypeOperatorFunction, map } from "rxjs";
import { Threw } from "../core/Failure.js";
import { type Handled, handled } from "../core/Handled.js";
import type { Message } from "../core/Message.js";
import { atomically, refusalOf, type Write } from "../core/Write.js";

/** The step with which the writes commit. */
const THE_ACK = 1;

/**
 * Gives a successful result writes that commit with its `Ack`, or not at all: what follows from a message exists exactly
 * when the message is done.
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
 * Errors: none. Where `next` throws, or where its writes are known not to fit (`EncodeRefused`, `PayloadTooLarge`,
 * `WriteTooLarge`, writes of several stores), the result becomes a `Threw` failure with that error, for the decisions that
 * follow: put `followUp` before them. Only what shows later (writes of another store than the message's, another message that
 * was to be acked along and is lost by then) makes `settle` retry the message by default. A full Redis takes what is written
 * along with an ack.
 *
 * @param next makes the writes of a result that is undecided or acked; `queue.enqueue` and other writes of the same store
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
