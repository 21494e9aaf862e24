/** Marks dispatches as lost whose message has not come, long behind the time at which it was expected. */
import { isRight } from "fp-ts/lib/Either.js";
import { concatMap, defer, map, type Observable, of } from "rxjs";
import { duration, optionsOf, wholeNumber } from "../../core/options.js";
import { idFrom } from "../../core/Sources.js";
import type { Page } from "../../port/Page.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import { sortOf } from "../../records/sortOf.js";
import { type Dispatch, type DispatchState, shownDispatch } from "../Dispatch.js";
import type { Parts } from "../definition.js";
import type { MarkLostOptions } from "../Hub.js";
import { DUE } from "../ledger/Ledger.js";
import { checkPlace } from "../query/checkAfter.js";
import { waitingAt } from "./waiting.js";

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

/** What one page has come to. */
export interface Marked extends Page<Dispatch> {
  /** How many of it are overdue, and wait at their destinations all the same. */
  readonly held: number;
}

/** One page of the index of what is due, and one write: each dispatch by itself, so that one that has just got its result keeps it. */
export const markLost = (parts: Parts, { elapsedMs, limit, after }: LostOptions): Observable<Marked> =>
  defer(() => {
    const { store, ledger, sink } = parts;
    const nowMs = store.scheduler.now();
    const beforeMs = nowMs - elapsedMs;
    const request = { collection: ledger.dispatches, indexes: [DUE], from: undefined, upTo: sortOf(beforeMs) };
    return store.pageRecords({ ...request, after, limit, backwards: false }).pipe(
      concatMap(({ items, next }) => {
        const overdue = items.flatMap((stored): ReadonlyArray<Overdue> => {
          const read = ledger.dispatchIn(stored);
          // What another version has written is left to that.
          return isRight(read) && (read.right.dueAtMs ?? beforeMs) < beforeMs ? [{ stored, dispatch: read.right }] : [];
        });
        return waitingAt(parts, new Set(overdue.map(({ dispatch }) => dispatch.destination))).pipe(
          concatMap((waiting) => {
            const lost = overdue.flatMap(({ stored, dispatch }): ReadonlyArray<Overdue> => {
              if (waiting.has(dispatch.destination)) return [];
              return [{ stored, dispatch: { ...dispatch, status: "lost", dueAtMs: undefined, resultedAtMs: nowMs } }];
            });
            const held = overdue.length - lost.length;
            if (lost.length === 0) return of({ items: [], next, held });
            const lists = lost.map(({ stored, dispatch }) => [ledger.putDispatch(dispatch, stored)]);
            return store.write(lists, idFrom(store)).pipe(
              map((answers) => {
                const marked = lost.flatMap(({ dispatch }, i) =>
                  answers[i]?._tag === "Right" ? [shownDispatch(dispatch)] : [],
                );
                for (const dispatch of marked) sink.tell({ _tag: "Lost", dispatch });
                return { items: marked, next, held };
              }),
            );
          }),
        );
      }),
    );
  });

interface Overdue {
  readonly stored: StoredRecord;
  readonly dispatch: DispatchState;
}
