/** How the steps upon records travel in a write of any steps. */
import { escapeText } from "../../../core/escapeText.js";
import { impossible, invariant } from "../../../core/invariant.js";
import type { CheckedResult, CheckStep } from "../../../core/steps/Check.js";
import { type PutResult, type PutStep, ttlMsOf } from "../../../core/steps/Put.js";
import type { RemovedResult, RemoveStep } from "../../../core/steps/Remove.js";
import type { RecordExpected, RecordName } from "../../../core/steps/recordSteps.js";
import { wholeMs } from "../scripts/numbers.js";
import { placesText } from "../scripts/recordText.js";
import { encodeText } from "../scripts/text.js";
import type { Body, StepCoding } from "../write/StepCoding.js";

export const expectedText = (expected: RecordExpected): string => {
  switch (expected._tag) {
    case "Any":
      return "*";
    case "Absent":
      return "-";
    case "At":
      return `=${expected.revision}`;
  }
};

const subject = ({ collection }: RecordName): string => `records ${collection}`;

const encodeName = (
  verb: string,
  { collection, id, expected }: RecordName & { readonly expected: RecordExpected },
  body: Body,
): void => {
  body.args.push(verb, body.number(body.keys.collection(collection)), escapeText(id), expectedText(expected));
};

export const Put: StepCoding<PutStep, PutResult> = {
  noun: "r",
  encode: (step, body) => {
    const { keep, revision, value } = step;
    encodeName("w", step, body);
    const ttlMs = ttlMsOf(keep);
    body.args.push(revision, ttlMs === undefined ? "" : wholeMs(ttlMs), placesText(step), encodeText(value));
  },
  result: (word) => impossible(`a put was answered by ${word}`),
  subject,
  frees: false,
  cheap: () => false,
};

export const Remove: StepCoding<RemoveStep, RemovedResult> = {
  noun: "r",
  encode: (step, body) => encodeName("x", step, body),
  result: (word) => {
    invariant(word === "n", "a remove that was not done as asked found nothing");
    return { _tag: "Removed", existed: false };
  },
  subject,
  frees: true,
  cheap: () => false,
};

export const Check: StepCoding<CheckStep, CheckedResult> = {
  noun: "r",
  encode: (step, body) => encodeName("k", step, body),
  result: (word) => impossible(`a check was answered by ${word}`),
  subject,
  frees: false,
  cheap: () => false,
};
