/** What operators (people, not functions) do with a queue: look, hold, free, purge. Every call is bounded. */
import type { Effect } from "../core/Effect.js";
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

/** A stored message as people look at it; the payload is raw, its codec belongs to the queue. */
export interface StoredMessage {
  readonly id: MessageId;
  readonly key: string | undefined;
  /** As in a lease: frozen and without a prototype. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly attempts: number;
  readonly enqueuedAtMs: number;
  readonly firstEnqueuedAtMs: number;
  readonly history: ReadonlyArray<PastFailure>;
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

/** A page in a stable order; `next` is undefined on the last. Positions are opaque. */
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

export interface Operations {
  readonly stats: (queue: string) => Effect<QueueStats>;
  /** The messages next in line, heads only, without leasing them: by level, then in order. */
  readonly peek: (request: { readonly queue: string; readonly limit: number }) => Effect<ReadonlyArray<StoredMessage>>;
  /** A paused queue takes messages and gives none; what is leased may be settled. Survives restarts. */
  readonly setPaused: (request: { readonly queue: string; readonly paused: boolean }) => Effect<void>;
  /** Oldest first. */
  readonly blocked: (request: PageRequest) => Effect<Page<StoredBlock>>;
  /** Frees up to `limit` blocked messages and answers how many; call again until it answers less than the limit. */
  readonly unblock: (request: {
    readonly queue: string;
    readonly target: BlockTarget;
    readonly decision: BlockDecision;
    readonly limit: number;
  }) => Effect<number>;
  /** Oldest first. */
  readonly deadLetters: (request: PageRequest) => Effect<Page<StoredDeadLetter>>;
  /** Puts dead letters at the end of their key or queue, at attempt 1, with their first-enqueued time; answers how many. */
  readonly redrive: (request: RedriveRequest) => Effect<number>;
  /** Deletes up to `limit` ready, delayed or waiting messages and answers how many; leased and blocked ones stay. */
  readonly purge: (request: { readonly queue: string; readonly limit: number }) => Effect<number>;
}
