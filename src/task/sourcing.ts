/** Aggregates, projections, read models and policies as tasks. What a domain refuses is on the left too, as `Rejected`. One line a call: see `calls`. */
import { flatMap, fromEither, type TaskEither } from "fp-ts/lib/TaskEither.js";
import type { Recorded } from "../log/recorded.js";
import type { Causing } from "../sourcing/policies/causedBy.js";
import type { Policy, PolicyError, Reacted, RejectedSend } from "../sourcing/policies/Policy.js";
import {
  type OnAggregate,
  type OnDurable,
  type OnGet,
  type OnReadModel,
  onAggregate,
  onDurable,
  onGet,
  onReadModel,
} from "./calls.js";
import { fromLazy } from "./fromEffect.js";

/** Takes an id for good. */
export const create: OnAggregate<"create"> = onAggregate("create");
/** The aggregate of this id; of a projection its state as `run` keeps it; of a read model the record of this id. */
export const get: OnGet = onGet;
/** Loads, decides and appends. */
export const handle: OnAggregate<"handle"> = onAggregate("handle");
/** The same up to the Write. */
export const decide: OnAggregate<"decide"> = onAggregate("decide");
/** The latest state. */
export const state: OnAggregate<"state"> = onAggregate("state");
/** The state as it was at a version, or at a time. */
export const stateAt: OnAggregate<"stateAt"> = onAggregate("stateAt");
/** It takes no more commands that store something. */
export const close: OnAggregate<"close"> = onAggregate("close");
/** The records of these ids of a read model, aligned. */
export const getAll: OnReadModel<"getAll"> = onReadModel("getAll");
/** A page of a read model in the order of an index. */
export const page: OnReadModel<"page"> = onReadModel("page");
/** How many entries an index of a read model has. */
export const count: OnReadModel<"count"> = onReadModel("count");
/** Waits until a projection or read model has come so far. */
export const waitFor: OnDurable<"waitFor"> = onDurable("waitFor");
/** Takes away what an older version of a projection or read model has stored. */
export const drop: OnDurable<"drop"> = onDurable("drop");
/** Sends the commands of a policy for an event. The first that is refused is on the left, unless it may pass. */
export const perform =
  <E, X>(policy: Policy<E, X>) =>
  (recorded: Recorded<E>, context: Causing): TaskEither<RejectedSend<X> | PolicyError, Reacted<X>> =>
    flatMap(fromEither<RejectedSend<X> | PolicyError, Reacted<X>>)(fromLazy(() => policy(recorded, context)));
