/** For operators that users write: takes messages in hand. */

import type { Interrupted } from "../../core/Failure.js";
import { type Delivery, delivery, type Holder, type Message } from "../../core/Message.js";
import { optionsOf, wholeNumber } from "../../core/options.js";
import { reportUnhandled } from "./reportUnhandled.js";
import { Wanting } from "./Wanting.js";

export interface HoldOptions {
  /**
   * How many messages the operator wants in hand at a time, 1 or more; `Infinity` for as many as there may be. The source fetches as
   * many for it, beside those that other operators want. It bounds nothing: all of these may come to stand here. The prefetch does.
   */
  readonly count: number;
  /** How many messages the operator can only use together, such as the size of a window. Default 1: each is of use by itself. */
  readonly portion?: number | undefined;
}

/** The messages that one subscription of an operator has in hand. */
export interface Hold<A> {
  /**
   * Takes the message in hand: its lease is renewed until you let go. `onTaken` is called once if the message is taken away before
   * that: its lease was lost, or its source stops or pauses. Do not emit it then: its source does what is left to do.
   */
  readonly take: (message: Message<A>, onTaken: (reason: Interrupted["reason"]) => void) => void;
  /** Lets go of the message. Emit first, then let go: a message that nobody has in hand and nobody settles may be given back. */
  readonly letGo: (message: Message<unknown>) => void;
  /** The subscription has ended: lets go of all messages in hand, and wants no more. Add this to the subscriber before all else. */
  readonly end: () => void;
}

/**
 * For operators that keep messages for a while before they emit them. Call it once per subscription. A message that an operator keeps
 * without it loses its lease after `leaseMs`, and the source does not know how many messages to fetch.
 *
 * Errors: throws `InvalidConfig` for a `count` or `portion` out of range. Memory: one entry for each message in hand.
 *
 * @param options `count` (messages that it wants in hand) and `portion` (default 1)
 *
 * @example
 * ```ts
 * import { type MonoTypeOperatorFunction, Observable } from "rxjs";
 * import type { Message } from "sluice";
 * import { hold } from "sluice/store";
 *
 * // Emits messages two by two, the later one first.
 * export const swapped = <A>(): MonoTypeOperatorFunction<Message<A>> => (source) =>
 *   new Observable((subscriber) => {
 *     const hands = hold<A>({ count: 2, portion: 2 });
 *     let first: Message<A> | undefined;
 *     subscriber.add(hands.end);
 *     subscriber.add(
 *       source.subscribe({
 *         next: (message) => {
 *           if (first === undefined) {
 *             first = message;
 *             hands.take(message, () => (first = undefined));
 *             return;
 *           }
 *           const earlier = first;
 *           first = undefined;
 *           subscriber.next(message);
 *           subscriber.next(earlier);
 *           hands.letGo(earlier);
 *         },
 *         error: (cause) => subscriber.error(cause),
 *         complete: () => subscriber.complete(),
 *       }),
 *     );
 *   });
 * ```
 */
export const hold = <A>(options: HoldOptions): Hold<A> => {
  const { count, portion = 1 } = optionsOf(options, ["count", "portion"]);
  if (count !== Number.POSITIVE_INFINITY) wholeNumber("count", count, { min: 1, max: Number.MAX_SAFE_INTEGER });
  wholeNumber("portion", portion, { min: 1, max: Number.MAX_SAFE_INTEGER });
  // By delivery: when the operator lets go, the message may be another object, with its data mapped.
  const held = new Map<Delivery, Holder>();
  const wanting = new Wanting();
  const demand = { count, portion };
  const letGo = (of: Delivery): void => {
    const holder = held.get(of);
    if (holder === undefined) return;
    held.delete(of);
    of.letGo(holder);
  };
  return {
    take: (message, onTaken) => {
      const of = message[delivery];
      const holder: Holder = (reason) => {
        held.delete(of);
        // The source takes other messages away after this one, so an error of the user's callback must not end that.
        try {
          onTaken(reason);
        } catch (cause) {
          reportUnhandled(cause);
        }
      };
      held.set(of, holder);
      wanting.of(of.demands, demand);
      of.hold(holder);
    },
    letGo: (message) => letGo(message[delivery]),
    end: () => {
      wanting.end();
      for (const each of [...held.keys()]) letGo(each);
    },
  };
};
