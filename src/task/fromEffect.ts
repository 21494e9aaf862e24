/** Effects become TaskEithers here, and nowhere else. */
import { left, right } from "fp-ts/lib/Either.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import { from, type ObservableInput } from "rxjs";
import type { Effect } from "../core/Effect.js";
import { promiseAsked } from "../core/promiseWatch.js";
import { type SluiceError, toSluiceError } from "../core/SluiceError.js";

/** A task that fails with the errors of its Effect, and never rejects. */
export type QueueTask<A, E extends SluiceError = SluiceError> = TaskEither<E, A>;

/**
 * Runs an Effect when the task runs: one subscription per run.
 *
 * The errors of the Effect are on the left, as they are. A task cannot be cancelled; use the Effect where that matters.
 *
 * @example
 * ```ts
 * import { succeed } from "sluice";
 * import * as Q from "sluice/task";
 *
 * console.log(await Q.fromEffect(succeed(1))()); // { _tag: 'Right', right: 1 }
 * ```
 */
export const fromEffect =
  <A, E extends SluiceError>(effect: Effect<A, E>): QueueTask<A, E> =>
  () =>
    runOne<A, E>(effect);

/** Like `fromEffect`, for an Effect that is made (and whose options are checked) only when the task runs. */
export const fromLazy =
  <A, E extends SluiceError>(make: () => Effect<A, E>): QueueTask<A, E> =>
  async () => {
    try {
      return await runOne<A, E>(make());
    } catch (error) {
      return left(failureOf<E>(error));
    }
  };

/** The error of an Effect is one of its type. Making an Effect may throw `InvalidConfig`, which every call may fail with. */
const failureOf = <E extends SluiceError>(error: unknown): E => toSluiceError(error) as E;

const runOne = <A, E extends SluiceError>(source: ObservableInput<A>): ReturnType<QueueTask<A, E>> =>
  new Promise((resolve) => {
    promiseAsked("A task was run");
    from(source).subscribe({
      next: (value) => resolve(right(value)),
      error: (error: unknown) => resolve(left(failureOf<E>(error))),
    });
  });
