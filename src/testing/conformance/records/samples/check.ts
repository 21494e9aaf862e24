import { recordConflict } from "../../../../core/SluiceError.js";
import type { CheckStep } from "../../../../core/steps/Check.js";
import type { Sample } from "../../write/Sample.js";
import { absent, at, checkStep, putStep } from "../steps.js";
import { freshId } from "./freshId.js";

/** That a record is as it was put; refused where it must not be there. */
export const Check: Sample<CheckStep> = {
  ready: async (scene) => {
    const first = putStep(freshId());
    await scene.done([first]);
    return checkStep(first.id, { expected: at(first.revision) });
  },
  refused: async (scene) => {
    const first = putStep(freshId());
    await scene.done([first]);
    const step = checkStep(first.id, { expected: absent });
    return { step, refusal: recordConflict(step, first.revision) };
  },
};
