/** Where a record stands in the store's indexes, and by which of them a page reads. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { checkKey } from "../codec/parts.js";
import { ask } from "../core/ask.js";
import { encodeRefused, type SluiceError } from "../core/SluiceError.js";
import type { IndexPlace } from "../core/steps/Put.js";
import type { Entries, IndexEntry, ResolvedRecords } from "./RecordsDefinition.js";

/** The store's index for entries with this `where`, or without one. No name has "=". */
export const indexFor = (name: string, where: string | undefined): string =>
  where === undefined ? name : `${name}=${checkKey("where", where)}`;

/** A record may stand at so many places of one index. */
const ENTRIES_MAX = 100;
/** Where all sort alike, the id decides. */
const NO_SORT = "-";
const SORT = /^[!-~]{1,128}$/;

const placeOf = (name: string, entry: IndexEntry<unknown>): IndexPlace => {
  const { where, sort = NO_SORT } = entry;
  if (!SORT.test(sort)) throw encodeRefused([`indexes.${name}: its sort must be made by sortOf`]);
  return { name: indexFor(name, where), sort };
};

const listOf = (entries: Entries<unknown>): ReadonlyArray<IndexEntry<unknown>> =>
  entries === undefined ? [] : isList(entries) ? entries : [entries];

const isList = (
  entries: IndexEntry<unknown> | ReadonlyArray<IndexEntry<unknown>>,
): entries is ReadonlyArray<IndexEntry<unknown>> => Array.isArray(entries);

/** All places of a record with this value; what an index function throws refuses the value. */
export const placesOf = <A>(
  { indexes }: ResolvedRecords<A>,
  id: string,
  value: A,
): Either<SluiceError, ReadonlyArray<IndexPlace>> => {
  const places: Array<IndexPlace> = [];
  for (const [name, entriesOf] of indexes) {
    const own = ask(`indexes.${name}`, () => listOf(entriesOf(value, id)).map((entry) => placeOf(name, entry)));
    if (isLeft(own)) return own;
    if (own.right.length > ENTRIES_MAX)
      return left(encodeRefused([`indexes.${name}: ${own.right.length} entries, at most ${ENTRIES_MAX} fit`]));
    places.push(...own.right);
  }
  return right(places);
};
