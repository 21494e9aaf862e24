/** Performs write lists: each is checked whole, then applied whole. */
import { left, right } from "fp-ts/lib/Either.js";
import { invariant } from "../../core/invariant.js";
import { type LeaseLost, leaseLost } from "../../core/SluiceError.js";
import type { Step, StepResult, WriteAnswer } from "../../core/Step.js";
import type { Entry } from "./queue/Entry.js";
import { enqueue } from "./queue/enqueue.js";
import type { QueueState } from "./queue/QueueState.js";
import { settle } from "./queue/settle.js";

/** Finds a queue by its name; made at its first use. */
export type FindQueue = (name: string) => QueueState;

type Steps = ReadonlyArray<Step>;

/** Performs the lists one after the other and answers each. */
export const writeLists = (find: FindQueue, lists: ReadonlyArray<Steps>, nowMs: number): ReadonlyArray<WriteAnswer> => {
  // What became due before stands before what comes into its key now.
  for (const steps of lists)
    for (const step of steps) if (step._tag === "Enqueue" && step.key !== undefined) find(step.queue).promoteDue(nowMs);
  return lists.map((steps) => {
    const checked = check(find, steps);
    return Array.isArray(checked) ? right(apply(checked, nowMs)) : left(checked);
  });
};

/** A step that may be done: its queue, and the lease that it ends. */
interface Checked {
  readonly step: Step;
  readonly queue: QueueState;
  readonly entry: Entry | undefined;
}

let lastList = 0;

const check = (find: FindQueue, steps: Steps): Array<Checked> | LeaseLost => {
  const list = ++lastList;
  const checked: Array<Checked> = [];
  let queue: QueueState | undefined;
  for (const step of steps) {
    if (queue?.name !== step.queue) queue = find(step.queue);
    let entry: Entry | undefined;
    if (step._tag === "Settle") {
      entry = queue.leases.find(step.token);
      if (entry?.id !== step.id || entry.settledBy === list) return leaseLost(step.id);
      entry.settledBy = list;
    } else invariant(isLevel(step.priority), "a priority is a whole number from 0 to 9");
    checked.push({ step, queue, entry });
  }
  return checked;
};

const isLevel = (priority: number): boolean => Number.isInteger(priority) && priority >= 0 && priority <= 9;

const apply = (checked: ReadonlyArray<Checked>, nowMs: number): ReadonlyArray<StepResult> =>
  checked.map(({ step, queue, entry }) =>
    step._tag === "Enqueue" ? enqueue(queue, step, nowMs) : settle(queue, held(entry), step, nowMs),
  );

const held = (entry: Entry | undefined): Entry => {
  invariant(entry !== undefined, "a settle step was applied without its lease");
  return entry;
};
