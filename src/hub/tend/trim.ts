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
  /** How many are more than may be kept. */
  readonly excess: number;
  readonly isLast: boolean;
}

const trimDispatches = (parts: Parts, { status, limits, destinations }: Trimming): Observable<never> => {
  const { store, ledger } = parts;
  const { ageMs, resultedMax = Number.POSITIVE_INFINITY } = limits;
  if (destinations.length === 0 || (ageMs === undefined && resultedMax === Number.POSITIVE_INFINITY)) return EMPTY;
  const beforeMs = ageMs === undefined ? Number.NEGATIVE_INFINITY : store.scheduler.now() - ageMs;
  const next = ({ after, excess }: Chunk): Observable<Chunk> =>
    pageDispatches(parts, { statuses: [status], destinations, after, limit: CHUNK_COUNT, backwards: false }).pipe(
      concatMap((page) => {
        const removed: Array<{ readonly record: StoredRecord; readonly eventId: HubEventId }> = [];
        let isLast = page.next === undefined;
        for (const record of page.items) {
          const read = ledger.dispatchIn(record);
          if (isLeft(read)) continue;
          const { createdAtMs, resultedAtMs = createdAtMs, eventId } = read.right;
          if (removed.length < excess || resultedAtMs < beforeMs) removed.push({ record, eventId });
          // A result is never older than its dispatch, so that behind this one all are young enough.
          else if (createdAtMs >= beforeMs) {
            isLast = true;
            break;
          }
        }
        const chunk = { after: page.next, excess: Math.max(0, excess - removed.length), isLast };
        return remove(parts, removed).pipe(map(() => chunk));
      }),
    );
  const indexes = destinations.map((destination) => indexOf(status, destination));
  return store.countRecords({ collection: ledger.dispatches, indexes }).pipe(
    map((counts) => Math.max(0, counts.reduce((sum, count) => sum + count, 0) - resultedMax)),
    concatMap((excess) => {
      if (excess === 0 && ageMs === undefined) return EMPTY;
      return iterate<Chunk, SluiceError>(
        () => ({ after: undefined, excess, isLast: false }),
        (chunk) => (chunk.isLast ? undefined : next(chunk)),
      );
    }),
    ignoreElements(),
  );
};

/** The dispatches, then those of their events that have none left. */
const remove = (
  parts: Parts,
  removed: ReadonlyArray<{ readonly record: StoredRecord; readonly eventId: HubEventId }>,
): Observable<unknown> => {
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
