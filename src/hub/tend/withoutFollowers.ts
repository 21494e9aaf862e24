/**
 * Dispatches of one key at one destination go one after the other. One that waits behind another is not expected before that one has ended,
 * however long its backoff is: it is late, but not lost.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import { concatMap, forkJoin, map, type Observable, of } from "rxjs";
import type { StoredRecord } from "../../port/RecordPort.js";
import type { Dispatch, DispatchState } from "../Dispatch.js";
import type { Parts } from "../definition.js";
import { parseDispatchId } from "../ids.js";
import { queueOf } from "../names.js";
import { getAll } from "../query/getAll.js";

/** A dispatch whose next delivery was expected long ago. */
export interface Overdue {
  readonly stored: StoredRecord;
  readonly dispatch: DispatchState;
}

export interface Elapsed {
  readonly elapsedMs: number;
  /** Now, less that. */
  readonly beforeMs: number;
}

/** Those of them that wait for no other one of their key. */
export const withoutFollowers = (
  parts: Parts,
  overdue: ReadonlyArray<Overdue>,
  elapsed: Elapsed,
): Observable<ReadonlyArray<Overdue>> => {
  const keyed = overdue.flatMap(({ dispatch: { destination, key } }) =>
    key === undefined ? [] : [{ destination, key }],
  );
  if (keyed.length === 0) return of(overdue);
  // The heads first: one that ends between the two reads is then found to have just ended.
  return headsOf(parts, keyed).pipe(
    concatMap((heads) =>
      statesOf(parts, [...heads.values()]).pipe(
        map((states) =>
          overdue.filter(({ dispatch }) => {
            const mark =
              dispatch.key === undefined ? undefined : heads.get(placeOf(dispatch.destination, dispatch.key));
            return mark === undefined || !waits(dispatch, mark, { states, elapsed });
          }),
        ),
      ),
    ),
  );
};

interface Keyed {
  readonly destination: string;
  readonly key: string;
}

/** A destination has no "/". */
const placeOf = (destination: string, key: string): string => `${destination}/${key}`;

/** The mark of a head that has none: an older version of the library has enqueued it. */
const UNKNOWN = "";

/** The marks of the heads, which are the ids of their dispatches. Keys that are free are missing. */
const headsOf = ({ store, name }: Parts, keyed: ReadonlyArray<Keyed>): Observable<ReadonlyMap<string, string>> => {
  const destinations = [...new Set(keyed.map(({ destination }) => destination))];
  const pages = destinations.map((destination) => {
    const keys = [...new Set(keyed.flatMap((one) => (one.destination === destination ? [one.key] : [])))];
    return store.heads({ queue: queueOf(name, destination), keys }).pipe(
      map((heads) =>
        keys.flatMap((key, i): ReadonlyArray<readonly [string, string]> => {
          const head = heads[i];
          return head === undefined ? [] : [[placeOf(destination, key), head.mark ?? UNKNOWN]];
        }),
      ),
    );
  });
  return forkJoin(pages).pipe(map((all) => new Map(all.flat())));
};

/** What is on record of these; "unreadable" where another version of the library has written it. */
type States = ReadonlyMap<string, DispatchState | "unreadable">;

const statesOf = ({ store, ledger }: Parts, marks: ReadonlyArray<string>): Observable<States> => {
  const ids = [...new Set(marks)].flatMap((mark) => parseDispatchId(mark) ?? []);
  return getAll(
    store,
    ids.map((id) => ledger.dispatchName(id)),
  ).pipe(
    map((records) => {
      const found = records.flatMap((record) => (record === undefined ? [] : [record]));
      return new Map(
        found.map((record) => {
          const read = ledger.dispatchIn(record);
          return [record.id, isLeft(read) ? "unreadable" : read.right] as const;
        }),
      );
    }),
  );
};

const waits = (
  dispatch: Dispatch,
  mark: string,
  { states, elapsed }: { readonly states: States; readonly elapsed: Elapsed },
): boolean => {
  // It is the head itself.
  if (mark === dispatch.id) return false;
  const head = mark === UNKNOWN ? "unreadable" : states.get(mark);
  if (head === "unreadable") return true;
  // The head is not kept any more: its message waits for somebody who finds that out.
  if (head === undefined) return false;
  // It is late from then on where the head was marked as lost, and its message still stands in front.
  if (head.status !== "ongoing") return (head.resultedAtMs ?? 0) >= elapsed.beforeMs;
  // Whoever came long after it has gone ahead of it only where its own message is not there any more.
  return firstDueMs(head) <= firstDueMs(dispatch) + elapsed.elapsedMs;
};

/** When a dispatch joined the line of its key. */
const firstDueMs = ({ createdAtMs, settings }: Dispatch): number => createdAtMs + settings.delaySeconds * 1_000;
