import { recordConflict } from "../../../../core/SluiceError.js";
import type { RemoveStep } from "../../../../core/steps/Remove.js";
import type { Sample } from "../../write/Sample.js";
import { at, putStep, removeStep } from "../steps.js";
import { freshId } from "./freshId.js";

/** The end of a record; refused where it is not there any more. */
export const Remove: Sample<RemoveStep> = {
  ready: async (scene) => {
    const first = putStep(freshId());
    await scene.done([first]);
    return removeStep(first.id, { expected: at(first.revision) });
  },
  refused: async () => {
    const step = removeStep(freshId(), { expected: at(putStep("").revision) });
    return { step, refusal: recordConflict(step, undefined) };
  },
};
