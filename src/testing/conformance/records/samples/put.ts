import { recordConflict } from "../../../../core/SluiceError.js";
import type { PutStep } from "../../../../core/steps/Put.js";
import type { Sample } from "../../write/Sample.js";
import { absent, putStep } from "../steps.js";
import { freshId } from "./freshId.js";

/** A new record; refused where there is one. */
export const Put: Sample<PutStep> = {
  ready: async () => putStep(freshId(), { expected: absent, indexes: [{ name: "all", sort: "a" }] }),
  refused: async (scene) => {
    const first = putStep(freshId());
    await scene.done([first]);
    const step = putStep(first.id, { expected: absent });
    return { step, refusal: recordConflict(step, first.revision) };
  },
};
