/** Marks dispatches as lost whose message has not come, long behind the time at which it was expected. */
import { isRight } from "fp-ts/lib/Either.js";
import { concatMap, defer, map, type Observable, of } from "rxjs";
import { duration, optionsOf, wholeNumber } from "../../core/options.js";
import { idFrom } from "../../core/Sources.js";
import type { Page } from "../../port/Page.js";
import { sortOf } from "../../records/sortOf.js";
import { type Dispatch, type DispatchState, shownDispatch } from "../Dispatch.js";
import type { Parts } from "../definition.js";
import type { MarkLostOptions } from "../Hub.js";
import { DUE } from "../ledger/Ledger.js";
import { checkPlace } from "../query/checkAfter.js";

const ELAPSED_MS = 900_000;

export interface LostOptions {
  readonly elapsedMs: number;
  readonly limit: number;
  readonly after: string | undefined;
}

export const lostOptions = (given: MarkLostOptions): LostOptions => {
  const { elapsedMs, limit, after } = optionsOf(given, ["elapsedMs", "limit", "after"]);
  return {
    elapsedMs: wholeNumber("elapsedMs", elapsedMs ?? ELAPSED_MS, duration),
    limit: wholeNumber("limit", limit ?? 100, { min: 1, max: 1_000 }),
    after: checkPlace(after),
  };
};

/** One page of the index of what is due, and one write: each dispatch by itself, so that one that has just got its result keeps it. */
export const markLost = (
  { store, ledger }: Parts,
  { elapsedMs, limit, after }: LostOptions,
): Observable<Page<Dispatch>> =>
  defer(() => {
    const nowMs = store.scheduler.now();
    const beforeMs = nowMs - elapsedMs;
    const request = { collection: ledger.dispatches, indexes: [DUE], from: undefined, upTo: sortOf(beforeMs) };
    return store.pageRecords({ ...request, after, limit, backwards: false }).pipe(
      concatMap(({ items, next }) => {
        const lost: Array<DispatchState> = [];
        const lists = items.flatMap((stored) => {
          const read = ledger.dispatchIn(stored);
          // What another version has written is left to that.
          if (!isRight(read) || (read.right.dueAtMs ?? beforeMs) >= beforeMs) return [];
          const state: DispatchState = { ...read.right, status: "lost", dueAtMs: undefined, resultedAtMs: nowMs };
          lost.push(state);
          return [[ledger.putDispatch(state, stored)]];
        });
        if (lists.length === 0) return of({ items: [], next });
        return store.write(lists, idFrom(store)).pipe(
          map((answers) => ({
            items: lost.filter((_, i) => answers[i]?._tag === "Right").map(shownDispatch),
            next,
          })),
        );
      }),
    );
  });
