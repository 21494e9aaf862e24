/** Performs the lists of a write: each is checked whole, then applied whole. Nothing here knows a kind of step. */
import { left, right } from "fp-ts/lib/Either.js";
import type { WriteRefused } from "../../../core/SluiceError.js";
import type { Step, StepOf, StepResult, StepResultOf, StepTag, WriteAnswer } from "../../../core/steps/Step.js";
import type { Apply, Contents, Performer, WriteCall } from "./Performer.js";
import * as performers from "./performers.js";

type Steps = ReadonlyArray<Step>;
type Performers = { readonly [T in StepTag]: Performer<StepOf<T>, StepResultOf<T>> };

const table: Performers = { ...performers };

const performerOf = (step: Step): Performer<Step, StepResult> =>
  // The table has the performer of each tag's steps; TypeScript cannot see that for an index by a union of tags.
  table[step._tag] as Performer<Step, StepResult>;

let lists = 0;

/** Performs the lists one after the other and answers each. */
export const writeLists = (
  contents: Contents,
  given: ReadonlyArray<Steps>,
  nowMs: number,
): ReadonlyArray<WriteAnswer> => {
  const call: WriteCall = { contents, nowMs, list: 0 };
  for (const steps of given) for (const step of steps) performerOf(step).prepare(step, call);
  return given.map((steps) => {
    call.list = ++lists;
    const checked = check(steps, call);
    return Array.isArray(checked) ? right(applyAll(checked)) : left(checked);
  });
};

const check = (steps: Steps, call: WriteCall): WriteRefused | Array<Apply<StepResult>> => {
  const applies: Array<Apply<StepResult>> = [];
  for (const step of steps) {
    const apply = performerOf(step).check(step, call);
    if (typeof apply !== "function") return apply;
    applies.push(apply);
  }
  return applies;
};

const applyAll = (applies: ReadonlyArray<Apply<StepResult>>): ReadonlyArray<StepResult> => {
  const results: Array<StepResult> = [];
  for (const apply of applies) results.push(apply());
  return results;
};
