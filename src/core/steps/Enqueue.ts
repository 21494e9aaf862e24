/** The step that adds a message to a queue. */
import type { MessageHeaders } from "../Envelope.js";
import { impossible, invariant } from "../invariant.js";
import type { MessageId } from "../MessageId.js";
import type { StepKind } from "./StepKind.js";

/** Adds one message to a queue. */
export interface EnqueueStep {
  readonly _tag: "Enqueue";
  readonly queue: string;
  readonly id: MessageId;
  /** What `codec/` made of the data. Opaque to stores. */
  readonly payload: string;
  readonly key: string | undefined;
  readonly headers: MessageHeaders | undefined;
  /** Milliseconds until it is due; 0 is at once. */
  readonly delayMs: number;
  /** 0 (default) to 9; higher priorities are delivered first, lower ones keep a reserve. */
  readonly priority: number;
  /**
   * Milliseconds from its enqueue, by the store's clock, after which it is not begun any more: where it would be leased later, it
   * is dead-lettered instead. Undefined: never. With 0 it may be leased within the millisecond of its enqueue.
   */
  readonly expiresInMs: number | undefined;
  /**
   * A second enqueue with the same id here, within the window, adds nothing and answers the id of the first message. The window
   * is that of the first enqueue. A window of `Infinity` ends when the message is acked, dead-lettered or purged.
   */
  readonly dedupe: { readonly id: string; readonly windowMs: number } | undefined;
  /**
   * A text of whoever enqueues, which `heads` tells while the message is the head of its key: 1 to 128 characters of "!" to "~", and
   * only with a key. It is delivered to no consumer, and a dead letter that goes back has none. Undefined: no mark.
   */
  readonly mark: string | undefined;
}

const MARK = /^[!-~]{1,128}$/;

/** Marks come from programs, not from their users, so one that is out of bounds is a defect. Every store checks it. */
export const checkMark = ({ key, mark }: Pick<EnqueueStep, "key" | "mark">): void => {
  if (mark === undefined) return;
  invariant(key !== undefined, "a message with a mark has a key");
  invariant(MARK.test(mark), 'a mark is 1 to 128 characters of "!" to "~"');
};

/** The message is in the queue under this id. Of a duplicate it is the id of the earlier message. */
export interface EnqueuedResult {
  readonly _tag: "Enqueued";
  readonly id: MessageId;
  readonly duplicate: boolean;
}

export const Enqueue: StepKind<EnqueueStep, EnqueuedResult, never> = {
  result: "Enqueued",
  count: () => 1,
  size: ({ payload }, measure) => measure(payload),
  changes: () => undefined,
  meets: () => undefined,
  ends: false,
  refusal: ({ tag }) => impossible(`an enqueue was refused with ${tag}`),
  done: ({ id }) => ({ _tag: "Enqueued", id, duplicate: false }),
};
