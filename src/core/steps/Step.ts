/** The steps that a write consists of: pure data, understood by every store. */
import type { Either } from "fp-ts/lib/Either.js";
import { impossible } from "../invariant.js";
import type { WriteRefused } from "../SluiceError.js";
import * as kinds from "./kinds.js";
import type { StepKind } from "./StepKind.js";

/** The names of the kinds. */
export type StepTag = keyof typeof kinds;
/** The step of this kind. */
export type StepOf<T extends StepTag> = T extends StepTag
  ? (typeof kinds)[T] extends StepKind<infer S, infer _R, infer _X>
    ? S
    : never
  : never;
/** What a store answers for a step of this kind. */
export type StepResultOf<T extends StepTag> = T extends StepTag
  ? (typeof kinds)[T] extends StepKind<infer _S, infer R, infer _X>
    ? R
    : never
  : never;

/** The errors with which a store may refuse a step of this kind. */
export type StepRefused<T extends StepTag> = T extends StepTag
  ? (typeof kinds)[T] extends StepKind<infer _S, infer _R, infer X>
    ? X
    : never
  : never;

/** One change that a write makes. */
export type Step = StepOf<StepTag>;
/** What a store did for one step, in the order of the steps. */
export type StepResult = StepResultOf<StepTag>;

/** The answer of one list: the results of all its steps, or why none was done, as the first refused step tells it. */
export type WriteAnswer = Either<WriteRefused, ReadonlyArray<StepResult>>;

const table: typeof kinds = { ...kinds };

/** What the library knows of the kind of this step. */
export const kindOf = <S extends Step>(step: S): StepKind<S, StepResult, WriteRefused> =>
  // The table has the kind for each tag. TypeScript does not see that, where it is indexed by a union of tags.
  table[step._tag] as unknown as StepKind<S, StepResult, WriteRefused>;

/** The result of a step that was done as it was asked for. Of an append only the store can tell it. */
export const doneOf = (step: Step): StepResult =>
  kindOf(step).done?.(step) ?? impossible(`only the store can tell the result of the step ${step._tag}`);

/** At most this many steps in one atomic list. */
export const WRITE_COUNT_MAX = 1_000;
/** At most this many bytes of payload in one atomic list: 8 MiB. */
export const WRITE_BYTES_MAX: number = 8 * 1024 * 1024;
