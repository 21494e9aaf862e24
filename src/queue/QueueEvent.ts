/** What happens in the consumers of a queue and to its enqueues, for logs, metrics and leak hunting. Payloads are never in it. */
import type { MessageId } from "../core/MessageId.js";
import type { Outcome } from "../core/Outcome.js";
import type { SluiceError } from "../core/SluiceError.js";

/** The message that an event is about. */
export interface AboutMessage {
  readonly id: MessageId;
  readonly key: string | undefined;
  readonly attempt: number;
}

/**
 * - `Delivered`: a source emitted the message, or a `receive` answered it.
 * - `Settled`: with the outcome that the store performed.
 * - `Expired`: nobody settled the message within its lease, and no operator held it: user code dropped it. This finds leaks.
 * - `Lost`: an operator held the message, or it was being settled, and its lease went elsewhere.
 * - `Blocked`: it was settled by a `Block`, and keeps its place.
 * - `Poisoned`: its codec refused it, so it goes to the dead letters.
 * - `StoreFailed`: a call failed. Consumers make it again. Of an enqueue the caller is told too: `enqueueTo` makes it again, other
 *   callers as they are written.
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
