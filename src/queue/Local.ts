/** What all faces of one queue share in this process: `queue(store, definition)` may be called as often as one likes. */
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

/** That of the queue of this name on this store, or throws `InvalidConfig` where it has another codec already. */
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
