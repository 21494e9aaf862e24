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
  QueueStats,
  StoredBlock,
  StoredDeadLetter,
  StoredMessage,
} from "../port/Inspect.js";
import type { Page } from "../port/Page.js";
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
   * Milliseconds until it is due, by the store's clock. Only then it joins the line of its key. 0 to ten years, fractions allowed.
   * Default 0: at once.
   */
  delayMs: number;
  /**
   * Whole milliseconds from now, by the store's clock, after which it is not begun any more, 0 to ten years. Instead it is
   * dead-lettered as "expired before it was begun". This holds also for a message that was begun and came back. Default: never.
   */
  expiresInMs: number;
  /** A whole number from 0 (default) to 9. Higher priorities are delivered first; lower ones keep one delivery in eight. */
  priority: number;
  /** Texts that travel with the data: names and values have at most 8 KiB in all, as UTF-8. Default: none. */
  headers: MessageHeaders;
  /**
   * A UUID of the caller's, kept in lower case. A second enqueue of it within the definition's `dedupeMs` adds nothing and answers
   * `duplicate`. Default: a new one. Where `dedupe` is given too, only that finds duplicates.
   */
  id: MessageId;
  /** A second enqueue of the same dedupe id adds nothing: it answers the id of the first, and `duplicate`. Default: none. */
  dedupe: Dedupe;
}>;

/**
 * Makes an enqueue the same as an earlier one, by an id: any text of at most 512 UTF-8 bytes. The id is remembered for
 * `windowMs`, whole milliseconds from the first enqueue (24 days at most; default: the definition's `dedupeMs`; 0 forgets it at
 * once), or until the message is settled for good: acked, dead-lettered or purged. How long, the first enqueue of an id decides.
 *
 * Errors: `InvalidConfig` for a `windowMs` beside an `until`.
 */
export type Dedupe =
  | { readonly id: string; readonly windowMs?: number | undefined; readonly until?: undefined }
  | { readonly id: string; readonly until: "settled"; readonly windowMs?: undefined };

/** What became of an enqueued value. */
export interface Enqueued {
  /** The id of the message, or of the earlier one that it repeats. */
  readonly id: MessageId;
  /** Whether it repeats an earlier message, so that nothing was added. */
  readonly duplicate: boolean;
}

export type MessagesOptions = Options<{
  /**
   * The most messages that may be unsettled at a time, 1 to 10,000. Default: as many as the operators behind can run, and as many
   * more as they settle while others are fetched (at least one); 1,000 in all at most, unless a batch or a concurrency wants more.
   * It is 32 where only operators of rxjs stand behind, which tell no demand.
   */
  prefetch: number;
  /** A name for this consumer, in errors and for exclusive queues. Default: a unique one. */
  consumer: string;
  /** Milliseconds, 10 or more. Default: that of the definition. */
  leaseMs: number;
  /**
   * Its first value stops the pulling (as with takeUntil, completion alone does not). Messages in hand may settle for `stopMsMax`.
   */
  stop$: ObservableInput<unknown>;
  /** Milliseconds from the stop until unsettled messages are released. Default 30,000; 0 releases at once. */
  stopMsMax: number;
  /** The most settlements that leave in one write; a batch may be larger. Default: the prefetch, or 1,000. */
  settleSizeMax: number;
  /**
   * How long a settlement may wait for others. Milliseconds, at most a third of the lease; default 0: until the end of the current
   * burst. Some never wait longer than that: settlements in the second half of their lease, joins with other messages, and all that
   * come after a stop.
   */
  settleWaitMsMax: number;
}>;

export interface ReceiveOptions
  extends Options<{
    /** How long to wait for the first message. Milliseconds, default 0: takes what is there now. */
    waitMsMax: number;
    /** Milliseconds, 10 or more. Default: that of the definition. */
    leaseMs: number;
  }> {
  /** At most this many messages, 1 to 10,000. */
  readonly max: number;
}

/** The data of a stored message, for people to look at. */
export interface Shown<A> {
  /** The decoded data, or the report why it cannot be decoded. */
  readonly data: Either<ReadonlyArray<string>, A>;
  /** The data as it is stored: a JSON value, or the bare text where it is no JSON. */
  readonly json: unknown;
  /** For `JSON.stringify`: `data` as it is stored, where its codec takes it; else `report` and `json`. */
  readonly toJSON: () => unknown;
}

/** A dead letter, with its data decoded, or the report why that is not possible. */
export interface DeadLetter<A> extends Omit<StoredDeadLetter, "payload">, Shown<A> {}
/** A message that comes next. */
export interface Peeked<A> extends Omit<StoredMessage, "payload">, Shown<A> {}
/** A blocked message. */
export interface Blocked<A> extends Omit<StoredBlock, "payload">, Shown<A> {}

export type PageOptions = Options<{
  /** The `next` of the page before; undefined for the first page. */
  after: string;
  /** 1 to 1,000; default 100. */
  limit: number;
}>;

export type RedriveOptions<A> = Options<{
  /** Only the letters with these ids; default: all. Oldest first. */
  ids: ReadonlyArray<MessageId>;
  /** At most this many; default 1,000. */
  limit: number;
  /** Makes new data of the JSON of an old payload (of any envelope version). Where it answers undefined, the letter stays dead. */
  upcast: (json: unknown) => A | undefined;
}>;

