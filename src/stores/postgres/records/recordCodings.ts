/** How the steps upon records go to the server. */
import { escapeText } from "../../../core/escapeText.js";
import { impossible, invariant } from "../../../core/invariant.js";
import type { CheckedResult, CheckStep } from "../../../core/steps/Check.js";
import { type PutResult, type PutStep, ttlMsOf } from "../../../core/steps/Put.js";
import type { RemovedResult, RemoveStep } from "../../../core/steps/Remove.js";
import { type RecordExpected, type RecordName, recordText } from "../../../core/steps/recordSteps.js";
import { encodeText, FIELD } from "../connection/text.js";
import { wholeMs } from "../connection/whole.js";
import { lockOf } from "../write/locks.js";
import type { Body, StepCoding } from "../write/StepCoding.js";

/** The name of an index in the store; no other has the same. */
export const indexName = (collection: string, name: string): string => `${escapeText(collection)} ${escapeText(name)}`;

const expectedText = (expected: RecordExpected): string => {
  switch (expected._tag) {
    case "Any":
      return "*";
    case "Absent":
      return "-";
    case "At":
      // It may be any text of the user's, which the server must be able to read before it can say that it is another one.
      return `=${encodeText(expected.revision)}`;
  }
};

type OnRecord = RecordName & { readonly expected: RecordExpected };

const encodeName = (letter: string, step: OnRecord, body: Body): ReadonlyArray<string> => {
  body.lock(lockOf("record", recordText(step)));
  return [letter, escapeText(step.collection), escapeText(step.id), expectedText(step.expected)];
};

const placesOf = ({ collection, id, keep }: PutStep): ReadonlyArray<string> =>
  "indexes" in keep
    ? keep.indexes.map(({ name, sort }) => `${indexName(collection, name)}${FIELD}${sort} ${escapeText(id)}`)
    : [];

export const Put: StepCoding<PutStep, PutResult> = {
  encode: (step, body) => {
    const ttlMs = ttlMsOf(step.keep);
    if (ttlMs !== undefined) body.ends();
    return [
      ...encodeName("w", step, body),
      step.revision,
      encodeText(step.value),
      placesOf(step),
      ttlMs === undefined ? null : wholeMs(ttlMs),
    ];
  },
  result: (word) => impossible(`a put was answered by ${word}`),
  subject: recordText,
};

export const Remove: StepCoding<RemoveStep, RemovedResult> = {
  encode: (step, body) => encodeName("x", step, body),
  result: (word) => {
    invariant(word === "n", "a remove that was not done as asked found nothing");
    return { _tag: "Removed", existed: false };
  },
  subject: recordText,
};

export const Check: StepCoding<CheckStep, CheckedResult> = {
  encode: (step, body) => encodeName("k", step, body),
  result: (word) => impossible(`a check was answered by ${word}`),
  subject: recordText,
};
