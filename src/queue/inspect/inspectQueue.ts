/** What people do with a queue, with its data decoded: counts, blocks, dead letters, purge. Redrive has a file of its own. */
import { map } from "rxjs";
import { checkId, checkKey } from "../../codec/parts.js";
import { type Effect, failingWith, mapEffect } from "../../core/Effect.js";
import { iterate } from "../../core/iterate.js";
import type { MessageId } from "../../core/MessageId.js";
import { oneOf, optionsOf, unreadable, wholeNumber } from "../../core/options.js";
import { type ChangeError, invalidConfig, type ReadError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import type { BlockTarget, PageRequest, Portion, QueueStats } from "../../port/Inspect.js";
import type { Page } from "../../port/Page.js";
import type { QueueStore } from "../../port/Store.js";
import type { PageOptions, Queue } from "../Queue.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";
import { redrive } from "./redrive.js";
import { showAs } from "./shown.js";

/** The most messages that one call to the store is asked to do, so that no call keeps the store busy for long. */
const CHUNK = 1_000;

const reads = failingWith<ReadError>();

type InspectCalls<A> = Pick<
  Queue<A>,
  "stats" | "peek" | "pause" | "resume" | "blocked" | "unblock" | "deadLetters" | "redrive" | "purge"
>;

/** What people do with one queue. */
export const inspectQueue = <A>(store: QueueStore, definition: ResolvedDefinition<A>): InspectCalls<A> => {
  const { name: queue, codec } = definition;
  const show = showAs(codec);
  const stats = (): Effect<QueueStats, ReadError> => reads(store.stats(queue));
  const inChunks = chunksOf(store, stats);
  return {
    stats,
    peek: (options = {}) =>
      mapEffect(reads(store.peek({ queue, limit: limitOf(optionsOf(options, ["limit"]).limit, 10) })), (items) =>
        items.map(show),
      ),
    pause: () => setPaused(store, queue, true),
    resume: () => setPaused(store, queue, false),
    blocked: (options = {}) => mapEffect(reads(store.blocked(pageRequest(queue, options))), mapPage(show)),
    unblock: (target, decision) => {
      const request = {
        queue,
        target: checkTarget(target),
        decision: oneOf("decision", decision, ["retry", "skip", "reject"]),
      };
      return inChunks(
        ({ blocked }) => blocked,
        (limit, writeId) => store.unblock({ ...request, limit }, writeId),
      );
    },
    deadLetters: (options = {}) => mapEffect(reads(store.deadLetters(pageRequest(queue, options))), mapPage(show)),
    redrive: (options = {}) => redrive(store, definition, options),
    purge: () =>
      inChunks(
        ({ ready, waiting, delayed }) => ready + waiting + delayed,
        (limit, writeId) => store.purge({ queue, limit }, writeId),
      ),
  };
};

const setPaused = (store: QueueStore, queue: string, paused: boolean): Effect<void, ChangeError> =>
  mapEffect(
    iterate<{ readonly writeId: string; readonly done: boolean }, ChangeError>(
      () => ({ writeId: idFrom(store), done: false }),
      ({ writeId, done }) =>
        done ? undefined : store.setPaused({ queue, paused }, writeId).pipe(map(() => ({ writeId, done: true }))),
    ),
    () => undefined,
  );

/** How far a call in chunks has come. */
interface Progress {
  /** The write id of the next call to the store. */
  readonly writeId: string;
  /** How many messages are left to be done; undefined before they were counted. */
  readonly left: number | undefined;
  readonly sum: number;
}

/**
 * Makes a bounded call until nothing is left for it, and adds up the answers. It does as many messages as there are at its start:
 * else consumers that block again what was freed, or producers that go on, would keep it busy for ever.
 */
const chunksOf =
  (store: QueueStore, stats: () => Effect<QueueStats, ReadError>) =>
  (
    countOf: (stats: QueueStats) => number,
    call: (limit: number, writeId: string) => Effect<Portion>,
  ): Effect<number, ChangeError> => {
    const start = (): Progress => ({ writeId: idFrom(store), left: undefined, sum: 0 });
    const chunks = iterate<Progress, ChangeError>(start, (progress) => {
      const { writeId, left, sum } = progress;
      if (left === undefined) return stats().pipe(map((counts) => ({ ...progress, left: countOf(counts) })));
      if (left <= 0) return undefined;
      return call(Math.min(CHUNK, left), writeId).pipe(
        map(({ count, more }) => ({ writeId: idFrom(store), left: more ? left - count : 0, sum: sum + count })),
      );
    });
    return mapEffect(chunks, ({ sum }) => sum);
  };

const limitOf = (limit: number | undefined, standard: number): number =>
  wholeNumber("limit", limit ?? standard, { min: 1, max: CHUNK });

const pageRequest = (queue: string, options: PageOptions): PageRequest => {
  const { after, limit } = optionsOf(options, ["after", "limit"]);
  return { queue, after, limit: limitOf(limit, 100) };
};

const checkTarget = (target: BlockTarget): BlockTarget => {
  if (target === "queue" || target === "all") return target;
  const part = partOf(target);
  if (part?.key !== undefined) return { key: checkKey("key", part.key) };
  if (part?.id !== undefined) return { id: checkId(part.id) };
  throw invalidConfig("target", 'target must be { key }, { id }, "queue" or "all".');
};

/** The key or the id in a target. */
const partOf = (
  target: object,
): { readonly key?: string | undefined; readonly id?: MessageId | undefined } | undefined => {
  try {
    const { key, id } = target as { readonly key?: string; readonly id?: MessageId };
    return { key, id };
  } catch {
    throw unreadable("target");
  }
};

const mapPage =
  <S, T>(change: (item: S) => T) =>
  ({ items, next }: Page<S>): Page<T> => ({ items: items.map(change), next });
