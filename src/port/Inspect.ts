/** What people do with a queue: look at it, pause it, free what is blocked, bring back what is dead, purge. Every call is bounded. */
import type { Effect } from "../core/Effect.js";
import type { Envelope } from "../core/Envelope.js";
import type { MessageId } from "../core/MessageId.js";

/** One atomic reading: enqueued = ready + waiting + delayed + leased + blocked + acked + dead + purged. */
export interface QueueStats {
  /** Messages ever enqueued, duplicates not counted. */
  readonly enqueued: number;
  readonly ready: number;
  /** Behind the head of their key. */
  readonly waiting: number;
  /** First deliveries and retries with a due time to come. */
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

/** A failure of the past; the latest ten are kept. */
export interface PastFailure {
  readonly atMs: number;
  readonly cause: string;
}

/**
 * What one call shows at most, in bytes of payload, but one message at least: 4 MiB. So it may do less than it was asked for,
 * and says whether more is left.
 */
export const PORTION_BYTES_MAX: number = 4 * 1024 * 1024;

/** The same for what moves messages, which takes a store longer than to show them: 2 MiB. */
export const MOVED_BYTES_MAX: number = 2 * 1024 * 1024;

/** How much of what is due, and of what ended, one call takes up at most, in messages. */
export const PORTION_COUNT_MAX = 1_000;

/** A stored message as people look at it; the payload is raw, its codec belongs to the queue. */
export interface StoredMessage extends Envelope {
  readonly payload: string;
  /** How many were counted so far, also those that `history` does not have any more. */
  readonly failures: number;
  /** The latest ten, oldest first. */
  readonly history: ReadonlyArray<PastFailure>;
  /** Why this version cannot read it; its payload is then all that is kept of it, as it stands in the store. */
  readonly unreadable?: string;
}

export interface StoredDeadLetter extends StoredMessage {
  /** Where it stands among the dead letters of its queue: opaque, good as an `after`, and never another letter's. */
  readonly position: string;
  readonly deadAtMs: number;
  readonly cause: string;
}

export interface StoredBlock extends StoredMessage {
  readonly sinceMs: number;
  readonly cause: string;
  readonly scope: "key" | "queue";
}

/** A page in a stable order, short where payloads are large; `next` is undefined on the last. Positions are opaque. */
export interface Page<T> {
  readonly items: ReadonlyArray<T>;
  readonly next: string | undefined;
}

export interface PageRequest {
  readonly queue: string;
  /** Where the page before ended; undefined begins. */
  readonly after: string | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

/**
 * What to unblock: one key (blocked with scope "key"), one message (however it is blocked), what halts the queue, or
 * everything. The oldest blocks come first.
 */
export type BlockTarget = { readonly key: string } | { readonly id: MessageId } | "queue" | "all";
/** "retry" runs it again first, from attempt 1; "skip" goes past it (purged); "reject" dead-letters it. */
export type BlockDecision = "retry" | "skip" | "reject";

/**
 * One dead letter to go back. Its position names it, since two letters may bear one id; its id must be that of the letter
 * there, in case a store that lost its latest writes in a failover has given the position to another one.
 */
export interface RedrivenLetter extends Pick<StoredDeadLetter, "id" | "position"> {
  /** Instead of its own; undefined leaves it as it is. */
  readonly payload: string | undefined;
}

export interface RedriveRequest {
  readonly queue: string;
  /** These dead letters. What is not there, or not any more, is passed over and not counted. */
  readonly letters: ReadonlyArray<RedrivenLetter>;
}

export interface RedriveFromRequest {
  readonly queue: string;
  /** Behind which position to begin; undefined begins with the oldest. */
  readonly after: string | undefined;
  /** How many letters to look at, 1 to 1,000. */
  readonly seenMax: number;
  /** How many to redrive. */
  readonly limit: number;
  /** Only letters with these ids, at most 1,000; undefined takes all. */
  readonly ids: ReadonlyArray<MessageId> | undefined;
}

/** What one call did of what it was asked for. */
export interface Portion {
  readonly count: number;
  /** Whether some of it are left, so that the next call goes on. */
  readonly more: boolean;
}

/** What one call redrove. */
export interface Redriven {
  readonly count: number;
  /** How many letters it saw to, those that it left among them: the next call begins behind these. */
  readonly seen: number;
  /** The position of the last of them, where more letters follow. */
  readonly next: string | undefined;
}

/**
 * A call that changes something has a write id, as a write: the same id again within an hour answers what the first call
 * answered, and changes nothing.
 */
export interface Inspect {
  readonly stats: (queue: string) => Effect<QueueStats>;
  /** The messages next in line, heads only, without leasing them: by priority, then in order; fewer where payloads are large. */
  readonly peek: (request: { readonly queue: string; readonly limit: number }) => Effect<ReadonlyArray<StoredMessage>>;
  /** A paused queue takes messages and gives none; what is leased may be settled. Survives restarts. */
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
  /** Puts dead letters at the end of their key or queue, at attempt 1, with their first-enqueued time. */
  readonly redrive: (request: RedriveRequest, writeId: string) => Effect<Redriven>;
  /** The same with the next letters in order, as they are: none of them leaves the store. */
  readonly redriveFrom: (request: RedriveFromRequest, writeId: string) => Effect<Redriven>;
  /**
   * Deletes up to `limit` messages: ready ones by priority and in order, each with those that wait behind it, then delayed ones
   * by due time, likewise, then those that wait behind a head that stays. Leased and blocked ones stay.
   */
  readonly purge: (request: { readonly queue: string; readonly limit: number }, writeId: string) => Effect<Portion>;
}
