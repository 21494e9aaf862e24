/**
 * The rule of the functional faces: a call `thing.verb(…args): Effect<A, E>` becomes `X.verb(thing)(…args): TaskEither<E, A>`. A face
 * is a list with one line for each call; `test/types` checks that no call is missing.
 */
import { type Either, mapLeft } from "fp-ts/lib/Either.js";
import { flatMap, fromEither, type TaskEither } from "fp-ts/lib/TaskEither.js";
import type { Broker } from "../broker/Broker.js";
import type { Effect, ErrorsOf } from "../core/Effect.js";
import { invariant } from "../core/invariant.js";
import type { ReadError } from "../core/SluiceError.js";
import type { Hub } from "../hub/Hub.js";
import type { EventMap, TypeName } from "../log/EventCodec.js";
import type { EventLog, FeedError, FeedPage, FeedPageOptions } from "../log/EventLog.js";
import type { Queue } from "../queue/Queue.js";
import type { CountArguments, PageArguments, RecordPage, Records } from "../records/Records.js";
import type { Places } from "../records/RecordsDefinition.js";
import type { Aggregate } from "../sourcing/Aggregate.js";
import type { Durable, ReadModel } from "../sourcing/projections/Projection.js";
import type { Rejected } from "../sourcing/Rejected.js";
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

/** The calls of a collection as tasks. Those that are generic by themselves stand here, as no mapped type keeps that. */
export type RecordTasks<A, W extends Places> = Omit<
  { readonly [K in CallsOf<Records<A, W>>]: TaskOf<Records<A, W>[K]> },
  "page" | "count"
> & {
  readonly page: <K extends keyof W & string>(
    index: K,
    ...options: PageArguments<W[K]>
  ) => TaskEither<ReadError, RecordPage<A>>;
  readonly count: <K extends keyof W & string>(
    index: K,
    ...options: CountArguments<W[K]>
  ) => TaskEither<ReadError, number>;
};

/** A call of a collection of records as a task: of which collection comes first, its arguments last. */
export type OnRecords<K extends CallsOf<Records<unknown>>> = <A, W extends Places>(
  records: Records<A, W>,
) => RecordTasks<A, W>[K];

/** The calls of a log as tasks. */
export type LogTasks<M extends EventMap> = Omit<
  { readonly [K in CallsOf<EventLog<M>>]: TaskOf<EventLog<M>[K]> },
  "feedPage"
> & {
  readonly feedPage: <K extends TypeName<M> = TypeName<M>>(
    options?: FeedPageOptions<K>,
  ) => TaskEither<FeedError, FeedPage<M[K]>>;
};

/** A call of a log as a task: of which log comes first, its arguments last. */
export type OnLog<K extends CallsOf<EventLog<EventMap>>> = <M extends EventMap>(log: EventLog<M>) => LogTasks<M>[K];

/** As `TaskOf`; where the value is an Either, its Left joins the errors, as `Rejected`. */
export type TaskOfEither<F> = F extends (...args: infer P) => infer R
  ? R extends Effect<Either<infer X, infer A>>
    ? (...args: P) => TaskEither<Rejected<X> | ErrorsOf<R>, A>
    : TaskOf<F>
  : never;

/** The calls of a category of aggregates as tasks. */
export type AggregateTasks<C, S, M extends EventMap, X> = {
  readonly [K in CallsOf<Aggregate<C, S, M, X>>]: TaskOfEither<Aggregate<C, S, M, X>[K]>;
};

/** A call of a category of aggregates as a task: of which category comes first, its arguments last. */
export type OnAggregate<K extends CallsOf<Aggregate<unknown, unknown, EventMap, unknown>>> = <
  C,
  S,
  M extends EventMap,
  X,
>(
  on: Aggregate<C, S, M, X>,
) => AggregateTasks<C, S, M, X>[K];

