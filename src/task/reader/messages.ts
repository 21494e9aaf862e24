/** Settling as tasks that compose with those that need a store. A message knows its own store, so they use no other. */
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import type { Message } from "../../core/Message.js";
import * as messages from "../messages.js";
import type { StoreTask } from "./StoreTask.js";

/** A task on a message, typed as one that needs a store. */
export type OnMessage<A, E> = (message: Message<unknown>) => StoreTask<A, E>;
/** The type of a task on a message, changed to an `OnMessage`. */
export type Lifted<F> = F extends (...args: infer P) => (message: Message<unknown>) => TaskEither<infer E, infer A>
  ? (...args: P) => OnMessage<A, E>
  : never;

const lift =
  <P extends ReadonlyArray<unknown>, A, E>(make: (...args: P) => (message: Message<unknown>) => TaskEither<E, A>) =>
  (...args: P): OnMessage<A, E> =>
  (message) =>
  () =>
    make(...args)(message);

/** Settles by this outcome; answers the outcome that the store performed. */
export const settle: Lifted<typeof messages.settle> = lift(messages.settle);
/** Done: the message is gone. Idempotent. */
export const ack: ReturnType<Lifted<() => typeof messages.ack>> = lift(() => messages.ack)();
/** Failed, to be tried again after `delayMs` (milliseconds, at once without it). */
export const retry: Lifted<typeof messages.retry> = lift(messages.retry);
/** Given back to the front, uncounted. */
export const release: Lifted<typeof messages.release> = lift(messages.release);
/** To the dead letters, now. */
export const reject: Lifted<typeof messages.reject> = lift(messages.reject);
/** Kept in its place until it is unblocked. */
export const block: Lifted<typeof messages.block> = lift(messages.block);
/** Makes the lease end `leaseMs` milliseconds from now. */
export const extend: Lifted<typeof messages.extend> = lift(messages.extend);
