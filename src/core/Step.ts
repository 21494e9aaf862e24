/** What a write consists of: pure data, understood by every store. */
import type { Either } from "fp-ts/lib/Either.js";
import type { SchedulerLike } from "rxjs";
import type { Effect } from "./Effect.js";
import type { MessageId } from "./MessageId.js";
import type { Outcome } from "./Outcome.js";
import type { WriteRefused } from "./SluiceError.js";

/** Adds one message to a queue. */
export interface EnqueueStep {
  readonly _tag: "Enqueue";
  readonly queue: string;
  readonly id: MessageId;
  /** Opaque to stores: what `codec/` made of the data. */
  readonly payload: string;
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Milliseconds until it is due; 0 is at once. */
  readonly delayMs: number;
  /** 0 (default) to 9; higher levels are delivered first, lower ones keep a reserve. */
  readonly priority: number;
  /**
   * Milliseconds from its enqueue, by the store's clock, after which it is not begun any more: what would be leased later is
   * dead-lettered instead. Undefined: never. 0 lets it be leased within the millisecond of its enqueue.
   */
  readonly expiresInMs: number | undefined;
  /**
   * A second enqueue with the same text within the window adds nothing and answers with the first one's id. A window of
   * `Infinity` ends when the message leaves the queue: acked, dead-lettered or purged. The first one's window stands.
   */
  readonly dedupe: { readonly id: string; readonly windowMs: number } | undefined;
}

/** Ends one lease. The token is the fence: without a live lease of this token the whole list is refused. */
export interface SettleStep {
  readonly _tag: "Settle";
  readonly queue: string;
  readonly id: MessageId;
  readonly token: string;
  readonly outcome: Outcome;
  /** The outcome's cause or reason as one line, kept in history and dead letters. */
  readonly cause: string;
  /** A `Retry` by which the failures reach this count is performed as a `Reject`. */
  readonly attemptsMax: number;
  /** Of a `Release`: nobody had it in hand yet, so it does not count among the deliveries without a settlement either. */
  readonly untouched?: boolean | undefined;
}

export type Step = EnqueueStep | SettleStep;

/** What a store did for one step, in the order of the steps. */
export type StepResult =
  | { readonly _tag: "Enqueued"; readonly id: MessageId; readonly duplicate: boolean }
  | { readonly _tag: "Settled"; readonly outcome: Outcome };

/** One list's answer: the results of all its steps, or why none was done. */
export type WriteAnswer = Either<WriteRefused, ReadonlyArray<StepResult>>;

/** At most this many steps in one atomic list. */
export const WRITE_COUNT_MAX = 1_000;
/** At most this many bytes of payload in one atomic list: 8 MiB. */
export const WRITE_BYTES_MAX: number = 8 * 1024 * 1024;

/** The part of a store that changes queues; `Store` extends it. */
export interface WriteTarget {
  /** The clock of whatever waits for it: `retry` of a Write. Default: the system's. */
  readonly scheduler?: SchedulerLike;
  /**
   * Each inner list is all or nothing: everything is checked before anything is applied. The outer list is one round
   * trip with one answer each, in order. `writeId` makes a resend harmless: the same id again within an hour answers
   * what the first run answered and changes nothing.
   */
  readonly write: (lists: ReadonlyArray<ReadonlyArray<Step>>, writeId: string) => Effect<ReadonlyArray<WriteAnswer>>;
}
