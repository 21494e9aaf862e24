/** The public face of a queue. */
import type { Either } from "fp-ts/lib/Either.js";
import type { Observable, ObservableInput } from "rxjs";
import type { Effect } from "../core/Effect.js";
import type { MessageHeaders } from "../core/Envelope.js";
import type { Message } from "../core/Message.js";
import type { MessageId } from "../core/MessageId.js";
import type { Options } from "../core/options.js";
import type { ChangeError, EncodeRefused, PayloadTooLarge, ReadError, WriteError } from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type {
  BlockDecision,
  BlockTarget,
  Page,
  QueueStats,
  StoredBlock,
  StoredDeadLetter,
  StoredMessage,
} from "../port/Inspect.js";
import type { QueueStore } from "../port/Store.js";
import type { QueueDefinition } from "./QueueDefinition.js";
import type { QueueEvent } from "./QueueEvent.js";

/**
 * How one value is enqueued; all may be left out.
 *
 * Errors: `InvalidConfig` by the name of the option that is out of its limits or cannot be read. Nothing is enqueued then.
 */
export type EnqueueOptions = Options<{
  /**
   * At most 512 UTF-8 bytes; the empty text is a key. Default: what the definition's key function answers (a function that throws
   * refuses the value with `EncodeRefused`); without one the message has no key.
   */
  key: string;
  /**
   * Milliseconds until it is due, by the store's clock: it joins its key's line then. 0 to ten years, fractions allowed. Default
   * 0: at once.
   */
  delayMs: number;
  /**
   * Whole milliseconds from now, by the store's clock, after which it is not begun any more, 0 to ten years: then it is
   * dead-lettered as "expired before it was begun". Whatever gives it back, it is not begun again later. Default: never.
   */
  expiresInMs: number;
  /** A whole number from 0 (default) to 9: higher ones are delivered first; lower ones keep one delivery in eight. */
  priority: number;
  /** Texts that travel with the data: names and values have at most 8 KiB in all, as UTF-8. Default: none. */
  headers: MessageHeaders;
  /**
   * A UUID of the caller's, kept in lower case; a second enqueue of it within the definition's `dedupeMs` adds nothing and answers
   * `duplicate`. Default: a new one, which nothing repeats. Beside a `dedupe` it is the message's name and no more.
   */
  id: MessageId;
  /** A second enqueue of the same text adds nothing: it answers with the id of the first, and `duplicate`. Default: none. */
  dedupe: Dedupe;
}>;

/**
 * What makes an enqueue the same as an earlier one: an id, any text of at most 512 UTF-8 bytes. It is remembered for
 * `windowMs`, whole milliseconds from the first enqueue (24 days at most; default: the definition's `dedupeMs`; 0 forgets at
 * once), or until the message is settled for good: acked, dead-lettered or purged. What the first enqueue of an id says, stands.
 *
 * Errors: `InvalidConfig` for a `windowMs` beside an `until`.
 */
export type Dedupe =
  | { readonly id: string; readonly windowMs?: number | undefined; readonly until?: undefined }
  | { readonly id: string; readonly until: "settled"; readonly windowMs?: undefined };

/** What became of an enqueued value. */
export interface Enqueued {
  /** Its id, or that of the earlier message which it repeats. */
  readonly id: MessageId;
  /** Whether it repeats an earlier message, so that nothing was added. */
  readonly duplicate: boolean;
}

export type MessagesOptions = Options<{
  /**
   * The most messages that may be unsettled at a time, 1 to 10,000. Default: what the operators behind can run, and what they
   * settle while more is fetched; one more at least, 1,000 at most (unless a batch or a concurrency wants more). 32 where no
   * operator of this library tells: plain rxjs.
   */
  prefetch: number;
  /** A name for this consumer, in errors and for exclusive queues. Default: a unique one. */
  consumer: string;
  /** Instead of the definition's. Milliseconds, 10 or more. */
  leaseMs: number;
  /** Its first value stops the pulling (completion alone does not, as with takeUntil); what is in hand may settle for `stopMsMax`. */
  stop$: ObservableInput<unknown>;
  /** Milliseconds until what is unsettled after a stop is released. Default 30,000; 0 releases at once. */
  stopMsMax: number;
  /** How many settlements leave in one write at most, bursts of a batch apart. Default: the prefetch, or 1,000. */
  settleSizeMax: number;
  /**
   * How long a settlement may wait for others. Milliseconds, at most a third of the lease; default 0: for the current burst
   * only. What cannot wait does not: the second half of a lease, joins with other messages, whatever comes after a stop.
   */
  settleWaitMsMax: number;
}>;

