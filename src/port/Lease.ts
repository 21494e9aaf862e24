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
  /** An expired lease that this call reaps dead-letters its message, where its failures reach this number. */
  readonly attemptsMax: number;
  /** A message that was leased this often in a row without a settlement that counts is dead-lettered instead. */
  readonly deliveriesMax: number;
  /** What the consumer has unsettled at this time: decides whether it may be given a suspect. */
  readonly hands: Hands;
  /** Whether the request should leave within the call, where nothing before it is in its way: the process may be busy then. Default false. */
  readonly atOnce?: boolean;
  /**
   * Whether only one consumer at a time is served: the owner. It owns the queue for `leaseMs` from each of its leases (empty ones
   * too) and from each extension of a live lease of the queue, and while it waits. A consumer that takes over first reaps all leases
   * of the queue, counted, in order.
   */
  readonly exclusive: boolean;
}

/**
 * What a consumer has unsettled when it asks for more. "empty": nothing. "proven": only messages that it has had for a third of
 * their lease or longer, so that none of them kills the process at once. "full": others as well.
 */
export type Hands = "empty" | "proven" | "full";

/** One message in hand. */
export interface Lease extends Envelope {
  /** Unique to this delivery: the fence of every settlement and extension. */
  readonly token: string;
  readonly payload: string;
  /** Failures so far + 1. */
  readonly attempt: number;
  /** Whether its latest lease ended unsettled, so that it may have killed its process. Then it came alone. */
  readonly suspect: boolean;
  /** The store's clock at the lease: `Attempt.nowMs` counts on from it. */
  readonly leasedAtMs: number;
  /**
   * A time by `scheduler.now()` before which the lease did not begin, so that it does not end before `leaseMs` from then. Left out
   * where the lease began as it arrived. It matters since a reply may lie for long in a process that is busy.
   */
  readonly askedMs?: number;
  /** Why this version cannot read the message. It is poison; `payload` is the whole text of it, as it stands in the store. */
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
  /** How many of the leases, the last ones, are in the consumer's hands and were not begun. Default 0. */
  readonly unbegun?: number;
  /** Whether some may be past their end: then the call takes effect before any `lease` that is made after it. Default false. */
  readonly late?: boolean;
}
