/** The operator for works that answer for each message of a batch. */
import type { Either } from "fp-ts/lib/Either.js";
import { isRight } from "fp-ts/lib/Either.js";
import type { Observable, OperatorFunction } from "rxjs";
import type { Batch } from "../core/Batch.js";
import type { Handled } from "../core/Handled.js";
import type { Emitted, ErrorOf, LeftOf, RightOf } from "../core/Work.js";
import { type Answer, answerOf, isEither, threw } from "./internal/Answer.js";
import { type HandleOptions, handleWith } from "./internal/handleWith.js";
import type { HandleContext } from "./internal/WorkContext.js";

/** An answer for each message of a batch, or a `Left` for all of them. */
export type AnsweredEach =
  | ReadonlyArray<Either<unknown, unknown>>
  | Either<unknown, ReadonlyArray<Either<unknown, unknown>>>;
/** The answer of a work for one message. */
export type ItemOf<W> = RightOf<Emitted<W>> extends ReadonlyArray<infer V> ? V : never;

/**
 * Like `handle` of a batch, but the work answers one Either for each message, in order, so that one bad row fails alone.
 *
 * ```text
 * -x-------|
 * x := [a,b]
 *
 * > handleBatch(work)
 *
 * -----(yz)|
 * y := a: Right(1)
 * z := b: Failed(bad)
 * ```
 *
 * Errors: those of `handle`. An element that is no Either is a `Threw` failure. A work that fails as a whole (a TaskEither whose
 * answer is a `Left`) fails every message. So does an array of another length, since nobody knows which answer is for which message.
 *
 * Delivery, memory and cancelling: those of `handle`.
 *
 * @param work called with the batch; its answer is aligned with `batch.messages`
 * @param options as for `handle`; `concurrency` counts batches
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js";
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { batch, deadLetter, handleBatch, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const rows = queue(memoryStore(), { name: "rows", codec: t.number });
 * await rows.enqueueAll([1, -1]);
 * rows
 *   .messages()
 *   .pipe(
 *     batch({ sizeMax: 2 }),
 *     handleBatch(async (b) => b.data.map((n) => (n > 0 ? E.right(n) : E.left("negative" as const)))),
 *     deadLetter(),
 *     settle(),
 *     take(2),
 *   )
 *   .subscribe((s) => console.log(s.message.data, s.outcome._tag));
 * ```
 */
export const handleBatch = <
  A,
  W extends Observable<AnsweredEach> | PromiseLike<AnsweredEach> | (() => Promise<AnsweredEach>),
>(
  work: (batch: Batch<A>, context: HandleContext) => W,
  options: HandleOptions = {},
): OperatorFunction<Batch<A>, Handled<A, RightOf<ItemOf<W>>, LeftOf<ItemOf<W>> | ErrorOf<W>>> =>
  handleWith({ work, split }, options);

const split = (answer: Answer, index: number, length: number): Answer => {
  if (!isRight(answer.result) || answer.outcome !== undefined) return answer;
  try {
    return elementOf(answer.result.right, index, length);
  } catch (cause) {
    return threw(cause);
  }
};

const elementOf = (answers: unknown, index: number, length: number): Answer => {
  if (!Array.isArray(answers)) return threw(new TypeError("The work of handleBatch must answer an array of Eithers."));
  if (answers.length !== length)
    return threw(
      new TypeError(
        `The work of handleBatch answered ${answers.length} Eithers for ${length} messages; it must answer one for each, in order.`,
      ),
    );
  const own: unknown = answers[index];
  return isEither(own)
    ? answerOf(own)
    : threw(new TypeError(`The work of handleBatch answered no Either for the message at ${index}.`));
};
