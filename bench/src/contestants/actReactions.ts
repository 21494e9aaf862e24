/**
 * Reactions by act (`@rotorsoft/act`), on its store in memory, as its guide says: a commit calls `settle`, which correlates and drains until
 * nothing is left. Each event has one reaction, whose target is the event's own stream.
 */
import "./actSettings.js";
import { act, InMemoryCache, InMemoryStore, type Store, state } from "@rotorsoft/act";
import { z } from "zod";
import type { Reactions, ReactionsLane, ReactionsOptions } from "./reactions.js";

/** How much one cycle of it does. What is left out is its default. */
interface ActOptions {
  /** Streams of one cycle, default 10. */
  readonly streamLimit?: number;
  /** Events of a stream in one cycle, default 10. */
  readonly eventLimit?: number;
  /** Events that one correlation reads, default 100. */
  readonly correlated?: number;
  /** How long it waits after a commit for others that come, default 10. */
  readonly settleDebounceMs?: number;
}

const Counter = state({ Counter: z.object({ count: z.number() }) })
  .init(() => ({ count: 0 }))
  .emits({ Incremented: z.object({ by: z.number() }) })
  .patch({ Incremented: ({ data }, counter) => ({ count: counter.count + data.by }) })
  .on({ increment: z.object({ by: z.number() }) })
  .emit(({ by }) => ["Incremented", { by }])
  .build();

const COMMIT = 100;
const actor = { id: "bench", name: "bench" };

const filled = async ({ events, streams }: ReactionsOptions): Promise<Store> => {
  // Its declarations do not compile under exactOptionalPropertyTypes: an optional property of an answer is also undefined.
  const store = new InMemoryStore() as Store;
  await store.seed();
  const each = Math.ceil(events / streams);
  for (let from = 0; from < each; from += COMMIT)
    await Promise.all(
      Array.from({ length: streams }, (_, n) =>
        store.commit(
          `counter-${n}`,
          Array.from({ length: Math.min(COMMIT, each - from) }, () => ({ name: "Incremented", data: { by: 1 } })),
          { correlation: "bench", causation: {} },
        ),
      ),
    );
  return store;
};

const openReactions = async (options: ReactionsOptions, own: ActOptions): Promise<Reactions> => {
  const { streamLimit, eventLimit, correlated, settleDebounceMs } = own;
  const app = act()
    .withState(Counter)
    .on("Incremented")
    .do(async function count() {
      options.onReaction();
    })
    .build({
      scoped: { store: await filled(options), cache: new InMemoryCache() },
      ...(settleDebounceMs === undefined ? {} : { settleDebounceMs }),
    });
  const settling = {
    ...(streamLimit === undefined ? {} : { streamLimit }),
    ...(eventLimit === undefined ? {} : { eventLimit }),
    ...(correlated === undefined ? {} : { correlate: { after: -1, limit: correlated } }),
  };
  return {
    catchUp: () =>
      new Promise((resolve, reject) => {
        app.on("error", ({ error }) => reject(error));
        app.on("blocked", ([lease]) => reject(new Error(`act blocked ${lease?.stream}: ${lease?.error}`)));
        app.on("settled", () => resolve());
        app.settle({ ...settling, debounceMs: 0 });
      }),
    follow: () => {
      app.on("committed", () => app.settle(settling));
    },
    commit: (stream) => app.do("increment", { stream, actor }, { by: 1 }),
    close: () => app.shutdown(),
  };
};

const laneOf = (id: string, name: string, own: ActOptions): ReactionsLane => ({
  id,
  name,
  open: (options) => openReactions(options, own),
});

export const actLanes: ReadonlyArray<ReactionsLane> = [
  laneOf("act", "act in memory, its defaults", {}),
  laneOf("act-large", "act in memory, cycles of 500 streams and 1,000 events of each, no debounce", {
    streamLimit: 500,
    eventLimit: 1_000,
    correlated: 10_000,
    settleDebounceMs: 0,
  }),
];
