/** The functions that read records. */
import { escapeText, unescapeText } from "../../../core/escapeText.js";
import { invariant } from "../../../core/invariant.js";
import type { Revision } from "../../../core/Revision.js";
import type { RecordName } from "../../../core/steps/recordSteps.js";
import { type Page, PORTION_BYTES_MAX } from "../../../port/Page.js";
import type { RecordPageRequest, RecordPort, StoredRecord } from "../../../port/RecordPort.js";
import type { Called } from "../connection/Called.js";
import { decodeText, FIELD, RECORD } from "../connection/text.js";
import { wholeCount } from "../connection/whole.js";
import { indexName } from "./recordCodings.js";

/** Reads by name; `given` is the time that a test tells, or null. */
export const getRecordsCall = (
  names: ReadonlyArray<RecordName>,
  given: number | null,
): Called<ReadonlyArray<StoredRecord | undefined>> => ({
  name: "get_records_1",
  request: [given, PORTION_BYTES_MAX, ...names.map(({ collection, id }) => [escapeText(collection), escapeText(id)])],
  read: (reply) =>
    reply.split(RECORD).map((text, i) => {
      if (text === "") return undefined;
      const [revision = "", value = ""] = text.split(FIELD);
      return { id: names[i]?.id ?? "", value: decodeText(value), revision: revision as Revision };
    }),
});

export const countRecordsCall = ({
  collection,
  indexes,
}: Parameters<RecordPort["countRecords"]>[0]): Called<ReadonlyArray<number>> => ({
  name: "count_records_1",
  request: indexes.map((name) => indexName(collection, name)),
  read: (reply) => JSON.parse(reply) as ReadonlyArray<number>,
});

export const pageRecordsCall = (request: RecordPageRequest): Called<Page<StoredRecord>> => {
  const { collection, indexes, limit, backwards } = request;
  const names = [...new Set(indexes.map((name) => indexName(collection, name)))];
  return {
    name: "page_records_1",
    request: [names, escapeText(collection), ...boundsOf(request), wholeCount(limit), backwards, PORTION_BYTES_MAX],
    read: (reply) => {
      const [more, ...shown] = reply.split(RECORD);
      let next: string | undefined;
      const items = shown.map((text): StoredRecord => {
        const [place, revision, value] = text.split(FIELD);
        invariant(place !== undefined && revision !== undefined && value !== undefined, "a record has three fields");
        next = place;
        const id = unescapeText(place.slice(place.indexOf(" ") + 1));
        return { id, value: decodeText(value), revision: revision as Revision };
      });
      return { items, next: more === "t" ? next : undefined };
    },
  };
};

/** Behind all places: they begin with a character of "!" to "~". */
const END = "\x7f";

/**
 * Behind which place the page begins, and before which it ends. A place is a sort, a blank and an id, and a sort has no blank: so all places
 * of a sort stand behind the sort itself, and before the sort with a "!".
 */
const boundsOf = ({
  from = "",
  upTo,
  after,
  backwards,
}: RecordPageRequest): readonly [behind: string, before: string] => {
  const end = upTo === undefined ? END : `${upTo}!`;
  if (after === undefined) return [from, end];
  const place = plain(after);
  if (backwards) return [from, place < end ? place : end];
  return [place > from ? place : from, end];
};

/** A text of " " to "~" that stands among places where this one does, whatever it is. */
const plain = (text: string): string => {
  const at = text.search(/[^ -~]/);
  if (at < 0) return text;
  return text.slice(0, at) + (text.charCodeAt(at) < 0x20 ? "" : END);
};
