/** What the benchmark asks of a queue library; one file per library beside this one implements it. */
import type { Order } from "../payload.js";

/** How many messages go into one bulk write, one batch and one prefetch, for every contestant that has such a thing. */
export const BATCH = 200;
/** How many handlers run at a time, for Sluice and bee-queue; BullMQ has one number for this and for the prefetch. */
export const CONCURRENCY = 100;
/** How many bulk writes are in flight at a time, for every contestant, where this is not what is measured. */
export const BULKS_IN_FLIGHT = 4;

export type ContestantId = "sluice" | "sluice-batch" | "bare" | "bullmq" | "bee";
/** Everybody who can take part: those with queues, those who know aggregates alone, those who know reactions, and those on Postgres. */
export type PeerId = ContestantId | "emmett" | "act" | "graphile" | "graphile-batch" | "boss";

export interface OpenOptions {
  readonly url: string;
  readonly queue: string;
  /**
   * The most messages in hand of a consumer: Sluice's prefetch, the COUNT of the bare loop, BullMQ's concurrency. `BATCH`
   * unless it is what a measure varies; "default" leaves it, and the concurrency, to the library.
   */
  readonly inHand?: number | "default";
  /** All messages one after the other: by one key, or by one handler at a time. */
  readonly inOrder?: boolean;
}

export interface Contestant {
  readonly id: ContestantId;
  readonly name: string;
  /** Connected and ready; nothing of connecting falls into a measured time. */
  readonly open: (options: OpenOptions) => Promise<Session>;
}

export interface ConsumerHooks {
  /** The work of the handler. */
  readonly onMessage: (order: Order) => void;
  /** The queue has confirmed that one message is done and gone. */
  readonly onSettled: () => void;
  readonly onError: (cause: unknown) => void;
}

export interface Consumer {
  readonly start: () => void;
  /** Takes no more messages, lets those in hand settle. */
  readonly stop: () => Promise<void>;
}

export interface Session {
  readonly enqueue: (order: Order) => PromiseLike<unknown>;
  /** In chunks of `BATCH`, so many of them in flight at a time (`BULKS_IN_FLIGHT` by default). */
  readonly enqueueBulk: (orders: ReadonlyArray<Order>, inFlight?: number) => Promise<void>;
  /** A consumer with its connections made, which does not read before it is started. One per session. */
  readonly consumer: (hooks: ConsumerHooks) => Promise<Consumer>;
  /** How many messages the queue holds, whatever their state. */
  readonly held: () => Promise<number>;
  readonly close: () => Promise<void>;
}
