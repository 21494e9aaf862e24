/** What people do with a queue: look at it, pause it, unblock, redrive, purge. Every call is bounded. */
import type { Effect } from "../core/Effect.js";
import type { Envelope } from "../core/Envelope.js";
import type { MessageId } from "../core/MessageId.js";
import type { Page } from "./Page.js";

/** One atomic reading: enqueued = ready + waiting + delayed + leased + blocked + acked + dead + purged. */
export interface QueueStats {
  /** Messages ever enqueued, duplicates not counted. */
  readonly enqueued: number;
  readonly ready: number;
  /** Followers: messages behind the head of their key. */
  readonly waiting: number;
  /** Messages with a due time to come, new or returned. */
  readonly delayed: number;
  readonly leased: number;
  readonly blocked: number;
  readonly acked: number;
  readonly dead: number;
  /** Purged, skipped by unblock, or trimmed from the dead letters. */
  readonly purged: number;
  readonly paused: boolean;
  /** Blocked with scope "queue": nothing is leased until somebody unblocks it. */
  readonly halted: boolean;
}

/** A failure that was counted; of each message the latest ten are kept. */
export interface PastFailure {
  readonly atMs: number;
  readonly cause: string;
}

/** The most bytes of payload that one call moves: 2 MiB. Less than it shows, `PORTION_BYTES_MAX`, since to move takes a store longer. */
export const MOVED_BYTES_MAX: number = 2 * 1024 * 1024;

/** The most messages that became due, and the most whose leases ended, that one call takes up. */
export const PORTION_COUNT_MAX = 1_000;

/** A stored message as people see it. The payload is raw: the codec belongs to the queue, not to the store. */
export interface StoredMessage extends Envelope {
  readonly payload: string;
  /** How many failures were counted so far. */
  readonly failures: number;
  /** The latest ten failures, oldest first; also those before a redrive or an unblock. */
  readonly history: ReadonlyArray<PastFailure>;
  /** Why this version cannot read the message; then `payload` is the whole text of it, as it stands in the store. */
  readonly unreadable?: string;
}

export interface StoredDeadLetter extends StoredMessage {
  /** Where it stands among the dead letters of its queue: opaque, usable as `after`, and never that of another letter. */
  readonly position: string;
  readonly deadAtMs: number;
  readonly cause: string;
}

export interface StoredBlock extends StoredMessage {
  readonly sinceMs: number;
  readonly cause: string;
  readonly scope: "key" | "queue";
}

export interface PageRequest {
  readonly queue: string;
  /** The `next` of the page before; undefined for the first page. */
  readonly after: string | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

/**
 * What to unblock: one key (blocked with scope "key"), one message (of either scope), the messages that halt the queue, or all.
 * The oldest blocks come first.
 */
export type BlockTarget = { readonly key: string } | { readonly id: MessageId } | "queue" | "all";
/** "retry" delivers the message again, first in its place and from attempt 1; "skip" purges it; "reject" dead-letters it. */
export type BlockDecision = "retry" | "skip" | "reject";

/**
 * One dead letter to go back. The position names it, since two letters may have one id. The id must be that of the letter at
 * this position: a store that lost its latest writes in a failover may have given the position to another letter.
 */
export interface RedrivenLetter extends Pick<StoredDeadLetter, "id" | "position"> {
  /** Replaces the payload; undefined leaves it as it is. */
  readonly payload: string | undefined;
}

export interface PurgeRequest {
  readonly queue: string;
  readonly limit: number;
  /** Only messages that wait behind the head of this key; undefined purges the whole queue. */
  readonly followersOf?: string | undefined;
}

export interface RedriveRequest {
  readonly queue: string;
  /** These dead letters. One that is not there, or not any more, is passed over and not counted. */
  readonly letters: ReadonlyArray<RedrivenLetter>;
}

export interface RedriveFromRequest {
  readonly queue: string;
  /** The position behind which to begin; undefined begins with the oldest. */
  readonly after: string | undefined;
  /** How many letters to look at, 1 to 1,000. */
  readonly seenMax: number;
  /** How many to redrive. */
  readonly limit: number;
  /** Only letters with these ids, at most 1,000; undefined takes all. */
  readonly ids: ReadonlyArray<MessageId> | undefined;
}

/** How much one call did of what it was asked for. */
export interface Portion {
  readonly count: number;
  /** Whether some are left, so that another call is needed. */
  readonly more: boolean;
}

/** What one call redrove. */
export interface Redriven {
  readonly count: number;
  /** How many letters it looked at, also those that it left. */
  readonly seen: number;
  /** The position of the last of these, where more letters follow: the `after` of the next call. */
  readonly next: string | undefined;
}

/**
 * A call that changes something has a write id, as a write has: the same id again within an hour answers what the first call
 * answered, and changes nothing.
 */
export interface Inspect {
  readonly stats: (queue: string) => Effect<QueueStats>;
  /** The messages that come next, heads only, without leasing them: by priority, then in order; fewer where payloads are large. */
  readonly peek: (request: { readonly queue: string; readonly limit: number }) => Effect<ReadonlyArray<StoredMessage>>;
  /** A paused queue takes messages and gives none; leased messages may be settled. Pausing survives restarts. */
  readonly setPaused: (request: { readonly queue: string; readonly paused: boolean }, writeId: string) => Effect<void>;
  /** Oldest first. */
  readonly blocked: (request: PageRequest) => Effect<Page<StoredBlock>>;
  /** Frees up to `limit` blocked messages, the oldest first. */
  readonly unblock: (
    request: {
      readonly queue: string;
      readonly target: BlockTarget;
      readonly decision: BlockDecision;
      readonly limit: number;
    },
    writeId: string,
  ) => Effect<Portion>;
  /** Oldest first. */
  readonly deadLetters: (request: PageRequest) => Effect<Page<StoredDeadLetter>>;
  /** Puts dead letters at the end of their key or queue, at attempt 1. They keep `firstEnqueuedAtMs` and their history. */
  readonly redrive: (request: RedriveRequest, writeId: string) => Effect<Redriven>;
  /** The same with the next letters in order, their payloads unchanged, so that nothing travels. */
  readonly redriveFrom: (request: RedriveFromRequest, writeId: string) => Effect<Redriven>;
  /**
   * Deletes up to `limit` messages: ready ones by priority and in order, each with its followers; then delayed ones by due time,
   * likewise; then followers of a head that stays. Leased and blocked messages stay.
   *
   * With `followersOf` it deletes messages that wait behind the head of that key, those nearest to the head first, and nothing
   * else: the head stays wherever it is. Delayed first deliveries join the line when they are due, before anything is deleted;
   * the others of the key are not in it yet, and stay. `more` then tells of that key alone.
   */
  readonly purge: (request: PurgeRequest, writeId: string) => Effect<Portion>;
}
