/**
 * What a store with queues does besides `write`: leases with fences, and what people do with a queue.
 *
 * Meaning common to all stores (the conformance suite states each as a case):
 *
 * - A message is in exactly one place: ready, waiting (behind its key's head), delayed, leased, blocked, or dead; acked and
 *   purged ones are only counted. enqueued = the sum of all eight, in every atomic reading of `stats`.
 * - Order. Ready messages are leased by priority, then in order. Lower priorities keep a reserve: of the messages leased while
 *   several priorities have some, every eighth is taken from a lower one, these in turn.
 *   Per key one message at a time, in enqueue order: the head is ready, delayed, leased or blocked, the others wait.
 *   Within a priority what returns (Release, expiry, unblock, a due Retry) stands before what was never leased, in the order
 *   in which it was leased for the first time: whenever and however often it returns, in however many calls, and whoever
 *   leases in between, it finds its former place. First deliveries join the end when they are due, as followers do when
 *   they are promoted; a redriven message is new.
 * - A delayed first delivery is not in its key's line: it joins the end of it when it is due, as if enqueued then. A message
 *   that was leased before and is delayed (Retry, Release) holds its place at the head meanwhile.
 * - Due times are acted upon by the next `lease`, `peek` or `stats`, and before messages of keys are taken in.
 * - A token names one delivery. It is live until it is settled or reaped; whoever holds a dead token changes nothing and is
 *   answered `LeaseLost`. A lease past its end is reaped as soon as a `lease` comes to it (of a queue that is neither
 *   paused nor halted): counted as a failure, and dead-lettered with the cause "lease expired" where failures reach
 *   `attemptsMax`. Until then the token lives.
 * - One that kills its process takes no neighbours along: a message whose latest lease ended unsettled is a suspect.
 *   It is leased as the only message of a reply, to a consumer whose hands are empty, or (once, after the first such end)
 *   proven. Where a suspect is next in line and the request may not have it, what stands before it is leased; where that is
 *   nothing, the answer is an empty list at once, even to a request that may wait.
 * - What was never begun does not pay for its process: the end of a lease whose latest extension said so counts neither as a
 *   failure nor as a delivery, also where it were the last one allowed. Its message is a suspect like any other, and after two such
 *   ends in a row, when it comes into empty hands only and so begins at once, it counts whatever is said.
 * - Not begun any more: where a lease would take a message past its `expiresInMs`, or for more than the `deliveriesMax`th time
 *   in a row without a settlement that counts (Release does not; a lease that was taken back or never begun is no delivery),
 *   the message is dead-lettered instead, not counted as a failure. Redrive forgets both.
 * - No call is long: of what is due, and of what ended, it takes up at least 1,000 messages (or 2 MiB), the earliest first, of
 *   what is blocked as many as it is told (or 2 MiB), the oldest blocks first; the next calls go on. From then on each stands in its
 *   place and is delivered before all behind it. Only while some of more than that are not taken up yet may others that
 *   were leased after them come first.
 * - Whatever counts as a failure (Retry, Reject, Block, expiry) joins the history, the last one of a dead letter included.
 *   Unblock "retry" and redrive begin again at attempt 1 and keep the history.
 * - A dedupe id with a window without end is free again once its message is acked, dead-lettered or purged.
 * - Time is the store's own: `leasedAtMs`, due times and expiry come from one clock per store.
 */
import type { Either } from "fp-ts/lib/Either.js";
import type { Effect } from "../core/Effect.js";
import type { LeaseLost } from "../core/SluiceError.js";
import type { Inspect } from "./Inspect.js";
import type { ConsumerName, ExtendRequest, Lease, LeaseRequest } from "./Lease.js";

/** Queues: leasing from them, and looking after them. Messages come in and are settled by `write`. */
export interface QueuePort extends Inspect {
  /**
   * Takes up to `max` messages, waiting up to `waitMsMax` for the first: emits once, an empty list when the time is over.
   * Unsubscribing before that returns whatever would have come, uncounted and in order.
   * Fails with `StoreUnavailable`; nothing is lost then either: what the lost reply held expires.
   */
  readonly lease: (request: LeaseRequest) => Effect<ReadonlyArray<Lease>>;
  /** Makes each live lease end `leaseMs` from now; one answer per lease, in order, in one round trip. */
  readonly extend: (request: ExtendRequest) => Effect<ReadonlyArray<Either<LeaseLost, void>>>;
  /**
   * Says that a consumer is gone, after it released what it held: an exclusive queue passes to the next one at once, and
   * a wake-up that it may have taken is passed on.
   */
  readonly leave: (consumer: ConsumerName) => Effect<void>;
}
