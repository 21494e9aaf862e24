/** Tasks that still need a store, and how they get it. */
import { pipe } from "fp-ts/lib/function.js";
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import { flatMap, type TaskEither, tryCatch } from "fp-ts/lib/TaskEither.js";
import { type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import type { Store } from "../../port/Store.js";
import { queue } from "../../queue/makeQueue.js";
import type { Queue } from "../../queue/Queue.js";
import type { QueueDefinition } from "../../queue/QueueDefinition.js";

/** The dependency of every task of a queue; intersect it with a program's other dependencies. */
export interface HasStore {
  readonly store: Store;
}

/** A task that still needs a store. */
export type StoreTask<A, E = SluiceError> = ReaderTaskEither<HasStore, E, A>;

/** A task on what is made upon the store that it is given. What its maker throws is the task's error. */
const withFace =
  <F, E, B>(make: (store: Store) => F, use: (face: F) => TaskEither<E, B>): StoreTask<B, E> =>
  ({ store }) =>
    pipe(
      tryCatch(
        async () => make(store),
        // A refused definition is `InvalidConfig`, which every call may fail with.
        (cause) => toSluiceError(cause) as E,
      ),
      flatMap(use),
    );

/** The task of a call, of which thing comes first and its arguments last. */
export type FaceTask<F> = (face: F) => (...args: ReadonlyArray<unknown>) => TaskEither<unknown, unknown>;

/** The same on what the thing is made of. The types of the faces say which arguments belong to which call. */
export const onMade =
  <D, F>(make: (store: Store, made: D) => F, task: FaceTask<F>) =>
  (made: D) =>
  (...args: ReadonlyArray<unknown>): StoreTask<unknown, unknown> =>
    withFace(
      (store) => make(store, made),
      (face) => task(face)(...args),
    );

/** A task on the queue of this definition. */
export const withQueue = <A, E, B>(
  definition: QueueDefinition<A>,
  use: (queue: Queue<A>) => TaskEither<E, B>,
): StoreTask<B, E> => withFace((store) => queue(store, definition), use);
