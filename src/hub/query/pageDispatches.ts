/** Pages of dispatches over any number of statuses and destinations, in the order of their ids. */
import { forkJoin, map, type Observable, of } from "rxjs";
import type { Page } from "../../port/Page.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import type { Store } from "../../port/Store.js";
import type { Status } from "../Dispatch.js";
import { idIn, indexOf, type Ledger, placeOf } from "../ledger/Ledger.js";

export interface DispatchPageRequest {
  readonly statuses: ReadonlyArray<Status>;
  readonly destinations: ReadonlyArray<string>;
  /** The id of the last dispatch of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly backwards: boolean;
}

/** One call reads so many indexes at most. */
const INDEXES_MAX = 20;

/**
 * One call for some destinations with all statuses that are asked for: a dispatch keeps its destination, so that none slips through
 * between two calls by changing its status. The pages of several calls are merged up to where the shortest of them ends.
 */
export const pageDispatches = (
  { store, ledger }: { readonly store: Store; readonly ledger: Ledger },
  { statuses, destinations, after, limit, backwards }: DispatchPageRequest,
): Observable<Page<StoredRecord>> => {
  const size = Math.max(1, Math.floor(INDEXES_MAX / statuses.length));
  const groups: Array<ReadonlyArray<string>> = [];
  for (let i = 0; i < destinations.length; i += size) groups.push(destinations.slice(i, i + size));
  if (groups.length === 0) return of({ items: [], next: undefined });
  const pages = groups.map((group) =>
    store.pageRecords({
      collection: ledger.dispatches,
      indexes: group.flatMap((destination) => statuses.map((status) => indexOf(status, destination))),
      from: undefined,
      upTo: undefined,
      after: after === undefined ? undefined : placeOf(after),
      limit,
      backwards,
    }),
  );
  return forkJoin(pages).pipe(map((all) => merged(all, limit, backwards)));
};

/** A page that goes on says nothing of what is behind its last one. */
const merged = (pages: ReadonlyArray<Page<StoredRecord>>, limit: number, backwards: boolean): Page<StoredRecord> => {
  const isBefore = (one: string, other: string): boolean => (backwards ? one > other : one < other);
  const ends = pages.flatMap(({ next }) => (next === undefined ? [] : [idIn(next)]));
  const end = ends.reduce<string | undefined>(
    (first, one) => (first === undefined || isBefore(one, first) ? one : first),
    undefined,
  );
  const all = pages
    .flatMap(({ items }) => items)
    .filter(({ id }) => end === undefined || !isBefore(end, id))
    .sort((one, other) => (isBefore(one.id, other.id) ? -1 : 1));
  const items = all.slice(0, limit);
  return { items, next: items.length < all.length ? items.at(-1)?.id : end };
};
