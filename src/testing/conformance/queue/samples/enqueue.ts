import type { EnqueueStep } from "../../../../core/steps/Enqueue.js";
import type { Sample } from "../../write/Sample.js";
import { enqueueStep } from "../steps.js";

/** A new message. No store refuses one. */
export const Enqueue: Sample<EnqueueStep> = {
  ready: async ({ queue }) => enqueueStep(queue, "a new message"),
  refused: async () => undefined,
};
