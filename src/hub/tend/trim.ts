/** Gives up what is not to be kept: dispatches with a result, and the events that have none left. A chunk is one page and one write. */
import { isLeft } from "fp-ts/lib/Either.js";
import { concat, concatMap, EMPTY, from, ignoreElements, map, type Observable, of } from "rxjs";
import { decodePayload } from "../../codec/envelope.js";
import { iterate } from "../../core/iterate.js";
import type { SluiceError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import type { Step } from "../../core/steps/Step.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import type { Resulted } from "../Dispatch.js";
import type { Parts } from "../definition.js";
import type { KeepLimits } from "../Hub.js";
import type { DispatchId, HubEventId } from "../ids.js";
import { StoredEventCodec, type StoredEventRecord } from "../ledger/EventRecord.js";
import { EVENTS, indexOf } from "../ledger/Ledger.js";
import { getAll } from "../query/getAll.js";
import { knownDestinations } from "../query/knownDestinations.js";
import { pageDispatches } from "../query/pageDispatches.js";

const CHUNK_COUNT = 100;

/** Completes when all of it is done. */
export const trim = (parts: Parts): Observable<never> => {
  const limited = [...parts.keep].filter(
    ([, { ageMs, resultedMax }]) => ageMs !== undefined || resultedMax !== undefined,
  );
  if (limited.length === 0 && parts.keepEventsMs === undefined) return EMPTY;
  const dispatches$ = knownDestinations(parts).pipe(
    concatMap((destinations) => from(limited.map(([status, limits]) => ({ status, limits, destinations })))),
    concatMap((trimming) => trimDispatches(parts, trimming)),
  );
  return concat(dispatches$, trimEvents(parts));
};

interface Trimming {
  readonly status: Resulted;
  readonly limits: KeepLimits;
  readonly destinations: ReadonlyArray<string>;
}

interface Chunk {
  readonly after: string | undefined;
  readonly isLast: boolean;
}

const trimDispatches = (parts: Parts, trimming: Trimming): Observable<never> => {
  const { status, limits, destinations } = trimming;
  const { ageMs, resultedMax } = limits;
  if (destinations.length === 0 || (ageMs === undefined && resultedMax === undefined)) return EMPTY;
  const beforeMs = ageMs === undefined ? Number.NEGATIVE_INFINITY : parts.store.scheduler.now() - ageMs;
  const next = (after: string | undefined): Observable<Chunk> =>
    pageDispatches(parts, { statuses: [status], destinations, after, limit: CHUNK_COUNT, backwards: false }).pipe(
      // The page first: whatever others of these have removed meanwhile is not counted any more, so that together they remove no more than
      // what is too much.
      concatMap((page) => excessOf(parts, trimming).pipe(map((excess) => ({ page, excess })))),
      concatMap(({ page, excess }) => {
        const { removed, isLast } = chosenOf(parts, page.items, { excess, beforeMs });
        const chunk = { after: page.next, isLast: isLast || page.next === undefined };
        return remove(parts, removed).pipe(map(() => chunk));
      }),
    );
  return iterate<Chunk, SluiceError>(
    () => ({ after: undefined, isLast: false }),
    (chunk) => (chunk.isLast ? undefined : next(chunk.after)),
  ).pipe(ignoreElements());
};

/** How many are more than may be kept. */
const excessOf = (
  { store, ledger }: Parts,
  { status, limits: { resultedMax }, destinations }: Trimming,
): Observable<number> =>
  resultedMax === undefined
    ? of(0)
    : store
        .countRecords({
          collection: ledger.dispatches,
          indexes: destinations.map((destination) => indexOf(status, destination)),
        })
        .pipe(map((counts) => Math.max(0, counts.reduce((sum, count) => sum + count, 0) - resultedMax)));

interface Removed {
  readonly record: StoredRecord;
  readonly eventId: HubEventId;
}

/** Those of a page, oldest first, that are too many or too old; and whether none behind it is. */
const chosenOf = (
  { ledger }: Parts,
  records: ReadonlyArray<StoredRecord>,
  { excess, beforeMs }: { readonly excess: number; readonly beforeMs: number },
): { readonly removed: ReadonlyArray<Removed>; readonly isLast: boolean } => {
  const removed: Array<Removed> = [];
  for (const record of records) {
    const read = ledger.dispatchIn(record);
    if (isLeft(read)) continue;
    const { createdAtMs, resultedAtMs = createdAtMs, eventId } = read.right;
    if (removed.length < excess || resultedAtMs < beforeMs) removed.push({ record, eventId });
    // A result is never older than its dispatch, so that behind this one all are young enough.
    else if (createdAtMs >= beforeMs) return { removed, isLast: true };
  }
  return { removed, isLast: false };
};

/** The dispatches, then those of their events that have none left. */
const remove = (parts: Parts, removed: ReadonlyArray<Removed>): Observable<unknown> => {
  if (removed.length === 0) return of(undefined);
  const { store, ledger } = parts;
  const ids = [...new Set(removed.map(({ eventId }) => eventId))];
  return store
    .write(
      removed.map(({ record }) => [ledger.removeDispatch(record)]),
      idFrom(store),
    )
    .pipe(
      concatMap(() =>
        getAll(
          store,
          ids.map((id) => ledger.eventName(id)),
        ),
      ),
      concatMap((events) =>
        removeBare(
          parts,
          events.flatMap((event) => event ?? []),
        ),
      ),
    );
};

/** Removes those of the events whose dispatches are all gone. An event that just got a new one has another revision. */
const removeBare = (parts: Parts, events: ReadonlyArray<StoredRecord>): Observable<unknown> => {
  const { store, ledger } = parts;
  const idsOf = events.map((event) => dispatchIdsIn(event));
  const names = idsOf.flatMap((ids) => ids?.map((id) => ledger.dispatchName(id)) ?? []);
  return getAll(store, names).pipe(
    concatMap((records) => {
      const there = new Set(records.flatMap((record) => record?.id ?? []));
      const lists = events.flatMap((event, i): ReadonlyArray<ReadonlyArray<Step>> => {
        const ids = idsOf[i];
        return ids === undefined || ids.some((id) => there.has(id)) ? [] : [[ledger.removeEvent(event)]];
      });
      return lists.length === 0 ? of(undefined) : store.write(lists, idFrom(store));
    }),
  );
};

/** Undefined where another version has written it, or it cannot be read: then it is left alone. */
const dispatchIdsIn = (record: StoredRecord): ReadonlyArray<DispatchId> | undefined => storedIn(record)?.dispatchIds;

const storedIn = ({ value }: StoredRecord): StoredEventRecord<unknown> | undefined => {
  const decoded = decodePayload(StoredEventCodec, value);
  return isLeft(decoded) ? undefined : decoded.right;
};

/** Those that are older than they may be, and have no dispatch. */
const trimEvents = (parts: Parts): Observable<never> => {
  const { store, ledger, keepEventsMs } = parts;
  if (keepEventsMs === undefined) return EMPTY;
  const beforeMs = store.scheduler.now() - keepEventsMs;
  const request = { collection: ledger.events, indexes: [EVENTS], from: undefined, upTo: undefined };
  const next = (after: string | undefined): Observable<Walk> =>
    store.pageRecords({ ...request, after, limit: CHUNK_COUNT, backwards: false }).pipe(
      concatMap((page) => {
        const old = page.items.filter((event) => (storedIn(event)?.createdAtMs ?? beforeMs) < beforeMs);
        const isLast = page.next === undefined || old.length < page.items.length;
        return removeBare(parts, old).pipe(map(() => ({ after: page.next, isLast })));
      }),
    );
  return iterate<Walk, SluiceError>(
    () => ({ after: undefined, isLast: false }),
    ({ after, isLast }) => (isLast ? undefined : next(after)),
  ).pipe(ignoreElements());
};

interface Walk {
  readonly after: string | undefined;
  readonly isLast: boolean;
}
