/** The text of a record, as `lua/include/recordText.lua` lays it out. */
import { escapeText } from "../../../core/escapeText.js";
import type { PutStep } from "../../../core/steps/Put.js";
import type { RecordName } from "../../../core/steps/recordSteps.js";
import type { Keys } from "./keys.js";
import { encodeText } from "./text.js";

export const RECORD_FORMAT = "1";

export const recordKey = (keys: Keys, { collection, id }: RecordName): string =>
  `${keys.collection(collection)}:${escapeText(id)}`;

/** Its places in indexes as one text. */
export const placesText = ({ keep }: PutStep): string =>
  "indexes" in keep ? keep.indexes.map(({ name, sort }) => `${escapeText(name)}\t${sort}\t`).join("") : "";

export const recordTextOf = (step: PutStep): string =>
  `${RECORD_FORMAT}${step.revision}\n${placesText(step)}\n${encodeText(step.value)}`;
