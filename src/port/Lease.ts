/** What a consumer asks of a queue, and what it is given. */
import type { Envelope } from "../core/Envelope.js";
import type { MessageId } from "../core/MessageId.js";

export interface LeaseRequest {
  readonly queue: string;
  /** A name unique to one subscription; an exclusive queue belongs to one consumer at a time. */
  readonly consumer: string;
  /** At most this many messages, 1 or more. */
  readonly max: number;
  /** At most this many bytes of payload, but at least one message. */
  readonly bytesMax: number;
  readonly leaseMs: number;
  /** How long to wait for the first message, milliseconds; 0 asks once, Infinity waits without a timer of its own. */
  readonly waitMsMax: number;
  /** Failures at which an expired lease dead-letters its message; that of the `lease` which reaps it. */
  readonly attemptsMax: number;
  /** A message that was leased so often in a row without a settlement that counts is dead-lettered instead. */
  readonly deliveriesMax: number;
  /** What the consumer has unsettled besides: decides whether it may be given a suspect. */
  readonly hands: Hands;
  /** Whether it must be on its way when the call returns: what comes next may keep the process busy. Default false. */
  readonly atOnce?: boolean;
  /**
   * Whether only one consumer at a time is served. Its ownership lasts `leaseMs` from each of its leases (empty ones too)
   * and from each extension of a live lease of the queue, and while it waits; whoever takes over first reaps all leases of
   * the queue, counted, in order.
   */
  readonly exclusive: boolean;
}

/**
 * What a consumer has unsettled when it asks for more: nothing; only what was begun a third of its lease ago or longer, and
 * so kills nobody at once; or something else.
 */
export type Hands = "empty" | "proven" | "full";

/** One message in hand. */
export interface Lease extends Envelope {
  /** Unique to this delivery, made by the client: the fence of every settle and extend. */
  readonly token: string;
  readonly payload: string;
  /** Failures so far + 1. */
  readonly attempt: number;
  /** Whether its latest lease ended unsettled, so that it came alone: it may have killed its process. */
  readonly suspect: boolean;
  /** The store's clock at the lease: the base of `Attempt.nowMs`. */
  readonly leasedAtMs: number;
  /**
   * By `scheduler.now()`: it did not begin before that, and so does not end before `leaseMs` from then. Left out where it
   * began as it arrived. A reply may lie for long in a process that is busy.
   */
  readonly askedMs?: number;
  /** Why this version cannot read it: poison, whose payload is all that is kept of it, as it stands in the store. */
  readonly unreadable?: string;
}

export interface ConsumerName {
  readonly queue: string;
  readonly consumer: string;
}

export interface ExtendRequest {
  readonly queue: string;
  readonly leases: ReadonlyArray<{ readonly id: MessageId; readonly token: string }>;
  readonly leaseMs: number;
  /** So many of the leases, the last ones, wait in the consumer's hands and were not begun. Default 0. */
  readonly unbegun?: number;
  /** Some may be past their end already: it takes effect before any `lease` that is asked for after it. Default false. */
  readonly late?: boolean;
}