export interface ReceiveOptions
  extends Options<{
    /** How long it waits for a first message. Milliseconds, default 0: it takes what is there. */
    waitMsMax: number;
    /** Instead of the definition's. Milliseconds, 10 or more. */
    leaseMs: number;
  }> {
  /** At most this many messages, 1 to 10,000. */
  readonly max: number;
}

/** What a stored message carries, for people to look at. */
export interface Shown<A> {
  /** Decoded, or the report why it cannot be. */
  readonly data: Either<ReadonlyArray<string>, A>;
  /** As it is stored: the JSON, or the bare text where it is none. */
  readonly json: unknown;
  /** For `JSON.stringify`: `data` as it is stored where its codec takes it, else `report` and `json`. */
  readonly toJSON: () => unknown;
}

/** A dead letter with its data decoded, or the report why it cannot be. */
export interface DeadLetter<A> extends Omit<StoredDeadLetter, "payload">, Shown<A> {}
/** A message in line. */
export interface Peeked<A> extends Omit<StoredMessage, "payload">, Shown<A> {}
/** A blocked message. */
export interface Blocked<A> extends Omit<StoredBlock, "payload">, Shown<A> {}

export type PageOptions = Options<{
  /** The `next` of the page before; undefined begins. */
  after: string;
  /** 1 to 1,000; default 100. */
  limit: number;
}>;

export type RedriveOptions<A> = Options<{
  /** Only the letters with these ids; default: all. Oldest first. */
  ids: ReadonlyArray<MessageId>;
  /** At most this many; default 1,000. */
  limit: number;
  /** Makes new data of an old payload's JSON (of any envelope version); undefined leaves that letter dead. */
  upcast: (json: unknown) => A | undefined;
}>;

/** What a redrive may fail with: new data is refused as by an enqueue. */
export type RedriveError = ChangeError | EncodeRefused | PayloadTooLarge;

