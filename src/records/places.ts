/** Where a record stands in the store's indexes, and by which of them a page reads. */
import { type Either, isLeft, right } from "fp-ts/lib/Either.js";
import { checkKey } from "../codec/parts.js";
import { ask } from "../core/ask.js";
import type { SluiceError } from "../core/SluiceError.js";
import type { IndexPlace } from "../core/steps/Put.js";
import type { ResolvedRecords } from "./RecordsDefinition.js";

/** The store's index for entries with this `where`, or without one. No name has "=". */
export const indexFor = (name: string, where: string | undefined): string =>
  where === undefined ? name : `${name}=${checkKey("where", where)}`;

/** A record may stand at so many places, in all its indexes together: a write that removes it takes them all away. */
const PLACES_MAX = 100;
/** Where all sort alike, the id decides. */
const NO_SORT = "-";
const SORT = /^[!-~]{1,128}$/;

const placeOf = (name: string, entry: unknown): IndexPlace => {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry) || "then" in entry)
    throw new TypeError("it must answer { where, sort }, a list of such, or undefined, at once and not as a promise");
  const { where, sort = NO_SORT } = entry as { readonly where?: string; readonly sort?: unknown };
  if (typeof sort !== "string" || !SORT.test(sort)) throw new TypeError("its sort must be made by sortOf");
  return { name: indexFor(name, where), sort };
};

/** What an index function answered, as places. It is the user's, so each part is read once, and not before their number is known. */
const placesIn = (name: string, answer: unknown, before: number): ReadonlyArray<IndexPlace> => {
  const entries: ReadonlyArray<unknown> = answer === undefined ? [] : Array.isArray(answer) ? answer : [answer];
  const { length } = entries;
  if (before + length > PLACES_MAX)
    throw new RangeError(`${length} entries, at most ${PLACES_MAX} fit in all indexes of a record together`);
  return Array.from({ length }, (_, i) => placeOf(name, entries[i]));
};

/** All places of a record with this value; what an index function throws refuses the value. */
export const placesOf = <A>(
  { indexes }: ResolvedRecords<A>,
  id: string,
  value: A,
): Either<SluiceError, ReadonlyArray<IndexPlace>> => {
  const places: Array<IndexPlace> = [];
  for (const [name, entriesOf] of indexes) {
    const own = ask(`indexes.${name}`, () => placesIn(name, entriesOf(value, id), places.length));
    if (isLeft(own)) return own;
    places.push(...own.right);
  }
  return right(places);
};
