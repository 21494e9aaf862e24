/** The script for lists that append to one stream, behind a record that must be new or behind none: as commands of aggregates are. */
import { escapeText } from "../../../core/escapeText.js";
import type { AppendStep } from "../../../core/steps/Append.js";
import { type PutStep, ttlMsOf } from "../../../core/steps/Put.js";
import { wholeMs } from "../scripts/numbers.js";
import { recordKey, recordTextOf } from "../scripts/recordText.js";
import type { BurstInput, BurstKind } from "../write/Burst.js";
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

const encode = ({ keys, given, answered, lists, results }: BurstInput) => {
  const args: Array<string> = [given, String(lists.length)];
  for (const list of lists) {
    const record = recordIn(list);
    const ttlMs = record && ttlMsOf(record.keep);
    const { stream, expected, events } = appendIn(list);
    args.push(record === undefined ? "" : recordKey(keys, record), ttlMs === undefined ? "" : wholeMs(ttlMs));
    args.push(record === undefined ? "" : recordTextOf(record), escapeText(stream), expectedText(expected));
    args.push(String(events.length));
    for (const event of events) args.push(encodeEvent(stream, event));
  }
  return { keys: [keys.log, ...results, ...answered], args };
};

export const appendBurst: BurstKind = {
  fits,
  joins: () => true,
  count: (list) => appendIn(list).events.length,
  length: (list) => {
    let length = recordIn(list)?.value.length ?? 0;
    for (const { data, meta } of appendIn(list).events) length += data.length + meta.length;
    return length;
  },
  countMax: 1_000,
  lengthMax: 1024 * 1024,
  script: { name: "appendEach", encode, decode: (reply, { lists }) => readAnswers(reply, lists) },
  handsOver: () => undefined,
};

/** One such list. */
export const appendShape: Shape = {
  fits: (lists) => lists.length === 1 && fits(lists[0] ?? []),
  script: {
    name: "appendEach",
    encode: ({ result, ...input }) => encode({ ...input, results: [result] }),
    decode: (reply, { lists }) => readAnswers(reply, lists),
  },
  handsOver: () => undefined,
};
