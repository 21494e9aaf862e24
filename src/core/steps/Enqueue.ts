/** The step that adds a message to a queue. */
import type { MessageHeaders } from "../Envelope.js";
import { impossible } from "../invariant.js";
import type { MessageId } from "../MessageId.js";
import type { StepKind } from "./StepKind.js";

/** Adds one message to a queue. */
export interface EnqueueStep {
  readonly _tag: "Enqueue";
  readonly queue: string;
  readonly id: MessageId;
  /** Opaque to stores: what `codec/` made of the data. */
  readonly payload: string;
  readonly key: string | undefined;
  readonly headers: MessageHeaders | undefined;
  /** Milliseconds until it is due; 0 is at once. */
  readonly delayMs: number;
  /** 0 (default) to 9; higher priorities are delivered first, lower ones keep a reserve. */
  readonly priority: number;
  /**
   * Milliseconds from its enqueue, by the store's clock, after which it is not begun any more: what would be leased later is
   * dead-lettered instead. Undefined: never. 0 lets it be leased within the millisecond of its enqueue.
   */
  readonly expiresInMs: number | undefined;
  /**
   * A second enqueue with the same text within the window adds nothing and answers with the first one's id. A window of
   * `Infinity` ends when the message leaves the queue: acked, dead-lettered or purged. The first one's window stands.
   */
  readonly dedupe: { readonly id: string; readonly windowMs: number } | undefined;
}

/** The message is there: under this id, which is that of an earlier one where it is a duplicate. */
export interface EnqueuedResult {
  readonly _tag: "Enqueued";
  readonly id: MessageId;
  readonly duplicate: boolean;
}

export const Enqueue: StepKind<EnqueueStep, EnqueuedResult, never> = {
  count: () => 1,
  size: ({ payload }, measure) => measure(payload),
  changes: () => undefined,
  meets: () => undefined,
  ends: false,
  refusal: ({ tag }) => impossible(`an enqueue was refused with ${tag}`),
  done: ({ id }) => ({ _tag: "Enqueued", id, duplicate: false }),
};
