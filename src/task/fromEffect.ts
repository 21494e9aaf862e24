/** The one door from Effects to TaskEithers. */
import { left, right } from "fp-ts/lib/Either.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import { from, type ObservableInput } from "rxjs";
import type { Effect } from "../core/Effect.js";
import { promiseAsked } from "../core/promiseWatch.js";
import { type SluiceError, toSluiceError } from "../core/SluiceError.js";

/** A task of the queue: it fails with a `SluiceError` and never rejects. */
export type QueueTask<A> = TaskEither<SluiceError, A>;

/**
 * Runs an Effect when the task runs: one subscription per run.
 *
 * Errors arrive on the left with the same tags as in the Effect. A task cannot be cancelled; use the Effect where that matters.
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
  <A>(effect: Effect<A>): QueueTask<A> =>
  () =>
    runOne(effect);

/** Like `fromEffect`, for an Effect that is made (and whose options are checked) only when the task runs. */
export const fromLazy =
  <A>(make: () => Effect<A>): QueueTask<A> =>
  async () => {
    try {
      return await runOne(make());
    } catch (error) {
      return left(toSluiceError(error));
    }
  };

const runOne = <A>(source: ObservableInput<A>): ReturnType<QueueTask<A>> =>
  new Promise((resolve) => {
    promiseAsked("A task was run");
    from(source).subscribe({
      next: (value) => resolve(right(value)),
      error: (error: unknown) => resolve(left(toSluiceError(error))),
    });
  });
