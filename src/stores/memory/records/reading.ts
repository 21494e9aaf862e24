/** Reading records: by name, by index, and how many there are. */
import { utf8Length } from "../../../core/bytes.js";
import { type Page, PORTION_BYTES_MAX } from "../../../port/Page.js";
import type { RecordPageRequest, StoredRecord } from "../../../port/RecordPort.js";
import type { CollectionState, KeptRecord } from "./CollectionState.js";
import type { SortedTexts } from "./SortedTexts.js";

const storedOf = ({ id, value, revision }: KeptRecord): StoredRecord => ({ id, value, revision });

/** Those of the records, in their order, that fit into one answer, one at least. */
export const fitting = (records: Iterable<KeptRecord | undefined>): ReadonlyArray<StoredRecord | undefined> => {
  const taken: Array<StoredRecord | undefined> = [];
  let bytes = 0;
  for (const record of records) {
    bytes += record === undefined ? 0 : utf8Length(record.value);
    if (bytes > PORTION_BYTES_MAX && taken.length > 0) break;
    taken.push(record && storedOf(record));
  }
  return taken;
};

export const countOf = (collection: CollectionState, name: string): number => collection.index(name)?.size ?? 0;

// Behind every place of this sort, and before those of every other: a sort has no blank, which is the least of all characters
// that may follow.
const behind = (sort: string): string => `${sort}!`;

/** Places of one index in the order that is asked for. */
const walk = function* (index: SortedTexts, request: RecordPageRequest): IterableIterator<string> {
  const { from, upTo, after, backwards } = request;
  const least = from === undefined ? "" : `${from} `;
  const end = upTo === undefined ? undefined : behind(upTo);
  if (backwards) {
    const start = after === undefined || (end !== undefined && end < after) ? end : after;
    for (const member of index.before(start)) {
      if (member < least) return;
      yield member;
    }
    return;
  }
  for (const member of index.from(after === undefined || after < least ? least : after)) {
    if (end !== undefined && member >= end) return;
    if (member !== after) yield member;
  }
};

/** The first so many places of several indexes, merged. */
const merge = (collection: CollectionState, request: RecordPageRequest, count: number): ReadonlyArray<string> => {
  const members = new Set<string>();
  for (const name of new Set(request.indexes)) {
    const index = collection.index(name);
    if (index === undefined) continue;
    let left = count;
    for (const member of walk(index, request)) {
      members.add(member);
      left -= 1;
      if (left === 0) break;
    }
  }
  const sorted = [...members].sort();
  return (request.backwards ? sorted.reverse() : sorted).slice(0, count);
};

export const pageOf = (collection: CollectionState, request: RecordPageRequest): Page<StoredRecord> => {
  const members = merge(collection, request, request.limit + 1);
  const records = members.slice(0, request.limit).map((member) => collection.at(member));
  const items = fitting(records).filter((record) => record !== undefined);
  const more = members.length > items.length;
  return { items, next: more ? members[items.length - 1] : undefined };
};
