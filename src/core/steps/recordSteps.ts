/** What the steps upon one record share. */
import { escapeText } from "../escapeText.js";
import { invariant } from "../invariant.js";
import type { Revision } from "../Revision.js";
import { type InvalidConfig, invalidConfig, type RecordConflict, recordConflict } from "../SluiceError.js";
import type { Refusal } from "./StepKind.js";

/** In which state the record must be: any, not there, or as it was when it had this revision. */
export type RecordExpected = { readonly _tag: "Any" | "Absent" } | { readonly _tag: "At"; readonly revision: Revision };

/** Which record. */
export interface RecordName {
  readonly collection: string;
  readonly id: string;
}

/** Whether a record of this revision (undefined: none is there) is as expected. */
export const isExpected = (expected: RecordExpected, actual: Revision | undefined): boolean => {
  switch (expected._tag) {
    case "Any":
      return true;
    case "Absent":
      return actual === undefined;
    case "At":
      return actual === expected.revision;
  }
};

/** The name as one text; no other record has the same. */
export const recordText = ({ collection, id }: RecordName): string =>
  `record ${escapeText(collection)} ${escapeText(id)}`;

/** Two writes that are joined may not change one record: which of them would stand? */
export const metRecord = (_: unknown, { collection, id }: RecordName): InvalidConfig =>
  invalidConfig(
    "writes",
    `Two of the writes that are joined change the record ${JSON.stringify(id)} of ${JSON.stringify(collection)}: put it once, or run them one after the other.`,
  );

/** The conflict that a store's refusal tells: its data is the revision that is there, or empty. */
export const conflictOf = (
  { tag, data }: Refusal,
  step: RecordName & { readonly expected: RecordExpected },
): RecordConflict => {
  invariant(tag === "RECORD_CONFLICT", `a step upon a record was refused with ${tag}`);
  return recordConflict(step, data === "" ? undefined : (data as Revision));
};
