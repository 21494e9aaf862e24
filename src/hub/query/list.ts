/** Reads of a hub: events, dispatches, pages of both, and counts. */
import { isLeft } from "fp-ts/lib/Either.js";
import { concatMap, defer, map, type Observable, of } from "rxjs";
import { decodePayload } from "../../codec/envelope.js";
import { oneOf, optionsOf, wholeNumber } from "../../core/options.js";
import { decodeRefused, invalidConfig } from "../../core/SluiceError.js";
import type { Page } from "../../port/Page.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import type { HubEvent } from "../Destination.js";
import { type Dispatch, STATUSES, type Status, shownDispatch } from "../Dispatch.js";
import type { Parts } from "../definition.js";
import type { ListDispatchesOptions, ListedEvent, ListOptions, StatusCounts } from "../Hub.js";
import { type DispatchId, type HubEventId, parseDispatchId, parseHubEventId } from "../ids.js";
import type { StoredEventRecord } from "../ledger/EventRecord.js";
import { EVENTS, idIn, indexOf, placeOf } from "../ledger/Ledger.js";
import { checkAfter } from "./checkAfter.js";
import { getAll } from "./getAll.js";
import { knownDestinations } from "./knownDestinations.js";
import { pageDispatches } from "./pageDispatches.js";

/** An id as it is stored, or `InvalidConfig`. */
export const checkId = <I extends DispatchId | HubEventId>(id: I): I => {
  const parsed = typeof id === "string" ? (parseDispatchId(id) ?? parseHubEventId(id)) : undefined;
  // Both kinds of ids are UUIDs; which of them is asked for, the type says.
  if (parsed !== undefined) return parsed as I;
  throw invalidConfig("id", "id must be one that a hub has made: read others by HubEventIdCodec or DispatchIdCodec.");
};

/** Throws `DecodeRefused` where the codec refuses it. */
const eventIn = ({ name, eventCodec }: Parts, { id, value }: StoredRecord): StoredEventRecord<unknown> => {
  const decoded = decodePayload(eventCodec, value);
  if (isLeft(decoded)) throw decodeRefused(`event ${id} of the hub ${JSON.stringify(name)}`, decoded.left);
  return decoded.right;
};

export const getEvent = (parts: Parts, id: HubEventId): Observable<HubEvent<unknown> | undefined> =>
  defer(() => parts.store.getRecords([parts.ledger.eventName(checkId(id))])).pipe(
    map(([record]) => {
      if (record === undefined) return undefined;
      const { payload, createdAtMs } = eventIn(parts, record);
      return { id: record.id as HubEventId, payload, createdAtMs };
    }),
  );

export const getDispatch = (parts: Parts, id: DispatchId): Observable<Dispatch | undefined> =>
  defer(() => parts.store.getRecords([parts.ledger.dispatchName(checkId(id))])).pipe(
    map(([record]) => record && dispatchIn(parts, record)),
  );

const dispatchIn = ({ ledger }: Parts, record: StoredRecord): Dispatch => {
  const read = ledger.dispatchIn(record);
  if (isLeft(read)) throw read.left;
  return shownDispatch(read.right);
};

const LIST = ["order", "after", "limit"] as const;

interface Listing {
  readonly after: string | undefined;
  readonly limit: number;
  readonly backwards: boolean;
}

const listingOf = (options: ListOptions): Listing => {
  const { order = "newest first", after, limit = 100 } = optionsOf(options, LIST);
  return {
    backwards: oneOf("order", order, ["newest first", "oldest first"]) === "newest first",
    after: checkAfter(after),
    limit: wholeNumber("limit", limit, { min: 1, max: 1_000 }),
  };
};

export const listDispatches = (parts: Parts, options: ListDispatchesOptions<string>): Observable<Page<Dispatch>> =>
  defer(() => {
    const listing = listingOf(options);
    const { status, destination } = optionsOf(options, ["status", "destination"]);
    const statuses = statusesOf(status);
    if (statuses.length === 0) return of({ items: [], next: undefined });
    return (destination === undefined ? knownDestinations(parts) : of([destination])).pipe(
      concatMap((destinations) => pageDispatches(parts, { ...listing, statuses, destinations })),
      map(({ items, next }) => ({ items: items.map((record) => dispatchIn(parts, record)), next })),
    );
  });

const statusesOf = (given: Status | ReadonlyArray<Status> | undefined): ReadonlyArray<Status> => {
  if (given === undefined) return STATUSES;
  const all = typeof given === "string" ? [given] : given;
  return [...new Set(all)].map((status) => oneOf("status", status, STATUSES));
};

export const listEvents = (parts: Parts, options: ListOptions): Observable<Page<ListedEvent<unknown, string>>> =>
  defer(() => {
    const { store, ledger } = parts;
    const { after, limit, backwards } = listingOf(options);
    const request = { collection: ledger.events, indexes: [EVENTS], from: undefined, upTo: undefined };
    const place = after === undefined ? undefined : placeOf(after);
    return store.pageRecords({ ...request, after: place, limit, backwards }).pipe(
      concatMap(({ items, next }) => {
        const events = items.map((record) => eventIn(parts, record));
        const names = events.flatMap(({ dispatchIds }) => dispatchIds.map((id) => ledger.dispatchName(id)));
        return getAll(store, names).pipe(
          map((records) => {
            const byId = new Map(records.flatMap((record) => (record === undefined ? [] : [[record.id, record]])));
            return {
              items: events.map(({ payload, createdAtMs, dispatchIds }, i) => ({
                id: items[i]?.id as HubEventId,
                payload,
                createdAtMs,
                dispatches: dispatchIds.flatMap((id) => {
                  const record = byId.get(id);
                  return record === undefined ? [] : [dispatchIn(parts, record)];
                }),
              })),
              next: next === undefined ? undefined : idIn(next),
            };
          }),
        );
      }),
    );
  });

/** So many indexes are counted in one call. */
const INDEXES_MAX = 600;

export const countsOf = (parts: Parts): Observable<Readonly<Record<string, StatusCounts>>> =>
  knownDestinations(parts).pipe(
    concatMap((destinations) => {
      const indexes = destinations.flatMap((one) => STATUSES.map((status) => indexOf(status, one)));
      return countAll(parts, indexes).pipe(
        map((counts) =>
          Object.fromEntries(
            destinations.map((destination, i) => [
              destination,
              // Each status has its count at its place.
              Object.fromEntries(
                STATUSES.map((status, j) => [status, counts[i * STATUSES.length + j] ?? 0]),
              ) as unknown as StatusCounts,
            ]),
          ),
        ),
      );
    }),
  );

const countAll = ({ store, ledger }: Parts, indexes: ReadonlyArray<string>): Observable<ReadonlyArray<number>> => {
  const first = indexes.slice(0, INDEXES_MAX);
  const rest = indexes.slice(INDEXES_MAX);
  return store
    .countRecords({ collection: ledger.dispatches, indexes: first })
    .pipe(
      concatMap((counts) =>
        rest.length === 0
          ? of(counts)
          : countAll({ store, ledger } as Parts, rest).pipe(map((others) => [...counts, ...others])),
      ),
    );
};
