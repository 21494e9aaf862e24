/**
 * The tasks of aggregates on their definition alone: a pool belongs to store and category, however often a face is made. One line a call:
 * see `calls`.
 */
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import type { EventMap } from "../../log/EventCodec.js";
import type { Aggregate } from "../../sourcing/Aggregate.js";
import type { AggregateDefinition } from "../../sourcing/AggregateDefinition.js";
import { aggregate } from "../../sourcing/makeAggregate.js";
import { type AggregateTasks, type CallsOf, onAggregate } from "../calls.js";
import { onMade, type StoreTask } from "./StoreTask.js";

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

/** Takes an id for good. */
export const create: OnCategory<"create"> = onCategory("create");
/** The aggregate of this id. */
export const get: OnCategory<"get"> = onCategory("get");
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
