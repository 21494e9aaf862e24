/** The step that takes a record away. */
import type { RecordConflict } from "../SluiceError.js";
import { conflictOf, metRecord, type RecordExpected, type RecordName, recordText } from "./recordSteps.js";
import type { StepKind } from "./StepKind.js";

/** There is no such record from now on. */
export interface RemoveStep extends RecordName {
  readonly _tag: "Remove";
  readonly expected: RecordExpected;
}

export interface RemovedResult {
  readonly _tag: "Removed";
  /** Whether there was one. */
  readonly existed: boolean;
}

export const Remove: StepKind<RemoveStep, RemovedResult, RecordConflict> = {
  result: "Removed",
  count: () => 1,
  size: () => 0,
  changes: recordText,
  meets: metRecord,
  ends: false,
  refusal: conflictOf,
  done: () => ({ _tag: "Removed", existed: true }),
};
