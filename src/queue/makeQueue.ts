/** Makes queues. */

import { Observable } from "rxjs";
import { mapEffect } from "../core/Effect.js";
import { showing } from "../core/inspecting.js";
import type { Message } from "../core/Message.js";
import { idFrom } from "../core/Sources.js";
import type { Valve } from "../core/Valve.js";
import type { QueueStore } from "../port/Store.js";
import { MessageSource } from "./consume/MessageSource.js";
import { resolveMessagesOptions } from "./consume/messagesOptions.js";
import { receive } from "./consume/receive.js";
import type { QueueTelling } from "./EventSink.js";
import { inspectQueue } from "./inspect/inspectQueue.js";
import { localOf } from "./Local.js";
import { enqueueMany, enqueueOne } from "./produce/enqueue.js";
import type { Queue } from "./Queue.js";
import { type QueueDefinition, resolveDefinition } from "./QueueDefinition.js";

/**
 * Makes a durable queue of values on a store. This alone does nothing yet: no connection, no timer.
 *
 * Throws `InvalidConfig` for a definition out of its limits, and for a second queue of the same name with another codec on
 * the same store.
 *
 * @param store the store that keeps it: `memoryStore()` or `redisStore(url)`
 * @param definition its name, codec, key function and limits
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { handle, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 * import { take } from "rxjs";
 *
 * const greetings = queue(memoryStore(), { name: "greetings", codec: t.string });
 * await greetings.enqueue("hello");
 * greetings
 *   .messages()
 *   .pipe(handle(async (m) => m.data.toUpperCase()), settle(), take(1))
 *   .subscribe((s) => console.log(s.outcome._tag));
 * ```
 */
export const queue = <A>(store: QueueStore, definition: QueueDefinition<A>): Queue<A> =>
  queueWithin(store, definition, {});

/** What something else has to do with a queue that it has within. */
export interface Within {
  /** Is told what would else be an event or a warning of this queue, under a name that nobody knows. */
  readonly telling?: QueueTelling | undefined;
  /** Bounds what `messages` leases. Whoever runs a work takes up its room when that begins. */
  readonly valve?: Valve | undefined;
}

/** A queue within something else. */
export const queueWithin = <A>(
  store: QueueStore,
  definition: QueueDefinition<A>,
  { telling, valve }: Within,
): Queue<A> => {
  const resolved = resolveDefinition(definition);
  const { events: sink, pauses, starts } = localOf(store, resolved);
  const events = telling ?? sink;
  const inspect = inspectQueue(store, resolved);
  const parts = { store, definition: resolved, events };
  const face: Queue<A> = {
    definition,
    store,
    enqueue: (data, options = {}) => enqueueOne(parts, data, options),
    enqueueAll: (data, options) => enqueueMany(parts, data, options),
    messages: (options = {}) => {
      const checked = resolveMessagesOptions(options, resolved);
      return new Observable<Message<A>>((subscriber) => {
        const consumer = checked.consumer ?? idFrom(store);
        const source = new MessageSource<A>(
          { ...parts, options: { ...checked, consumer }, pauses, starts, valve },
          subscriber,
        );
        subscriber.add(() => source.end());
        source.start();
      });
    },
    receive: (options) => receive(parts, options),
    ...inspect,
    pause: () => mapEffect(inspect.pause(), () => pauses.found()),
    events$: sink.events$,
  };
  return showing(face, "Queue", { name: resolved.name });
};
