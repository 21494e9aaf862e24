/** Tasks on messages: each way of settling, and two forms of a message that functional users know. */
import { type Either, left } from "fp-ts/lib/Either.js";
import type { IO } from "fp-ts/lib/IO.js";
import type { ExtendError, Message } from "../core/Message.js";
import type { MessageId } from "../core/MessageId.js";
import { Block, type Outcome, Reject, Release, Retry } from "../core/Outcome.js";
import { type SettleError, type SluiceError, toSluiceError } from "../core/SluiceError.js";
import { fromLazy, type QueueTask } from "./fromEffect.js";

/** Settles by this outcome; answers the outcome that the store performed. Errors: `LeaseLost`, `AlreadySettled`, `StoreUnavailable`. */
export const settle =
  (outcome: Outcome) =>
  (message: Message<unknown>): QueueTask<Outcome, SettleError> =>
    fromLazy(() => message.settle(outcome));

/** Done: the message is gone. Idempotent. */
export const ack = (message: Message<unknown>): QueueTask<Outcome, SettleError> => fromLazy(() => message.ack);

/** Failed, to be tried again after `delayMs` (milliseconds, at once without it); answers `Reject` when out of attempts. */
export const retry = (fields: {
  readonly cause: unknown;
  readonly delayMs?: number | undefined;
}): ((message: Message<unknown>) => QueueTask<Outcome, SettleError>) => settle(Retry(fields));

/** Given back to the front, uncounted. */
export const release = (fields: {
  readonly reason: string;
}): ((message: Message<unknown>) => QueueTask<Outcome, SettleError>) => settle(Release(fields));

/** To the dead letters, now. */
export const reject = (fields: {
  readonly cause: unknown;
}): ((message: Message<unknown>) => QueueTask<Outcome, SettleError>) => settle(Reject(fields));

/** Kept in its place until it is unblocked; its key, or the whole queue, waits behind it. */
export const block = (fields: {
  readonly cause: unknown;
  readonly scope: "key" | "queue";
}): ((message: Message<unknown>) => QueueTask<Outcome, SettleError>) => settle(Block(fields));

/** Makes the lease end `leaseMs` milliseconds from now. Errors: `LeaseLost`, `InvalidConfig`. */
export const extend =
  (leaseMs: number) =>
  (message: Message<unknown>): QueueTask<void, ExtendError> =>
    fromLazy(() => message.extend(leaseMs));

/** A message whose `acknowledge` is a task, done when the store has confirmed. */
export interface TaskMessage<out A> {
  readonly id: MessageId;
  readonly data: A;
  readonly acknowledge: QueueTask<Outcome, SettleError>;
}

/** A message whose `acknowledge` returns at once. The answer goes to the `report` of `toIOMessage`. */
export interface IOMessage<out A> {
  readonly id: MessageId;
  readonly data: A;
  readonly acknowledge: IO<void>;
}

/** A message with an `acknowledge` to wait for. */
export const toTaskMessage = <A>(message: Message<A>): TaskMessage<A> => ({
  id: message.id,
  data: message.data,
  acknowledge: ack(message),
});

/** A message with an `acknowledge` that nobody waits for. `report` gets its answer, so that no failure is lost. */
export const toIOMessage =
  (report: (answer: Either<SluiceError, Outcome>) => IO<void>) =>
  <A>(message: Message<A>): IOMessage<A> => ({
    id: message.id,
    data: message.data,
    acknowledge: () => {
      ack(message)().then(
        (answer) => report(answer)(),
        (cause: unknown) => report(left(toSluiceError(cause)))(),
      );
    },
  });
