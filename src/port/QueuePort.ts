/**
 * What a store with queues does besides `write`: it leases messages with fences, and it does what people ask of a queue.
 *
 * Meaning common to all stores (the conformance suite states each as a case):
 *
 * - A message is in exactly one place: ready, waiting (behind the head of its key), delayed, leased, blocked, or dead. Acked and
 *   purged ones are only counted. In every answer of `stats`, `enqueued` is the sum of all eight.
 * - Order. Ready messages are leased by priority, then in order. Lower priorities keep a reserve: of the messages leased while
 *   several priorities have some, every eighth is taken from a lower one, these in turn.
 *   Per key one message at a time, in enqueue order: the head is ready, delayed, leased or blocked, the others wait.
 *   Within a priority, messages that return (Release, expiry, unblock, a due Retry) stand before those that were never leased, in
 *   the order of their first leases. So a message finds its former place whenever and however often it returns, in however many
 *   calls, and whoever leases in between. First deliveries join the end when they are due, as followers do when their head has
 *   left; a redriven message is new.
 * - A delayed first delivery is not in the line of its key: it joins the end when it is due, as if it were enqueued then. A message
 *   that was leased before and is delayed (Retry, Release) keeps its place at the head meanwhile.
 * - The next `lease`, `peek`, `stats` or `heads` makes due messages ready, and so does a call that takes in messages of keys, or purges
 *   the followers of one, before it does.
 * - A token names one delivery. It is live until the delivery is settled or reaped; whoever has a dead token changes nothing and is
 *   answered `LeaseLost`. A lease past its end is reaped as soon as a `lease` comes to it (of a queue that is neither
 *   paused nor halted): it counts as a failure, and where the failures reach `attemptsMax` the message is dead-lettered with the
 *   cause "lease expired". Until then the token is live.
 * - A message that kills its process takes no neighbours along: one whose latest lease ended unsettled is a suspect. It is leased as
 *   the only message of a reply, to a consumer whose hands are empty, or (once, after the first such end) proven. Where a suspect
 *   comes next and the request may not have it, the messages before it are leased. Where there are none, the answer is an
 *   empty list at once, even to a request that may wait.
 * - A message that was never begun does not pay for its process: where the latest extension of a lease said that it was not begun,
 *   its end counts neither as a failure nor as a delivery, even if it were the last one allowed. Its message is a suspect like any
 *   other. After two such ends in a row it comes into empty hands only, where it begins at once; so from then on an end counts,
 *   whatever the extension said.
 * - Not begun any more: a message is dead-lettered instead of leased, without counting a failure, where it is past its
 *   `expiresInMs`, or where it would be leased for more than the `deliveriesMax`th time in a row without a settlement that counts.
 *   A Release does not count, and a lease that was taken back or never begun is no delivery. Redrive forgets both bounds.
 * - No call is long. It takes up at least 1,000 messages (or 2 MiB) of those that are due, and of those whose leases ended, the
 *   earliest first; of the blocked ones as many as it is told (or 2 MiB), the oldest blocks first. The next calls go on. What was
 *   taken up stands in its place, and is delivered before all messages behind it. Only while there are more than that, and some are
 *   not taken up yet, may others that were leased after them come first.
 * - Whatever counts as a failure (Retry, Reject, Block, expiry) joins the history, also the last one of a dead letter.
 *   Unblock "retry" and redrive begin again at attempt 1 and keep the history.
 * - Marks. A message keeps the mark of its enqueue until it leaves the queue, and `heads` tells it while the message is the head of its
 *   key, wherever the message is. Whoever becomes the head next tells its own mark or, if it has none, none. Redrive forgets the mark.
 * - A dedupe id with a window without end is free again once its message is acked, dead-lettered or purged.
 * - Time is the store's own: `leasedAtMs`, due times and expiry come from one clock per store.
 */
import type { Either } from "fp-ts/lib/Either.js";
import type { Effect } from "../core/Effect.js";
import type { LeaseLost } from "../core/SluiceError.js";
import type { Inspect } from "./Inspect.js";
import type { ConsumerName, ExtendRequest, Lease, LeaseRequest } from "./Lease.js";

/** The head of a key: the one of its messages that is ready, leased, blocked, or delayed after it was leased. */
export interface KeyHead {
  /** The mark with which it was enqueued; undefined where it has none. */
  readonly mark: string | undefined;
  /** Whether it is blocked, with either scope. */
  readonly blocked: boolean;
}

/** Leases messages of queues, and looks after queues. Messages are enqueued and settled by `write`. */
export interface QueuePort extends Inspect {
  /**
   * Leases up to `max` messages, and waits up to `waitMsMax` for the first. Emits once: an empty list where the time is over.
   * Unsubscribing before that gives back whatever would have come, uncounted and in order. Where it fails with `StoreUnavailable`
   * nothing is lost either: messages of a lost reply come again when their leases end.
   */
  readonly lease: (request: LeaseRequest) => Effect<ReadonlyArray<Lease>>;
  /** Makes each live lease end `leaseMs` from now. One answer per lease, in order, in one round trip. */
  readonly extend: (request: ExtendRequest) => Effect<ReadonlyArray<Either<LeaseLost, void>>>;
  /**
   * Says that a consumer is gone, after it has released its messages. An exclusive queue passes to the next consumer at once, and
   * a hint that the consumer may have taken is passed on.
   */
  readonly leave: (consumer: ConsumerName) => Effect<void>;
  /**
   * The heads of up to 1,000 keys, in their order and as they are at one moment; undefined for a key that is free. What is due is taken up
   * first, as `stats` does.
   */
  readonly heads: (request: {
    readonly queue: string;
    readonly keys: ReadonlyArray<string>;
  }) => Effect<ReadonlyArray<KeyHead | undefined>>;
}
