/** The step that changes nothing, and refuses its list where a record is not as expected. */
import type { RecordConflict } from "../SluiceError.js";
import { conflictOf, type RecordExpected, type RecordName } from "./recordSteps.js";
import type { StepKind } from "./StepKind.js";

export interface CheckStep extends RecordName {
  readonly _tag: "Check";
  readonly expected: RecordExpected;
}

export interface CheckedResult {
  readonly _tag: "Checked";
}

export const Check: StepKind<CheckStep, CheckedResult, RecordConflict> = {
  result: "Checked",
  count: () => 1,
  size: () => 0,
  changes: () => undefined,
  meets: () => undefined,
  ends: false,
  refusal: conflictOf,
  done: () => ({ _tag: "Checked" }),
};
