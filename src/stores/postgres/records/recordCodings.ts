/** How the steps upon records travel in a write of any steps. */
import { invalidConfig } from "../../../core/SluiceError.js";
import type { CheckedResult, CheckStep } from "../../../core/steps/Check.js";
import type { PutResult, PutStep } from "../../../core/steps/Put.js";
import type { RemovedResult, RemoveStep } from "../../../core/steps/Remove.js";
import type { RecordName } from "../../../core/steps/recordSteps.js";
import type { StepCoding } from "../write/StepCoding.js";

const absent = (): never => {
  throw invalidConfig(
    "client",
    "This version of the Postgres store has no records yet; use redisStore or memoryStore.",
  );
};

const subject = ({ collection, id }: RecordName): string => `record ${collection} ${id}`;

export const Put: StepCoding<PutStep, PutResult> = { encode: absent, result: absent, subject };
export const Remove: StepCoding<RemoveStep, RemovedResult> = { encode: absent, result: absent, subject };
export const Check: StepCoding<CheckStep, CheckedResult> = { encode: absent, result: absent, subject };
