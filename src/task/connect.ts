/** Opens a store for the length of a program, and closes it whatever happens. */
import { type Either, left } from "fp-ts/lib/Either.js";
import type { IO } from "fp-ts/lib/IO.js";
import { bracket, type TaskEither } from "fp-ts/lib/TaskEither.js";
import { mapEffect } from "../core/Effect.js";
import { type SluiceError, toSluiceError } from "../core/SluiceError.js";
import type { Store } from "../port/Store.js";
import { fromLazy } from "./fromEffect.js";

const thrown = (cause: unknown): Either<SluiceError, never> => left(toSluiceError(cause));

/**
 * Opens a store, waits until it answers, runs `use`, and closes the store, also when `use` fails.
 *
 * Errors: those of `use`, and `StoreUnavailable` where the store does not answer. What `use` throws, and what its task rejects with,
 * is a `Left` too: a `SluiceError` as it is (`InvalidConfig` of a queue, say), anything else as a `Defect`.
 *
 * @param open makes the store, such as `() => redisStore(url)`
 *
 * @example
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import * as TE from "fp-ts/lib/TaskEither.js";
 * import * as t from "io-ts";
 * import { queue } from "sluice";
 * import { memoryStore } from "sluice/memory";
 * import * as Q from "sluice/task";
 *
 * const program = Q.connect(memoryStore)((store) => {
 *   const orders = queue(store, { name: "orders", codec: t.string });
 *   return pipe("o-1", Q.enqueue(orders), TE.flatMap(() => Q.stats(orders)()));
 * });
 * console.log(await program());
 * ```
 */
export const connect =
  (open: IO<Store>) =>
  <E, A>(use: (store: Store) => TaskEither<E, A>): TaskEither<E | SluiceError, A> =>
    bracket<E | SluiceError, Store, A>(
      fromLazy(() => {
        const store = open();
        return mapEffect(store.ready(), () => store);
      }),
      (store) => () => new Promise<Either<E | SluiceError, A>>((resolve) => resolve(use(store)())).catch(thrown),
      (store) => fromLazy(() => store.close()),
    );
