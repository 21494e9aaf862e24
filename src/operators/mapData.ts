/** The operator that changes data. */
import { Observable, type OperatorFunction } from "rxjs";
import { delivery, type Message, messageOf } from "../core/Message.js";
import { settleThrown } from "./internal/defaultOutcome.js";
import { observe } from "./internal/observe.js";

/**
 * Changes the data of each message and keeps its lease: acking the result acks the original.
 *
 * ```text
 * -a-b-----|
 *
 * > mapData((data) => data.toUpperCase())
 *
 * -x-y-----|
 * x := A
 * y := B
 * ```
 *
 * Errors: none of its own. A message on which `f` throws is settled like an undecided failure (retried with backoff until
 * the queue's `attemptsMax`) and is not emitted; the stream goes on.
 *
 * @param f makes the new data
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { handle, mapData, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const names = queue(memoryStore(), { name: "names", codec: t.string });
 * await names.enqueue("ada");
 * names
 *   .messages()
 *   .pipe(mapData((name) => name.toUpperCase()), handle(async (m) => console.log(m.data)), settle(), take(1))
 *   .subscribe();
 * ```
 */
export const mapData =
  <A, B>(f: (data: A) => B): OperatorFunction<Message<A>, Message<B>> =>
  (source) =>
    new Observable((subscriber) => {
      const next = (message: Message<A>): void => {
        let data: B;
        try {
          data = f(message.data);
        } catch (cause) {
          settleThrown(message, cause);
          return;
        }
        subscriber.next(messageOf(message[delivery], data));
      };
      observe(
        source,
        { next, error: (cause) => subscriber.error(cause), complete: () => subscriber.complete() },
        subscriber,
      );
    });
