/**
 * The tasks of aggregates, projections and read models on their definitions alone: a pool belongs to store and category, however often a
 * face is made. One line a call: see `calls`. A policy has no such task, since its commands are for aggregates that have their store.
 */
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import type { EventMap } from "../../log/EventCodec.js";
import type { Store } from "../../port/Store.js";
import type { Places } from "../../records/RecordsDefinition.js";
import type { Aggregate } from "../../sourcing/Aggregate.js";
import type { AggregateDefinition } from "../../sourcing/AggregateDefinition.js";
import { aggregate } from "../../sourcing/makeAggregate.js";
import { projection } from "../../sourcing/projections/makeProjection.js";
import { readModel } from "../../sourcing/projections/makeReadModel.js";
import type {
  Durable,
  Projection,
  ProjectionDefinition,
  ReadModel,
  ReadModelDefinition,
} from "../../sourcing/projections/Projection.js";
import { type AggregateTasks, type CallsOf, onAggregate, onDurable, onGet, onReadModel } from "../calls.js";
import type { ReaderOf } from "./queues.js";
import type { RecordReaders } from "./records.js";
import { type FaceTask, onMade, type StoreTask } from "./StoreTask.js";

/** The calls of a category of aggregates as tasks that still need their store. */
export type AggregateReaders<C, S, M extends EventMap, X> = {
  readonly [K in keyof AggregateTasks<C, S, M, X>]: AggregateTasks<C, S, M, X>[K] extends (
    ...args: infer P
  ) => TaskEither<infer E, infer A>
    ? (...args: P) => StoreTask<A, E>
    : never;
};

/** A call of a category of aggregates as such a task: of which definition comes first, its arguments last. */
export type OnCategory<K extends CallsOf<Aggregate<unknown, unknown, EventMap, unknown>>> = <
  C,
  S,
  M extends EventMap,
  X,
>(
  definition: AggregateDefinition<C, S, M, X>,
) => AggregateReaders<C, S, M, X>[K];

type AnyAggregate = Aggregate<unknown, unknown, EventMap, unknown>;
type Definition = AggregateDefinition<unknown, unknown, EventMap, unknown>;

const onCategory = <K extends CallsOf<AnyAggregate>>(name: K): OnCategory<K> =>
  // The type says which arguments belong to which call: see onMade.
  onMade<Definition, AnyAggregate>(aggregate, onAggregate(name)) as unknown as OnCategory<K>;

/** A call that a projection and a read model have as such a task: of which definition comes first, its arguments last. */
export interface OnProjected<K extends CallsOf<Durable<unknown>> | "get"> {
  <S, M extends EventMap>(definition: ProjectionDefinition<S, M>): ReaderOf<Projection<S>[K]>;
  <A, M extends EventMap, W extends Places = Record<never, never>>(
    definition: ReadModelDefinition<A, W, M>,
  ): ReaderOf<ReadModel<A, W>[K]>;
}

/** The same of `get`, which a category of aggregates has too. */
export interface OnGettable extends OnProjected<"get"> {
  <C, S, M extends EventMap, X>(definition: AggregateDefinition<C, S, M, X>): AggregateReaders<C, S, M, X>["get"];
}

/** A call that reads the records of a read model as such a task: of which definition comes first, its arguments last. */
export type OnModel<K extends "getAll" | "page" | "count"> = <
  A,
  M extends EventMap,
  W extends Places = Record<never, never>,
>(
  definition: ReadModelDefinition<A, W, M>,
) => RecordReaders<A, W>[K];

type ProjectionOne = ProjectionDefinition<unknown, EventMap>;
type ModelOne = ReadModelDefinition<unknown, Places, EventMap>;
type Gettable = AnyAggregate | Projection<unknown> | ReadModel<unknown, Places>;

/** A user without types may give anything; the makers refuse what is none. */
const has = (definition: unknown, name: string): boolean =>
  typeof definition === "object" && definition !== null && name in definition;

const projected = (
  store: Store,
  definition: ProjectionOne | ModelOne,
): Projection<unknown> | ReadModel<unknown, Places> =>
  // Of the two only that of a read model says what a record is.
  has(definition, "record") ? readModel(store, definition as ModelOne) : projection(store, definition as ProjectionOne);

const gettable = (store: Store, definition: Definition | ProjectionOne | ModelOne): Gettable =>
  has(definition, "decider")
    ? aggregate(store, definition as Definition)
    : projected(store, definition as ProjectionOne | ModelOne);

// The types say which arguments belong to which call: see onMade.
const onProjected = <K extends CallsOf<Durable<unknown>>>(name: K): OnProjected<K> =>
  onMade(projected, onDurable(name) as unknown as FaceTask<Durable<unknown>>) as unknown as OnProjected<K>;
const onModel = <K extends "getAll" | "page" | "count">(name: K): OnModel<K> =>
  onMade<ModelOne, ReadModel<unknown, Places>>(
    readModel,
    onReadModel(name) as unknown as FaceTask<ReadModel<unknown, Places>>,
  ) as unknown as OnModel<K>;

/** Takes an id for good. */
export const create: OnCategory<"create"> = onCategory("create");
/** The aggregate of this id; of a projection its state as `run` keeps it; of a read model the record of this id. */
export const get: OnGettable = onMade(gettable, onGet as unknown as FaceTask<Gettable>) as unknown as OnGettable;
/** Loads, decides and appends. */
export const handle: OnCategory<"handle"> = onCategory("handle");
/** The same up to the Write. */
export const decide: OnCategory<"decide"> = onCategory("decide");
/** The latest state. */
export const state: OnCategory<"state"> = onCategory("state");
/** The state as it was at a version, or at a time. */
export const stateAt: OnCategory<"stateAt"> = onCategory("stateAt");
/** It takes no more commands that store something. */
export const close: OnCategory<"close"> = onCategory("close");
/** The records of these ids of a read model, aligned. */
export const getAll: OnModel<"getAll"> = onModel("getAll");
/** A page of a read model in the order of an index. */
export const page: OnModel<"page"> = onModel("page");
/** How many entries an index of a read model has. */
export const count: OnModel<"count"> = onModel("count");
/** Waits until a projection or read model has come so far. */
export const waitFor: OnProjected<"waitFor"> = onProjected("waitFor");
/** Takes away what an older version of a projection or read model has stored. */
export const drop: OnProjected<"drop"> = onProjected("drop");
