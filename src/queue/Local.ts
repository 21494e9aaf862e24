/** What all faces of one queue share on one store handle: `queue(store, definition)` may be called any number of times. */
import { invalidConfig } from "../core/SluiceError.js";
import type { QueueStore } from "../port/Store.js";
import { PauseWatch } from "./consume/PauseWatch.js";
import type { Starts } from "./consume/Puller.js";
import { EventSink } from "./EventSink.js";
import type { ResolvedDefinition } from "./QueueDefinition.js";

export interface Local {
  readonly codec: object;
  readonly events: EventSink;
  readonly pauses: PauseWatch;
  readonly starts: Starts;
}

const ofStores = new WeakMap<QueueStore, Map<string, Local>>();

/** What the faces of the queue of this name share on this store. Throws `InvalidConfig` where the queue has another codec already. */
export const localOf = (
  store: QueueStore,
  { name, codec }: Pick<ResolvedDefinition<unknown>, "name"> & { readonly codec: object },
): Local => {
  const locals = ofStores.get(store) ?? new Map<string, Local>();
  ofStores.set(store, locals);
  const known = locals.get(name);
  if (known === undefined) {
    const local = {
      codec,
      events: new EventSink(name, store.logger),
      pauses: new PauseWatch(store, name),
      starts: { inARow: 0 },
    };
    locals.set(name, local);
    return local;
  }
  if (known.codec === codec) return known;
  throw invalidConfig(
    "codec",
    `This store has a queue ${JSON.stringify(name)} with another codec already; share one definition, or give this queue another name.`,
  );
};