/** What a redrive may fail with. New data may be refused, as by an enqueue. */
export type RedriveError = ChangeError | EncodeRefused | PayloadTooLarge;

/** A durable queue of values, made by `queue(store, definition)`. It is cheap, and has no connection or timer of its own. */
export interface Queue<A> {
  readonly definition: QueueDefinition<A>;
  readonly store: QueueStore;
  /**
   * Adds one value. Emits its id once the store has it, and whether it is a duplicate. Errors: `EncodeRefused`, `PayloadTooLarge`,
   * `InvalidConfig`, `StoreFull`, `StoreUnavailable`, `StoreClosed`.
   */
  readonly enqueue: (data: A, options?: EnqueueOptions) => Write<Enqueued, WriteError>;
  /**
   * Adds all values or none, in order, and emits what became of each. At most 1,000 values and 8 MiB, else `WriteTooLarge`; without
   * values it writes nothing. Other errors: those of `enqueue`, and `EncodeRefused` where `options` throws.
   */
  readonly enqueueAll: (
    data: ReadonlyArray<A>,
    options?: (data: A) => EnqueueOptions,
  ) => Write<ReadonlyArray<Enqueued>, WriteError>;
  /**
   * The queue as a cold Observable: each subscription is one consumer, and emits what it leases.
   *
   * Credit: at most `prefetch` messages are unsettled; only a settlement (or the end of a lease) lets the next one come. Without a
   * prefetch it follows demand: a consumer whose works take a second hoards nothing that another consumer could do, and works of a
   * microsecond never wait for the store.
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
   * A message that nobody settles and no operator holds expires: it comes again, counted as a failure, and an event of `events$`
   * says so. Here the second expiry dead-letters it.
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
   * A message that fails comes again when it is due. A blocked message holds back its key until somebody unblocks it.
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
   * Unsubscribing gives back unsettled messages, to the front, in order, uncounted. Where only the source is unsubscribed, messages
   * that an operator still has in hand may settle.
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
   * Errors: `InvalidConfig` at the call. The Observable fails only by a defect, or with `InvalidConfig` where the server refuses
   * the client or `stop$` fails: outages of the store are ridden out, and told by `events$`. Completes after `stop$`, or when the
   * store is closed. Memory: `prefetch` messages (without one: 1,000, or what the operators want), and one read of 4 MiB.
   */
  readonly messages: (options?: MessagesOptions) => Observable<Message<A>>;
  /**
   * Leases at most `max` messages, and waits up to `waitMsMax` (default 0) for the first. No subscription owns these messages, and
   * nobody renews their leases. Errors: `InvalidConfig` at the call; `StoreUnavailable`, `StoreClosed`.
   */
  readonly receive: (options: ReceiveOptions) => Effect<ReadonlyArray<Message<A>>, ReadError>;
  /** Counts, read in one atomic call: enqueued is always the sum of the other eight. */
  readonly stats: () => Effect<QueueStats, ReadError>;
  /** The messages that come next, not leased. `limit` 1 to 1,000, default 10; fewer where they have more than 4 MiB together. */
  readonly peek: (options?: Options<{ limit: number }>) => Effect<ReadonlyArray<Peeked<A>>, ReadError>;
  /**
   * From now on no consumer of any process gets messages of this queue, until `resume`. Works that have begun may settle. Messages
   * that were leased and have not begun go back, uncounted: those of this store handle before the call answers, those of others
   * within a second. `handle` emits them as `Interrupted`, with the reason "paused".
   */
  readonly pause: () => Effect<void, ChangeError>;
  readonly resume: () => Effect<void, ChangeError>;
  /** A page of blocked messages, oldest first. It is shorter where payloads are large (4 MiB); only `next` says whether it is the last. */
  readonly blocked: (options?: PageOptions) => Effect<Page<Blocked<A>>, ReadError>;
  /**
   * Unblocks as many messages as are blocked at its start, and answers how many. "retry" delivers the message again, first; "skip"
   * purges it; "reject" dead-letters it. Run again after a failure it goes on, and answers for both runs together.
   */
  readonly unblock: (target: BlockTarget, decision: BlockDecision) => Effect<number, ChangeError>;
  /** A page of dead letters, oldest first. It is shorter where payloads are large (4 MiB); only `next` says whether it is the last. */
  readonly deadLetters: (options?: PageOptions) => Effect<Page<DeadLetter<A>>, ReadError>;
  /**
   * Puts dead letters back at the end of the queue (or of their key), at attempt 1, and answers how many: of those that are dead at
   * its start. Letters that consumers reject meanwhile stay. Run again after a failure it goes on, and answers for both runs
   * together. Without `upcast` no payload leaves the store. Memory: with `upcast` one page of 4 MiB.
   */
  readonly redrive: (options?: RedriveOptions<A>) => Effect<number, RedriveError>;
  /**
   * Deletes as many messages as are ready, waiting or delayed at its start, in chunks of 1,000, and answers how many. Run again
   * after a failure it goes on, and answers for both runs together.
   */
  readonly purge: () => Effect<number, ChangeError>;
  /**
   * What the consumers of this queue in this process do, and which enqueues the store did not take, whichever call of `queue` made
   * the face. Hot, without replay. What the store says of itself comes by `store.events$`.
   */
  readonly events$: Observable<QueueEvent>;
}
