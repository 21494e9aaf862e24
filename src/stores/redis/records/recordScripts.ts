/** The scripts that read records. */
import { escapeText, unescapeText } from "../../../core/escapeText.js";
import { invariant } from "../../../core/invariant.js";
import type { Revision } from "../../../core/Revision.js";
import type { RecordName } from "../../../core/steps/recordSteps.js";
import { type Page, PORTION_BYTES_MAX } from "../../../port/Page.js";
import type { RecordPageRequest, RecordPort, StoredRecord } from "../../../port/RecordPort.js";
import type { Keys } from "../scripts/keys.js";
import { RECORD_FORMAT, recordKey } from "../scripts/recordText.js";
import { type Script, textsOf } from "../scripts/script.js";
import { decodeText } from "../scripts/text.js";

const BYTES_MAX = String(PORTION_BYTES_MAX);

interface Asked<R> {
  readonly keys: Keys;
  readonly request: R;
}

const readRecord = (id: string, text: string): StoredRecord => {
  const endOfRevision = text.indexOf("\n");
  const endOfPlaces = text.indexOf("\n", endOfRevision + 1);
  invariant(text.startsWith(RECORD_FORMAT) && endOfPlaces > endOfRevision, "a record has the form of this version");
  return {
    id,
    value: decodeText(text.slice(endOfPlaces + 1)),
    revision: text.slice(RECORD_FORMAT.length, endOfRevision) as Revision,
  };
};

export const getRecordsScript: Script<Asked<ReadonlyArray<RecordName>>, ReadonlyArray<StoredRecord | undefined>> = {
  name: "getRecords",
  encode: ({ keys, request }) => ({
    keys: request.map((name) => recordKey(keys, name)),
    args: [BYTES_MAX],
  }),
  decode: (reply, { request }) =>
    textsOf(reply).map((text, i) => (text === "" ? undefined : readRecord(request[i]?.id ?? "", text))),
};

export const countRecordsScript: Script<Asked<Parameters<RecordPort["countRecords"]>[0]>, ReadonlyArray<number>> = {
  name: "countRecords",
  encode: ({ keys, request }) => ({
    keys: [keys.collection(request.collection)],
    args: request.indexes.map(escapeText),
  }),
  decode: (reply) => textsOf(reply).map(Number),
};

export const pageRecordsScript: Script<Asked<RecordPageRequest>, Page<StoredRecord>> = {
  name: "pageRecords",
  encode: ({ keys, request }) => {
    const { collection, indexes, backwards, limit } = request;
    const [least, greatest] = boundsOf(request);
    return {
      keys: [keys.collection(collection)],
      args: [
        ...(backwards ? [greatest, least] : [least, greatest]),
        backwards ? "1" : "0",
        String(limit),
        BYTES_MAX,
        ...new Set(indexes.map(escapeText)),
      ],
    };
  },
  decode: (reply) => {
    const [more, ...shown] = textsOf(reply);
    const items: Array<StoredRecord> = [];
    let last: string | undefined;
    for (let i = 0; i + 1 < shown.length; i += 2) {
      last = shown[i] ?? "";
      const text = shown[i + 1] ?? "";
      // The place of a record that somebody else deleted, a server that evicts for one. The page passes by it.
      if (text !== "") items.push(readRecord(unescapeText(last.slice(last.indexOf(" ") + 1)), text));
    }
    return { items, next: Number(more) === 1 ? last : undefined };
  },
};

/** The least and the greatest place, as `ZRANGE … BYLEX` takes them. `after` is passed by, also where it stands outside of the range. */
const boundsOf = ({ from, upTo, after, backwards }: RecordPageRequest): readonly [least: string, greatest: string] => {
  const least = from === undefined ? "" : `${from} `;
  // Behind all places of this sort, which go on with a blank, and before those of every other.
  const end = upTo === undefined ? undefined : `${upTo}!`;
  if (backwards) {
    const start = after !== undefined && (end === undefined || after < end) ? after : end;
    return [least === "" ? "-" : `[${least}`, start === undefined ? "+" : `(${start}`];
  }
  const begin = after !== undefined && after >= least ? `(${after}` : least === "" ? "-" : `[${least}`;
  return [begin, end === undefined ? "+" : `(${end}`];
};
