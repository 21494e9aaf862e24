/**
 * The rule of the functional faces: a call `thing.verb(…args): Effect<A, E>` is `X.verb(thing)(…args): TaskEither<E, A>`. A face is
 * a list of one line a call; `test/types` holds it to have them all.
 */
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import type { Effect, ErrorsOf } from "../core/Effect.js";
import type { Queue } from "../queue/Queue.js";
import { fromLazy } from "./fromEffect.js";

/** A call that makes an Effect, as one that makes a task. */
export type TaskOf<F> = F extends (...args: infer P) => infer R
  ? R extends Effect<infer A>
    ? (...args: P) => TaskEither<ErrorsOf<R>, A>
    : never
  : never;

/** The calls of a face: what of it makes an Effect. */
export type CallsOf<T> = {
  readonly [K in keyof T]: T[K] extends (...args: never) => Effect<unknown> ? K : never;
}[keyof T];

/** A call of a queue as a task: of which queue comes first, its arguments last. */
export type OnQueue<K extends CallsOf<Queue<unknown>>> = <A>(queue: Queue<A>) => TaskOf<Queue<A>[K]>;

type Call = (...args: ReadonlyArray<unknown>) => Effect<unknown>;

/**
 * The call of this name. Its Effect is made at the task's first run, which is when its options are checked, and is the same for
 * later ones: a failed run of a Write lends its ids to the next, so that running the task again never doubles.
 */
export const onQueue = <K extends CallsOf<Queue<unknown>>>(name: K): OnQueue<K> =>
  // Which arguments belong to which call is told by the type of the face.
  ((queue: Queue<unknown>) =>
    (...args: ReadonlyArray<unknown>) => {
      let made: Effect<unknown> | undefined;
      return fromLazy(() => {
        made ??= (queue[name] as unknown as Call)(...args);
        return made;
      });
    }) as unknown as OnQueue<K>;
