/** What a message has beside its data: the same for a store, a consumer, and a person who looks at the queue. */
import type { MessageId } from "./MessageId.js";

/** Texts that travel with a message. A message has them frozen, and without a prototype, so that no name finds a value that nobody sent. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** What never changes while a message is in its queue. */
export interface Envelope {
  /** UUIDv7, the same over redeliveries: the idempotency key of whatever the handler does outside. */
  readonly id: MessageId;
  /** Messages of one key are delivered one at a time, in the order of their enqueueing; undefined where it has none. */
  readonly key: string | undefined;
  /** As they were given; empty where none were given. */
  readonly headers: MessageHeaders;
  /** By the store's clock, milliseconds since 1970; of a redriven message the time of its redrive. */
  readonly enqueuedAtMs: number;
  /** By the store's clock: the first enqueue, whatever redrives came after. */
  readonly firstEnqueuedAtMs: number;
}

const bare = (): Record<string, string> => Object.create(null) as Record<string, string>;

/** A copy of these headers. */
export const plainHeaders = (headers: MessageHeaders): MessageHeaders => Object.freeze(Object.assign(bare(), headers));

/** No headers at all. */
export const noHeaders: MessageHeaders = Object.freeze(bare());
