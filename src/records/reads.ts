/** Reading records: by id, and in the order of an index. */
import { defer, EMPTY, expand, map, type Observable, of, toArray } from "rxjs";
import { checkKey } from "../codec/parts.js";
import { type Effect, failingWith, fromOne, mapEffect } from "../core/Effect.js";
import { optionsOf, shown, wholeNumber } from "../core/options.js";
import { type DecodeRefused, invalidConfig, type ReadError } from "../core/SluiceError.js";
import type { RecordPageRequest, StoredRecord } from "../port/RecordPort.js";
import type { RecordsStore } from "../port/Store.js";
import { indexFor } from "./places.js";
import type { RangeOptions, RecordPage, RecordReads, Stored, Where } from "./Records.js";
import type { Places, ResolvedRecords } from "./RecordsDefinition.js";
import { decoded, decodedPage } from "./stored.js";

/** So many ids are asked for in one call. */
const NAMES_MAX = 1_000;

export const readsOf = <A, W extends Places>(store: RecordsStore, resolved: ResolvedRecords<A>): RecordReads<A, W> => {
  const getAll: RecordReads<A, W>["getAll"] = (ids) =>
    failingWith<ReadError | DecodeRefused>()(fromOne(defer(() => readAll(store, resolved, ids))));
  const page = (index: string, options: RangeOptions & Partial<Where<string>> = {}): Effect<RecordPage<A>, ReadError> =>
    failingWith<ReadError>()(
      fromOne(
        defer(() => store.pageRecords(requestOf(resolved, index, options))).pipe(
          map(({ items, next }) => ({ ...decodedPage(resolved, items), next })),
        ),
      ),
    );
  const count = (index: string, options: Partial<Where<string>> = {}): Effect<number, ReadError> =>
    failingWith<ReadError>()(
      fromOne(
        defer(() =>
          store.countRecords({ collection: resolved.name, indexes: indexesOf(resolved, index, options.where) }),
        ).pipe(map((counts) => counts.reduce((sum, own) => sum + own, 0))),
      ),
    );
  // Whether an index has a `where` is told by W, which a generic function cannot ask.
  return {
    get: (id: string) => mapEffect(getAll([id]), ([record]) => record),
    getAll,
    page,
    count,
  } as unknown as RecordReads<A, W>;
};

const isList = (given: unknown): boolean => Array.isArray(given);

/** A part for each call: what it did not answer, since that has too many bytes, is asked for by the next. */
const readAll = <A>(
  store: RecordsStore,
  resolved: ResolvedRecords<A>,
  ids: ReadonlyArray<string>,
): Observable<ReadonlyArray<Stored<A> | undefined>> => {
  if (!isList(ids)) throw invalidConfig("ids", `ids must be an array of texts, not ${shown(ids)}.`);
  const names = ids.map((id) => ({ collection: resolved.name, id: checkKey("id", id) }));
  let read = 0;
  const next = (): Observable<ReadonlyArray<StoredRecord | undefined>> =>
    read === names.length ? EMPTY : store.getRecords(names.slice(read, read + NAMES_MAX));
  return (names.length === 0 ? of([]) : next()).pipe(
    expand((part) => {
      read += part.length;
      return next();
    }),
    // One list for all parts: to copy it for each of them takes seconds for a million ids.
    toArray(),
    map((parts) => parts.flatMap((part) => part.map((record) => record && decoded(resolved, record)))),
  );
};

const RANGE = ["from", "upTo", "backwards", "after", "limit", "where"] as const;

const requestOf = <A>(
  resolved: ResolvedRecords<A>,
  index: string,
  options: RangeOptions & Partial<Where<string>>,
): RecordPageRequest => {
  const { from, upTo, backwards = false, after, limit = 100, where } = optionsOf(options, RANGE);
  return {
    collection: resolved.name,
    indexes: indexesOf(resolved, index, where),
    from: textOf("from", from),
    upTo: textOf("upTo", upTo),
    after: textOf("after", after),
    limit: wholeNumber("limit", limit, { min: 1, max: 1_000 }),
    backwards,
  };
};

const textOf = (option: string, given: string | undefined): string | undefined => {
  if (given === undefined || typeof given === "string") return given;
  throw invalidConfig(
    option,
    `${option} must be a text: a sort made by sortOf, or the next of a page, not ${shown(given)}.`,
  );
};

/** One read goes over so many parts of an index at most. */
const WHERES_MAX = 20;

const indexesOf = <A>(
  { name, indexes }: ResolvedRecords<A>,
  index: string,
  where: string | ReadonlyArray<string> | undefined,
): ReadonlyArray<string> => {
  if (!indexes.some(([known]) => known === index))
    throw invalidConfig(
      "index",
      `${JSON.stringify(name)} has no index ${JSON.stringify(index)}: its definition names them.`,
    );
  if (where === undefined || typeof where === "string") return [indexFor(index, where)];
  if (!isList(where) || where.length === 0 || where.length > WHERES_MAX)
    throw invalidConfig(
      "where",
      `where must be a text, or 1 to ${WHERES_MAX} of them, not ${isList(where) ? where.length : shown(where)}.`,
    );
  return [...new Set(where)].map((one) => indexFor(index, one));
};
