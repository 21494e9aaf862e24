/** The step that makes or changes a record. */
import { DELAY_MS_MAX } from "../options.js";
import type { Revision } from "../Revision.js";
import type { RecordConflict } from "../SluiceError.js";
import { conflictOf, metRecord, type RecordExpected, type RecordName, recordText } from "./recordSteps.js";
import type { StepKind } from "./StepKind.js";

/** A record's place in an index: ordered by its sort, and among equal sorts by its (escaped) id. */
export interface IndexPlace {
  readonly name: string;
  /** 1 to 128 characters of "!" to "~", so that its order is the same everywhere. */
  readonly sort: string;
}

/** The record has this value from now on, whole. */
export interface PutStep extends RecordName {
  readonly _tag: "Put";
  readonly expected: RecordExpected;
  /** What it is called from now on: made for this put, and never used for another. */
  readonly revision: Revision;
  /** Opaque to stores. */
  readonly value: string;
  /** In which indexes it stands from now on, and in no other; or after how many milliseconds it is gone (1 to ten years: beyond, the nearer end is taken). Not both: nobody would take the places away. */
  readonly keep: { readonly indexes: ReadonlyArray<IndexPlace> } | { readonly ttlMs: number };
}

/** The ttl as every store takes it, in milliseconds; undefined where there is none. What is no number is the least. */
export const ttlMsOf = (keep: PutStep["keep"]): number | undefined =>
  "ttlMs" in keep ? (keep.ttlMs >= 1 ? Math.min(keep.ttlMs, DELAY_MS_MAX) : 1) : undefined;

const placesOf = ({ keep }: PutStep): ReadonlyArray<IndexPlace> => ("indexes" in keep ? keep.indexes : []);

export interface PutResult {
  readonly _tag: "Put";
  readonly revision: Revision;
}

export const Put: StepKind<PutStep, PutResult, RecordConflict> = {
  result: "Put",
  // Each place is a change of an index: a put of many takes as long as many puts.
  count: (step) => Math.max(1, placesOf(step).length),
  size: (step, measure) =>
    placesOf(step).reduce((size, { name, sort }) => size + measure(name) + measure(sort), measure(step.value)),
  changes: recordText,
  // A revision is made for one put, so two steps with it are the same put: parts of a join may share one.
  meets: (first, later) =>
    first._tag === "Put" && first.revision === later.revision ? undefined : metRecord(first, later),
  ends: false,
  refusal: conflictOf,
  done: ({ revision }) => ({ _tag: "Put", revision }),
};
