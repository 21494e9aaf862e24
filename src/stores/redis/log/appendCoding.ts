/** How an append travels in a write of any steps. */
import { impossible } from "../../../core/invariant.js";
import type { AppendedResult, AppendStep } from "../../../core/steps/Append.js";
import type { StepCoding } from "../write/StepCoding.js";

export const Append: StepCoding<AppendStep, AppendedResult> = {
  encode: () => impossible("not yet"),
  result: () => impossible("not yet"),
  subject: ({ stream }) => `stream ${stream}`,
  frees: false,
  cheap: () => false,
};