/** A durable queue of values. Made by `queue(store, definition)`; cheap, without connection or timer of its own. */
export interface Queue<A> {
  readonly definition: QueueDefinition<A>;
  readonly store: QueueStore;
  /** Adds one value; emits its id once the store has it, and whether it was there before. Errors: `EncodeRefused`, `PayloadTooLarge`, `InvalidConfig`, `StoreFull`, `StoreUnavailable`, `StoreClosed`. */
  readonly enqueue: (data: A, options?: EnqueueOptions) => Write<Enqueued, WriteError>;
  /**
   * Adds all or none, in order, and emits what became of each: at most 1,000 values and 8 MiB, else `WriteTooLarge`. Zero values
   * are a write of nothing. Errors besides: those of `enqueue`, and `EncodeRefused` where `options` throws.
   */
  readonly enqueueAll: (
    data: ReadonlyArray<A>,
    options?: (data: A) => EnqueueOptions,
  ) => Write<ReadonlyArray<Enqueued>, WriteError>;
  /**
   * The queue as a cold Observable: each subscription is one consumer, and emits what it leases.
   *
   * Credit: at most `prefetch` messages are unsettled; only settling (or the end of a lease) lets the next one come. Without a
   * prefetch it follows demand: works of a second hoard nothing that another consumer could do, works of a microsecond never
   * wait for the store.
   *
   * ```text
   * abc-d--------
   *
   * > messages({ prefetch: 2 }), each acked after 5 ms
   *
   * ab---cd------
   *
   * -----ab---cd-
   * title = acked
   * ```
   *
   * A message that nobody settles and no operator holds expires: it comes again, counted, and `events$` names it. Here the
   * second expiry dead-letters it.
   *
   * ```text
   * a-------------------------
   *
   * > messages(), leaseMs: 10, attemptsMax: 2, nothing settled
   *
   * a---------b---------------
   * a := a, attempt 1
   * b := a, attempt 2
   *
   * ----------x---------y-----
   * x := a, attempt 1
   * y := a, attempt 2
   * title = expired
   * ```
   *
   * What fails comes again when it is due; what is blocked holds back its key until somebody unblocks it.
   *
   * ```text
   * a--------------
   *
   * > handle(fails twice), retryBackoff({ initialMs: 4 }), settle()
   *
   * x---y-------z--
   * x := attempt 1: Retry in 4 ms
   * y := attempt 2: Retry in 8 ms
   * z := attempt 3: Ack
   * ```
   *
   * ```text
   * abc---------
   * a := k1
   * b := k1 follower
   * c := k2
   *
   * ------u-----
   * u := retry
   * title = unblock
   *
   * > handle(k1 fails once), block({ scope: "key" }), settle()
   *
   * x-y---(zw)--
   * x := k1: Block key
   * y := k2: Ack
   * z := k1: Ack
   * w := k1 follower: Ack
   * ```
   *
   * Windows of messages settle in one store call.
   *
   * ```text
   * ab-----c--------
   *
   * > messages(), batch({ sizeMax: 3, waitMsMax: 4 })
   *
   * ----x------y----
   * x := [a,b]
   * y := [c]
   * ```
   *
   * Unsubscribing gives back what is unsettled, to the front, in order, uncounted; what an operator still has in hand when
   * only the source is unsubscribed may settle.
   *
   * ```text
   * ab----------
   *
   * > messages() until 4 ms, then another at 6 ms
   *
   * ab----------
   * a := a, attempt 1
   * b := b, attempt 1
   * title = first
   *
   * ------(xy)--
   * x := a, attempt 1
   * y := b, attempt 1
   * title = second
   * ```
   *
   * Errors: `InvalidConfig` at the call; the Observable itself only by a defect, or with `InvalidConfig` where the server does
   * not let the client in or `stop$` fails, since store outages are ridden out and told on `events$`. Completes after `stop$`,
   * or when the store is closed. Memory: `prefetch` messages (without one: 1,000, or what the operators want), one read of 4 MiB.
   */
  readonly messages: (options?: MessagesOptions) => Observable<Message<A>>;
  /**
   * A pull of at most `max`, waiting up to `waitMsMax` (default 0). No subscription owns these messages and nobody renews them.
   * Errors: `InvalidConfig` at the call; `StoreUnavailable`, `StoreClosed`.
   */
  readonly receive: (options: ReceiveOptions) => Effect<ReadonlyArray<Message<A>>, ReadError>;
  /** Counts, read in one atomic call: enqueued is always the sum of the other eight. */
  readonly stats: () => Effect<QueueStats, ReadError>;
  /** The next messages in line, not leased. `limit` 1 to 1,000, default 10; fewer where they have more than 4 MiB together. */
  readonly peek: (options?: Options<{ limit: number }>) => Effect<ReadonlyArray<Peeked<A>>, ReadError>;
  /**
   * Nobody leases from it any more, in all processes, until `resume`. What has begun may be settled. What was leased and has
   * not begun goes back, uncounted: that of this store handle before this answers, that of others within a second. Its works
   * are told that they were `Interrupted`, as paused.
   */
  readonly pause: () => Effect<void, ChangeError>;
  readonly resume: () => Effect<void, ChangeError>;
  /** A page of what is blocked, oldest first; short where payloads are large (4 MiB), so `next` alone says whether it is the last. */
  readonly blocked: (options?: PageOptions) => Effect<Page<Blocked<A>>, ReadError>;
  /**
   * Frees what is blocked at its start and answers how many. Run again after a failure it goes on, and answers for the whole. "retry" runs the head again first, "skip" goes past it, "reject"
   * dead-letters it.
   */
  readonly unblock: (target: BlockTarget, decision: BlockDecision) => Effect<number, ChangeError>;
  /** A page of the dead letters, oldest first; short where payloads are large (4 MiB), so `next` alone says whether it is the last. */
  readonly deadLetters: (options?: PageOptions) => Effect<Page<DeadLetter<A>>, ReadError>;
  /**
   * Puts dead letters back at the end of the queue (or of their key), at attempt 1; answers how many. Of those that are dead
   * at its start: what consumers reject again meanwhile is left for another time. Run again after a failure it goes on, and
   * answers for the whole. Without `upcast` no payload leaves the store; with it, memory: one page of 4 MiB.
   */
  readonly redrive: (options?: RedriveOptions<A>) => Effect<number, RedriveError>;
  /**
   * Deletes as much as is ready, waiting or delayed at its start, in chunks of 1,000; answers how many. Run again after a failure
   * it goes on, and answers for the whole.
   */
  readonly purge: () => Effect<number, ChangeError>;
  /**
   * What its consumers in this process do, and enqueues that the store did not take, whichever call of `queue` made the face;
   * hot, without replay. What the store says of itself is on `store.events$`.
   */
  readonly events$: Observable<QueueEvent>;
}
