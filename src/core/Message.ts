/**
 * A Message is one delivery of an enqueued value, with the effects that end it. It is a view (data) upon a Delivery (the
 * lease and its state), so that `mapMessage` changes the data and keeps the lease.
 */
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- the constructor writes what the interface declares */
import type { SchedulerLike } from "rxjs";
import type { Demands } from "./Demand.js";
import type { Effect } from "./Effect.js";
import type { End } from "./End.js";
import type { Envelope, MessageHeaders } from "./Envelope.js";
import type { Interrupted } from "./Failure.js";
import { showAs } from "./inspecting.js";
import type { MessageId } from "./MessageId.js";
import type { Outcome } from "./Outcome.js";
import type { LeaseLost, ReadError, SettleError } from "./SluiceError.js";
import type { Write } from "./Write.js";

/** Where a message keeps its delivery; for operators and test helpers. */
export const delivery: unique symbol = Symbol.for("sluice/delivery");

/** What operators know of a message beyond what users see: its clock, its prefetch, its lease, and a short way to settle. */
export interface Delivery {
  readonly envelope: Envelope;
  readonly attempt: number;
  readonly ack: Write<Outcome, SettleError>;
  readonly settle: (outcome: Outcome) => Write<Outcome, SettleError>;
  readonly extend: (leaseMs: number) => Effect<void, ExtendError>;
  /** The clock of its store. */
  readonly scheduler: SchedulerLike;
  /** Now, by the clock that `enqueuedAtMs` was read from. */
  readonly nowMs: () => number;
  /** How many messages of its subscription may be unsettled: no operator may wait for more. Infinity where nothing bounds it. */
  readonly prefetch: number;
  /** Where operators tell its source what they can run; undefined where its prefetch does not follow demand. */
  readonly demands: Demands | undefined;
  /** Whether its work has begun, or user code has it. A message that has not begun is given back when its queue is paused. */
  begun: boolean;
  /** Settles without making a Write, joined with the follow-ups where there are any. `onEnd` is called once, later or at once. */
  readonly settleWith: (outcome: Outcome, followUps: ReadonlyArray<Write<unknown>>, onEnd: End<Outcome>) => void;
  /** Holds back the settler while a burst (a batch) is emitted, so that its settlements leave as one write. */
  readonly together: (burst: () => void) => void;
  /**
   * Takes the message in hand: its lease is renewed until the holder lets go. The holder is called at most once, if the message is
   * taken away: its lease is lost, or its source stops. There is one holder at a time, the latest. Where the message was taken
   * away before, the holder is called at once.
   */
  readonly hold: (holder: Holder) => void;
  /**
   * The holder lets go of the message; without effect where another holder has taken over. Emit first, then let go: a message that
   * nobody holds and nobody settles may be given back.
   */
  readonly letGo: (holder: Holder) => void;
}

/** The callback of whoever has a message in hand: called once, when the message is taken away. */
export type Holder = (reason: Interrupted["reason"]) => void;

/** What `extend` may fail with. */
export type ExtendError = ReadError | LeaseLost;

/**
 * One delivery of an enqueued value. Immutable to its reader; ack it, settle it, or let operators do so.
 *
 * Its properties are read from its delivery, so a copy by `{ ...message }` has none of them and does not compile as a message;
 * `mapMessage` makes a message with other data. In logs and JSON it shows its id, key and attempt, never its data.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor writes what the interface declares
export class Message<out A> implements Envelope {
  readonly data: A;
  constructor(of: Delivery, data: A) {
    (this as { [delivery]: Delivery })[delivery] = of;
    this.data = data;
  }
  get id(): MessageId {
    return this[delivery].envelope.id;
  }
  get key(): string | undefined {
    return this[delivery].envelope.key;
  }
  get headers(): MessageHeaders {
    return this[delivery].envelope.headers;
  }
  get enqueuedAtMs(): number {
    return this[delivery].envelope.enqueuedAtMs;
  }
  get firstEnqueuedAtMs(): number {
    return this[delivery].envelope.firstEnqueuedAtMs;
  }
  /** Failures so far + 1: 1 on the first delivery. */
  get attempt(): number {
    return this[delivery].attempt;
  }
  /** `settle(Ack)`. Idempotent; nothing happens until it is subscribed to or awaited. */
  get ack(): Write<Outcome, SettleError> {
    return this[delivery].ack;
  }
  /**
   * Ends the lease with this outcome and emits what the store performed (a `Retry` out of attempts answers `Reject`).
   * The first outcome wins: the same again succeeds and does nothing, another fails with `AlreadySettled`. Fails with `LeaseLost`
   * where the message went elsewhere, and with `InvalidConfig` where it is given no `Outcome`.
   */
  get settle(): (outcome: Outcome) => Write<Outcome, SettleError> {
    return this[delivery].settle;
  }
  /** Makes the lease end `leaseMs` milliseconds from now, or fails with `LeaseLost`. */
  get extend(): (leaseMs: number) => Effect<void, ExtendError> {
    return this[delivery].extend;
  }
  toJSON(): object {
    const { id, key, attempt } = this;
    return { id, key, attempt };
  }
}

/** The constructor writes the delivery. A class cannot declare a property by a symbol without inference, so it stands here. */
// biome-ignore lint/correctness/noUnusedVariables: both declarations must have the parameter
export interface Message<out A> {
  readonly [delivery]: Delivery;
}

showAs(Message, "Message", (one) => one.toJSON());

/** A message upon a delivery; for sources and test helpers. */
export const messageOf = <A>(of: Delivery, data: A): Message<A> => new Message(of, data);

/** Changes the data and keeps the lease: acking the result acks the original. */
export const mapMessage =
  <A, B>(f: (data: A) => B) =>
  (message: Message<A>): Message<B> =>
    messageOf(message[delivery], f(message.data));
