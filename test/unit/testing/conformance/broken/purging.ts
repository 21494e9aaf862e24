/** Stores that purge the followers of a key badly. */
import { mergeMap } from "rxjs";
import { v7 } from "uuid";
import { fromOne, succeed } from "../../../../../src/core/Effect.js";
import type { EnqueueStep } from "../../../../../src/core/steps/Enqueue.js";
import type { Portion, PurgeRequest } from "../../../../../src/port/Inspect.js";
import type { Store } from "../../../../../src/port/Store.js";
import { type Break, changingEnqueues, mapped } from "./BrokenStore.js";

const none: Portion = { count: 0, more: false };

/** Purges the followers of a key in a way of its own, and all else as it should. */
const purgingFollowers =
  (
    purge: (store: Store, request: PurgeRequest & { readonly followersOf: string }) => ReturnType<Store["purge"]>,
  ): Break =>
  (store) => ({
    purge: (request, writeId) => {
      const { followersOf } = request;
      return followersOf === undefined ? store.purge(request, writeId) : purge(store, { ...request, followersOf });
    },
  });

/** The same, where it knows every enqueue. */
const knowing =
  (use: (enqueued: Array<EnqueueStep>) => Break): Break =>
  (store) => {
    const enqueued: Array<EnqueueStep> = [];
    const noting = changingEnqueues((step) => {
      enqueued.push(step);
      return step;
    });
    return { ...noting(store), ...use(enqueued)(store) };
  };

export const purging: Readonly<Record<string, Break>> = {
  "purges no followers": purgingFollowers(() => succeed(none)),
  "purges all for the followers of a key": purgingFollowers((store, { queue, limit }) =>
    store.purge({ queue, limit }, v7()),
  ),
  "purges followers without a limit": purgingFollowers((store, request) =>
    store.purge({ ...request, limit: 1e9 }, v7()),
  ),
  "purges the followers that came last": knowing((enqueued) =>
    purgingFollowers((store, request) =>
      fromOne(
        store.purge({ ...request, limit: 1e9 }, v7()).pipe(
          mergeMap(({ count }) => {
            const followers = enqueued.filter(({ key }) => key === request.followersOf).slice(-count);
            const kept = count === 0 ? [] : followers.slice(0, Math.max(0, count - request.limit));
            enqueued.push(...kept);
            return mapped(store.write([kept], v7()), () => ({ count: count - kept.length, more: kept.length > 0 }));
          }),
        ),
      ),
    ),
  ),
  "purges followers before those that are due have joined them": (store) => {
    const nowMs = () => store.scheduler.now();
    const delayed: Array<{ readonly key: string | undefined; readonly dueMs: number }> = [];
    let lookedAtMs = 0;
    return {
      ...changingEnqueues((step) => {
        if (step.delayMs > 0) delayed.push({ key: step.key, dueMs: nowMs() + step.delayMs });
        return step;
      })(store),
      stats: (queue) => {
        lookedAtMs = nowMs();
        return store.stats(queue);
      },
      ...purgingFollowers((_, request) =>
        delayed.some(({ key, dueMs }) => key === request.followersOf && dueMs > lookedAtMs && dueMs <= nowMs())
          ? succeed(none)
          : store.purge(request, v7()),
      )(store),
    };
  },
};

export const purgeProofs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "purges no followers": [
    "purge of followers leaves their head where it is, and all that is not of the key",
    "purge of followers frees their dedupe ids, and not that of the head",
    "a purge of followers leaves the head its mark, and whoever comes after follows it",
  ],
  "purges all for the followers of a key": [
    "purge of followers leaves their head where it is, and all that is not of the key",
    "purge of followers deletes none of a key that is free, or whose head is alone",
    "purge of followers leaves what is delayed until it is due, and takes it from then on",
    "purge of followers frees their dedupe ids, and not that of the head",
  ],
  "purges followers without a limit": [
    "purge of followers takes the nearest to the head first, at most so many, and says whether more are left",
  ],
  "purges the followers that came last": [
    "purge of followers takes the nearest to the head first, at most so many, and says whether more are left",
  ],
  "purges followers before those that are due have joined them": [
    "purge of followers leaves what is delayed until it is due, and takes it from then on",
  ],
};
