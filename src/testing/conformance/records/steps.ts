/** Steps upon records for tests, with everything filled in that a case does not speak of. */
import { newId } from "../../../core/newId.js";
import type { Options } from "../../../core/options.js";
import { type Revision, revisionOf } from "../../../core/Revision.js";
import type { CheckStep } from "../../../core/steps/Check.js";
import type { IndexPlace, PutStep } from "../../../core/steps/Put.js";
import type { RemoveStep } from "../../../core/steps/Remove.js";
import type { RecordExpected } from "../../../core/steps/recordSteps.js";

export const anyState: RecordExpected = { _tag: "Any" };
export const absent: RecordExpected = { _tag: "Absent" };
export const at = (revision: Revision): RecordExpected => ({ _tag: "At", revision });

export type PutDraft = Options<{
  collection: string;
  value: string;
  expected: RecordExpected;
  revision: Revision;
  indexes: ReadonlyArray<IndexPlace>;
  ttlMs: number;
}>;

/** Puts a record of the collection "things", with a fresh revision, in no index, whatever is there, unless the draft says otherwise. */
export const putStep = (id: string, draft: PutDraft = {}): PutStep => ({
  _tag: "Put",
  collection: draft.collection ?? "things",
  id,
  expected: draft.expected ?? anyState,
  revision: draft.revision ?? revisionOf(newId()),
  value: draft.value ?? `value of ${id}`,
  keep: draft.ttlMs === undefined ? { indexes: draft.indexes ?? [] } : { ttlMs: draft.ttlMs },
});

export type NamedDraft = Options<{ collection: string; expected: RecordExpected }>;

export const removeStep = (id: string, draft: NamedDraft = {}): RemoveStep => ({
  _tag: "Remove",
  collection: draft.collection ?? "things",
  id,
  expected: draft.expected ?? anyState,
});

export const checkStep = (id: string, draft: NamedDraft = {}): CheckStep => ({
  _tag: "Check",
  collection: draft.collection ?? "things",
  id,
  expected: draft.expected ?? anyState,
});
