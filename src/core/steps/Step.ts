/** What a write consists of: pure data, understood by every store. */
import type { Either } from "fp-ts/lib/Either.js";
import type { WriteRefused } from "../SluiceError.js";
import * as kinds from "./kinds.js";
import type { StepKind } from "./StepKind.js";

type Kinds = typeof kinds;
type StepIn<K> = K extends StepKind<infer S, unknown> ? S : never;
type ResultIn<K> = K extends StepKind<infer _, infer R> ? R : never;

/** The names of the kinds. */
export type StepTag = keyof Kinds;
/** The step of this kind. */
export type StepOf<T extends StepTag> = StepIn<Kinds[T]>;
/** What a store answers for a step of this kind. */
export type StepResultOf<T extends StepTag> = ResultIn<Kinds[T]>;

/** One change that a write makes. */
export type Step = StepOf<StepTag>;
/** What a store did for one step, in the order of the steps. */
export type StepResult = { readonly [T in StepTag]: StepResultOf<T> }[StepTag];

/** One list's answer: the results of all its steps, or why none was done: the first step that was refused says it. */
export type WriteAnswer = Either<WriteRefused, ReadonlyArray<StepResult>>;

const table: Kinds = { ...kinds };

/** What the library knows of the kind of this step. */
export const kindOf = <S extends Step>(step: S): StepKind<S, StepResult> =>
  // The table has for each tag the kind of its step, which an index by a union cannot tell.
  table[step._tag] as unknown as StepKind<S, StepResult>;

/** The result of a step that was done as it was asked for. */
export const doneOf = (step: Step): StepResult => kindOf(step).done(step);

/** At most this many steps in one atomic list. */
export const WRITE_COUNT_MAX = 1_000;
/** At most this many bytes of payload in one atomic list: 8 MiB. */
export const WRITE_BYTES_MAX: number = 8 * 1024 * 1024;
