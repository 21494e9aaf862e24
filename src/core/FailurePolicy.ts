/** A FailurePolicy decides what becomes of a failed delivery. It is a plain function. Policies are a monoid: the first to decide wins. */

import type { Monoid } from "fp-ts/lib/Monoid.js";
import { brandOf, isMarked } from "./brand.js";
import type { Failure } from "./Failure.js";
import type { Message } from "./Message.js";
import { delivery } from "./Message.js";
import type { Outcome } from "./Outcome.js";
import { randomOf } from "./Random.js";

/** The delivery that failed, and the time and the random numbers by which a policy may decide. */
export interface Attempt {
  readonly message: Message<unknown>;
  /** By the clock that `message.enqueuedAtMs` was read from. */
  readonly nowMs: number;
  /** Numbers in [0, 1), seeded by the message's id: the same for every replay of this message. */
  readonly random: () => number;
}

const brand = brandOf("GiveUp");

/** The answer of a policy that tries no more. A later policy may still decide; if none does, the message is dead-lettered. */
export interface GiveUp {
  readonly _tag: "GiveUp";
}
/** Tries no more, and leaves it to the next policy what becomes of the message. */
export const GiveUp: GiveUp = Object.freeze(Object.defineProperty({ _tag: "GiveUp" } as const, brand, { value: true }));

/** Tells `GiveUp` from any other answer of a policy. */
export const isGiveUp = (answer: unknown): answer is GiveUp => isMarked(answer, brand);

/** Decides an outcome, gives up, or leaves the failure to the next policy by `undefined`. */
export type FailurePolicy<E> = (failure: Failure<E>, attempt: Attempt) => Outcome | GiveUp | undefined;

/**
 * The monoid of policies. `concat(a, b)` asks b where a decides no outcome; where b decides nothing either, the answer of a
 * stands, so that a `GiveUp` is not forgotten. `empty` decides nothing.
 */
export const getPolicyMonoid = <E>(): Monoid<FailurePolicy<E>> => ({
  empty: () => undefined,
  concat: (first, second) => (failure, attempt) => {
    const answer = first(failure, attempt);
    return answer !== undefined && !isGiveUp(answer) ? answer : (second(failure, attempt) ?? answer);
  },
});

/** This delivery as an attempt, at the present time. */
export const attemptOf = (message: Message<unknown>): Attempt => ({
  message,
  nowMs: message[delivery].nowMs(),
  random: randomOf(message.id),
});
