/** How an append travels in a write of any steps. */
import { invalidConfig } from "../../../core/SluiceError.js";
import type { AppendedResult, AppendStep } from "../../../core/steps/Append.js";
import type { StepCoding } from "../write/StepCoding.js";

const absent = (): never => {
  throw invalidConfig("client", "This version of the Postgres store has no log yet; use redisStore or memoryStore.");
};

export const Append: StepCoding<AppendStep, AppendedResult> = {
  encode: absent,
  result: absent,
  subject: ({ stream }) => `stream ${stream}`,
};
