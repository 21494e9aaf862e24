/** The script for lists that append to one stream, behind a record that must be new or behind none: as commands of aggregates are. */
import { escapeText } from "../../../core/escapeText.js";
import type { AppendStep } from "../../../core/steps/Append.js";
import { type PutStep, ttlMsOf } from "../../../core/steps/Put.js";
import type { Keys } from "../scripts/keys.js";
import { wholeMs } from "../scripts/numbers.js";
import { recordKey, recordTextOf } from "../scripts/recordText.js";
import type { BurstKind } from "../write/Burst.js";
import type { Shape } from "../write/shapes.js";
import { readAnswers, type Steps } from "../write/writeScript.js";
import { encodeEvent, expectedText } from "./eventText.js";

const isAppend = (step: Steps[number] | undefined): boolean =>
  step?._tag === "Append" && step.events.length > 0 && !step.closes;

const isNewRecord = (step: Steps[number] | undefined): boolean =>
  step?._tag === "Put" && step.expected._tag === "Absent" && ("ttlMs" in step.keep || step.keep.indexes.length === 0);

const appendIn = (list: Steps): AppendStep => list[list.length - 1] as AppendStep;
const recordIn = (list: Steps): PutStep | undefined => (list.length === 2 ? (list[0] as PutStep) : undefined);

const fits = (list: Steps): boolean =>
  list.length === 1 ? isAppend(list[0]) : list.length === 2 && isNewRecord(list[0]) && isAppend(list[1]);

/** The limits of one call: lists, events, and UTF-16 units of what users wrote. */
const LISTS_MAX = 32;
const EVENTS_MAX = 1_000;
const LENGTH_MAX = 1024 * 1024;

/** The arguments of one list: see `lua/include/appendLists.lua`. */
const encodeList = (keys: Keys, list: Steps): ReadonlyArray<string> => {
  const record = recordIn(list);
  const ttlMs = record && ttlMsOf(record.keep);
  const { stream, expected, events } = appendIn(list);
  return [
    record === undefined ? "" : recordKey(keys, record),
    ttlMs === undefined ? "" : wholeMs(ttlMs),
    record === undefined ? "" : recordTextOf(record),
    escapeText(stream),
    expectedText(expected),
    String(events.length),
    ...events.map((event) => encodeEvent(stream, event)),
  ];
};

export const appendBurst: BurstKind = {
  fits,
  joins: () => true,
  share: (list) => {
    const { events } = appendIn(list);
    let length = recordIn(list)?.value.length ?? 0;
    for (const { data, meta } of events) length += data.length + meta.length;
    return Math.max(1 / LISTS_MAX, events.length / EVENTS_MAX, length / LENGTH_MAX);
  },
  script: {
    name: "appendEach",
    encode: ({ keys, given, answered, lists, results }) => ({
      keys: [keys.log, ...results, ...answered],
      args: [given, String(lists.length), ...lists.flatMap((list) => encodeList(keys, list))],
    }),
    decode: (reply, { lists }) => readAnswers(reply, lists),
  },
  handsOver: () => undefined,
};

/** One such list. */
export const appendShape: Shape = {
  fits: (lists) => lists.length === 1 && fits(lists[0] ?? []),
  script: {
    name: "append",
    encode: ({ keys, given, answered, lists, result }) => ({
      keys: [result, keys.log, ...answered],
      args: [given, ...encodeList(keys, lists[0] ?? [])],
    }),
    decode: (reply, { lists }) => readAnswers(reply, lists),
  },
  handsOver: () => undefined,
};