/** A call of a projection or read model as a task: of which one comes first, its arguments last. */
export type OnDurable<K extends CallsOf<Durable<unknown>>> = <A>(on: Durable<A>) => TaskOf<Durable<A>[K]>;

/** What is read by `get`, an aggregate, a projection or a read model, as a task: of which one comes first, its arguments last. */
export type OnGet = <F extends (...args: never) => Effect<unknown>>(on: { readonly get: F }) => TaskOf<F>;

/** A call that reads the records of a read model as a task: of which model comes first, its arguments last. */
export type OnReadModel<K extends "getAll" | "page" | "count"> = <A, W extends Places>(
  on: ReadModel<A, W>,
) => RecordTasks<A, W>[K];

/** A call of a broker as a task: of which broker comes first, its arguments last. */
export type OnBroker<K extends CallsOf<Broker<unknown, string>>> = <E, L extends string>(
  on: Broker<E, L>,
) => TaskOf<Broker<E, L>[K]>;

/** A call of a hub as a task: of which hub comes first, its arguments last. */
export type OnHub<K extends CallsOf<Hub<unknown, string>>> = <A, D extends string>(
  on: Hub<A, D>,
) => TaskOf<Hub<A, D>[K]>;

type Call = (...args: ReadonlyArray<unknown>) => Effect<unknown>;
type Face = Readonly<Record<string, Call>>;

/**
 * The call of this name as a task. The Effect is made at the task's first run, so its options are checked then. Later runs of the
 * task run the same Effect: a failed run of a Write lends its ids to the next, so running the task again never doubles.
 */
const taskOf =
  (name: string) =>
  (face: Face) =>
  (...args: ReadonlyArray<unknown>) => {
    let made: Effect<unknown> | undefined;
    return fromLazy(() => {
      const call = face[name];
      invariant(call !== undefined, "a face has the calls of its table");
      made ??= call(...args);
      return made;
    });
  };

/** The same where the Effect's value is an Either. */
const taskOfEither =
  (name: string) =>
  (face: Face) =>
  (...args: ReadonlyArray<unknown>) =>
    flatMap((answer: Either<unknown, unknown>) => fromEither(mapLeft(rejected)(answer)))(
      // The types of the faces say which calls answer an Either.
      taskOf(name)(face)(...args) as TaskEither<unknown, Either<unknown, unknown>>,
    );

const rejected = <X>(rejection: X): Rejected<X> => ({ _tag: "Rejected", rejection });

// The types of the faces say which arguments belong to which call.
export const onQueue = <K extends CallsOf<Queue<unknown>>>(name: K): OnQueue<K> =>
  taskOf(name) as unknown as OnQueue<K>;
export const onRecords = <K extends CallsOf<Records<unknown>>>(name: K): OnRecords<K> =>
  taskOf(name) as unknown as OnRecords<K>;
export const onLog = <K extends CallsOf<EventLog<EventMap>>>(name: K): OnLog<K> => taskOf(name) as unknown as OnLog<K>;
export const onAggregate = <K extends CallsOf<Aggregate<unknown, unknown, EventMap, unknown>>>(
  name: K,
): OnAggregate<K> =>
  (name === "handle" || name === "decide" ? taskOfEither : taskOf)(name) as unknown as OnAggregate<K>;
export const onGet: OnGet = taskOf("get") as unknown as OnGet;
export const onReadModel = <K extends "getAll" | "page" | "count">(name: K): OnReadModel<K> =>
  taskOf(name) as unknown as OnReadModel<K>;
export const onDurable = <K extends CallsOf<Durable<unknown>>>(name: K): OnDurable<K> =>
  taskOf(name) as unknown as OnDurable<K>;
export const onBroker = <K extends CallsOf<Broker<unknown, string>>>(name: K): OnBroker<K> =>
  taskOf(name) as unknown as OnBroker<K>;
export const onHub = <K extends CallsOf<Hub<unknown, string>>>(name: K): OnHub<K> =>
  taskOf(name) as unknown as OnHub<K>;
