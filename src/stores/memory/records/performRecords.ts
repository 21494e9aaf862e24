/** How the steps upon records are done. */

import { type RecordConflict, recordConflict } from "../../../core/SluiceError.js";
import type { CheckedResult, CheckStep } from "../../../core/steps/Check.js";
import type { PutResult, PutStep } from "../../../core/steps/Put.js";
import type { RemovedResult, RemoveStep } from "../../../core/steps/Remove.js";
import { isExpected, type RecordExpected, type RecordName } from "../../../core/steps/recordSteps.js";
import type { Performer, WriteCall } from "../write/Performer.js";
import type { CollectionState } from "./CollectionState.js";

type OnRecord = RecordName & { readonly expected: RecordExpected };

const conflict = (
  collection: CollectionState,
  step: OnRecord,
  { list, nowMs }: WriteCall,
): RecordConflict | undefined => {
  const actual = collection.revisionFor(list, step.id, nowMs);
  return isExpected(step.expected, actual) ? undefined : recordConflict(step, actual);
};

export const Put: Performer<PutStep, PutResult> = {
  prepare: () => undefined,
  check: (step, call) => {
    const { contents, list, nowMs } = call;
    const collection = contents.collection(step.collection);
    const refused = conflict(collection, step, call);
    if (refused !== undefined) return refused;
    collection.plan(list, step.id, step.revision);
    return () => {
      collection.put(step, nowMs);
      return { _tag: "Put", revision: step.revision };
    };
  },
};

export const Remove: Performer<RemoveStep, RemovedResult> = {
  prepare: () => undefined,
  check: (step, call) => {
    const { contents, list, nowMs } = call;
    const collection = contents.collection(step.collection);
    const refused = conflict(collection, step, call);
    if (refused !== undefined) return refused;
    collection.plan(list, step.id, undefined);
    return () => ({ _tag: "Removed", existed: collection.remove(step.id, nowMs) });
  },
};

export const Check: Performer<CheckStep, CheckedResult> = {
  prepare: () => undefined,
  check: (step, call) =>
    conflict(call.contents.collection(step.collection), step, call) ?? (() => ({ _tag: "Checked" })),
};
