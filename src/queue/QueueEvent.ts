/** What happens in a queue's consumers and to its enqueues, as it happens: for logs, metrics and leak hunting. Payloads are never in it. */
import type { MessageId } from "../core/MessageId.js";
import type { Outcome } from "../core/Outcome.js";
import type { SluiceError } from "../core/SluiceError.js";

/** What an event says of its message. */
export interface AboutMessage {
  readonly id: MessageId;
  readonly key: string | undefined;
  readonly attempt: number;
}

/**
 * - `Delivered`: emitted by a source. `Settled`: with the outcome that the store performed.
 * - `Expired`: nobody settled it and no operator held it within its lease (user code dropped it): the leak detector.
 * - `Lost`: an operator held it, or it was being settled, and its lease went elsewhere.
 * - `Blocked`: settled by a Block, kept in its place. `Poisoned`: its codec refused it; it goes to the dead letters.
 * - `StoreFailed`: a call failed and is tried again, except for an enqueue,
 *   whose caller is told too: `enqueueTo` tries again, others as they are written.
 */
export type QueueEvent =
  | (AboutMessage & { readonly _tag: "Delivered" })
  | (AboutMessage & { readonly _tag: "Settled"; readonly outcome: Outcome })
  | (AboutMessage & { readonly _tag: "Blocked"; readonly scope: "key" | "queue" })
  | (AboutMessage & { readonly _tag: "Expired" })
  | (AboutMessage & { readonly _tag: "Lost" })
  | (AboutMessage & { readonly _tag: "Poisoned"; readonly report: ReadonlyArray<string> })
  | {
      readonly _tag: "StoreFailed";
      readonly during: "enqueue" | "lease" | "settle" | "extend";
      readonly error: SluiceError;
    };
