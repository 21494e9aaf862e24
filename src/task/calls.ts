/**
 * The rule of the functional faces: a call `thing.verb(…args): Effect<A, E>` becomes `X.verb(thing)(…args): TaskEither<E, A>`. A face
 * is a list with one line for each call; `test/types` checks that no call is missing.
 */
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import type { Effect, ErrorsOf } from "../core/Effect.js";
import type { Queue } from "../queue/Queue.js";
import { fromLazy } from "./fromEffect.js";

/** The type of a call that makes an Effect, changed so that it makes a task. */
export type TaskOf<F> = F extends (...args: infer P) => infer R
  ? R extends Effect<infer A>
    ? (...args: P) => TaskEither<ErrorsOf<R>, A>
    : never
  : never;

/** The names of the calls of a face: the properties that make an Effect. */
export type CallsOf<T> = {
  readonly [K in keyof T]: T[K] extends (...args: never) => Effect<unknown> ? K : never;
}[keyof T];

/** A call of a queue as a task: the queue comes first, the arguments last. */
export type OnQueue<K extends CallsOf<Queue<unknown>>> = <A>(queue: Queue<A>) => TaskOf<Queue<A>[K]>;

type Call = (...args: ReadonlyArray<unknown>) => Effect<unknown>;

/**
 * The call of this name as a task. The Effect is made at the task's first run, so its options are checked then. Later runs of the
 * task run the same Effect: a failed run of a Write lends its ids to the next, so running the task again never doubles.
 */
export const onQueue = <K extends CallsOf<Queue<unknown>>>(name: K): OnQueue<K> =>
  // The type of the face says which arguments belong to which call.
  ((queue: Queue<unknown>) =>
    (...args: ReadonlyArray<unknown>) => {
      let made: Effect<unknown> | undefined;
      return fromLazy(() => {
        made ??= (queue[name] as unknown as Call)(...args);
        return made;
      });
    }) as unknown as OnQueue<K>;
