import { versionConflict } from "../../../../core/SluiceError.js";
import type { AppendStep } from "../../../../core/steps/Append.js";
import type { Sample } from "../../write/Sample.js";
import { appendStep, noEvents } from "../steps.js";

let made = 0;

/** The name of a stream that is in the way of no other. */
const freshStream = (): string => `sample/${++made}`;

/** The first two events of a stream; refused where it has some. */
export const Append: Sample<AppendStep> = {
  ready: async () => appendStep(freshStream(), ["a", "b"], { expected: noEvents }),
  refused: async (scene) => {
    const stream = freshStream();
    await scene.done([appendStep(stream, ["a", "b"])]);
    const step = appendStep(stream, ["c"], { expected: noEvents });
    return { step, refusal: versionConflict({ stream, expected: step.expected, actual: 2 }) };
  },
};
