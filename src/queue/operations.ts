/** What people do with a queue, with its data decoded: counts, blocks, dead letters, purge. Redrive has a file of its own. */
import { map, mergeMap } from "rxjs";
import { checkId, checkKey } from "../codec/parts.js";
import { type Effect, mapEffect } from "../core/Effect.js";
import { oneOf, wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { BlockTarget, Page, PageRequest, QueueStats } from "../store/Operations.js";
import type { Store } from "../store/Store.js";
import { iterate } from "./iterate.js";
import type { PageOptions, Queue } from "./Queue.js";
import type { ResolvedDefinition } from "./QueueDefinition.js";
import { redrive } from "./redrive.js";
import { showAs } from "./shown.js";

/** How many messages one call of a long operation touches: no store is held for longer than that takes. */
export const CHUNK = 1_000;

type Operations<A> = Pick<
  Queue<A>,
  "stats" | "peek" | "pause" | "resume" | "blocked" | "unblock" | "deadLetters" | "redrive" | "purge"
>;

/** The operations of one queue. */
export const operationsOf = <A>(store: Store, definition: ResolvedDefinition<A>): Operations<A> => {
  const { name: queue, codec } = definition;
  const show = showAs(codec);
  const stats = (): Effect<QueueStats> => store.stats(queue);
  const inChunks = chunksOf(stats);
  return {
    stats,
    peek: (options = {}) =>
      mapEffect(store.peek({ queue, limit: limitOf(options.limit, 10) }), (items) => items.map(show)),
    pause: () => store.setPaused({ queue, paused: true }),
    resume: () => store.setPaused({ queue, paused: false }),
    blocked: (options = {}) => mapEffect(store.blocked(pageRequest(queue, options)), mapPage(show)),
    unblock: (target, decision) => {
      const request = {
        queue,
        target: checkTarget(target),
        decision: oneOf("decision", decision, ["retry", "skip", "reject"]),
      };
      return inChunks(
        ({ blocked }) => blocked,
        (limit) => store.unblock({ ...request, limit }),
      );
    },
    deadLetters: (options = {}) => mapEffect(store.deadLetters(pageRequest(queue, options)), mapPage(show)),
    redrive: (options = {}) => redrive(store, definition, options),
    purge: () =>
      inChunks(
        ({ ready, waiting, delayed }) => ready + waiting + delayed,
        (limit) => store.purge({ queue, limit }),
      ),
  };
};

/**
 * Runs a bounded call until it has nothing more to do, and adds up its answers. It ends with as many as there are at the
 * start: consumers that block again what was freed, or producers that go on, would keep it busy for ever.
 */
const chunksOf =
  (stats: () => Effect<QueueStats>) =>
  (countOf: (stats: QueueStats) => number, call: (limit: number) => Effect<number>): Effect<number> => {
    const pass = (left: number) =>
      iterate({ left, sum: 0 }, ({ left, sum }) => {
        const limit = Math.min(CHUNK, left);
        if (limit === 0) return undefined;
        return call(limit).pipe(map((count) => ({ left: count < limit ? 0 : left - count, sum: sum + count })));
      });
    return mapEffect(stats().pipe(mergeMap((counts) => pass(countOf(counts)))), ({ sum }) => sum);
  };

const limitOf = (limit: number | undefined, standard: number): number =>
  wholeNumber("limit", limit ?? standard, { min: 1, max: CHUNK });

const pageRequest = (queue: string, { after, limit }: PageOptions): PageRequest => ({
  queue,
  after,
  limit: limitOf(limit, 100),
});

const checkTarget = (target: BlockTarget): BlockTarget => {
  if (target === "queue" || target === "all") return target;
  if (typeof target === "object" && target !== null) {
    if ("key" in target) return { key: checkKey("key", target.key) };
    if ("id" in target) return { id: checkId(target.id) };
  }
  throw invalidConfig("target", 'target must be { key }, { id }, "queue" or "all".');
};

const mapPage =
  <S, T>(change: (item: S) => T) =>
  ({ items, next }: Page<S>): Page<T> => ({ items: items.map(change), next });
