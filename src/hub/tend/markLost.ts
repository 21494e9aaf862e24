/** Marks dispatches as lost whose message has not come, long behind the time at which it was expected. */
import { isRight } from "fp-ts/lib/Either.js";
import { catchError, concatMap, defer, map, type Observable, of, throwError } from "rxjs";
import { duration, optionsOf, wholeNumber } from "../../core/options.js";
import { isSluiceError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import type { Step } from "../../core/steps/Step.js";
import type { Page } from "../../port/Page.js";
import { sortOf } from "../../records/sortOf.js";
import { type Dispatch, type DispatchState, shownDispatch } from "../Dispatch.js";
import type { Parts } from "../definition.js";
import type { MarkLostOptions } from "../Hub.js";
import { DUE } from "../ledger/Ledger.js";
import { checkPlace } from "../query/checkAfter.js";
import { type Overdue, withoutFollowers } from "./withoutFollowers.js";
import { withoutHeld } from "./withoutHeld.js";

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

/** One write of what is lost, which may be sent again. */
interface Marking {
  readonly writeId: string;
  readonly lists: ReadonlyArray<ReadonlyArray<Step>>;
  readonly lost: ReadonlyArray<DispatchState>;
  readonly next: string | undefined;
}

/** One page of the index of what is due, and one write: each dispatch by itself, so that one that has just got its result keeps it. */
export const markLost = (parts: Parts, options: MarkLostOptions): Observable<Page<Dispatch>> => {
  /** Those that failed without an answer: the next run sends them again, and so tells what they have marked. */
  const unanswered: Array<Marking> = [];
  const send = (marking: Marking): Observable<Page<Dispatch>> =>
    parts.store.write(marking.lists, marking.writeId).pipe(
      map((answers) => {
        const items = marking.lost.filter((_, i) => answers[i]?._tag === "Right").map(shownDispatch);
        for (const dispatch of items) parts.sink.tell({ _tag: "Lost", dispatch });
        return { items, next: marking.next };
      }),
      catchError((error: unknown) => {
        if (isSluiceError(error) && error.retryable) unanswered.push(marking);
        return throwError(() => error);
      }),
    );
  return defer(() => {
    const sent = unanswered.pop();
    return sent === undefined ? look(parts, lostOptions(options)).pipe(concatMap(sendBy(send))) : send(sent);
  });
};

/** A write of nothing is none. */
const sendBy =
  (send: (marking: Marking) => Observable<Page<Dispatch>>) =>
  (marking: Marking): Observable<Page<Dispatch>> =>
    marking.lists.length === 0 ? of({ items: [], next: marking.next }) : send(marking);

const look = (parts: Parts, { elapsedMs, limit, after }: LostOptions): Observable<Marking> => {
  const { store, ledger } = parts;
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
      return withoutFollowers(parts, overdue, { beforeMs, elapsedMs }).pipe(
        concatMap((late) => withoutHeld(parts, late)),
        map((late) => {
          const lost = late.map(
            ({ dispatch }): DispatchState => ({ ...dispatch, status: "lost", dueAtMs: undefined, resultedAtMs: nowMs }),
          );
          const lists = late.map(({ stored }, i) => lost.slice(i, i + 1).map((one) => ledger.putDispatch(one, stored)));
          return { writeId: idFrom(store), lists, lost, next };
        }),
      );
    }),
  );
};
