/** What all calls of one queue need. */
import type { QueueStore } from "../port/Store.js";
import type { QueueTelling } from "./EventSink.js";
import type { ResolvedDefinition } from "./QueueDefinition.js";

export interface QueueParts<A> {
  readonly store: QueueStore;
  readonly definition: ResolvedDefinition<A>;
  readonly events: QueueTelling;
}
