/** Aggregates, projections and read models as tasks. What a domain refuses is on the left too, as `Rejected`. One line a call: see `calls`. */
import { type OnAggregate, type OnDurable, onAggregate, onDurable } from "./calls.js";

/** Takes an id for good. */
export const create: OnAggregate<"create"> = onAggregate("create");
/** The aggregate of this id. */
export const get: OnAggregate<"get"> = onAggregate("get");
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
/** Waits until a projection or read model has come so far. */
export const waitFor: OnDurable<"waitFor"> = onDurable("waitFor");
/** Takes away what an older version of a projection or read model has stored. */
export const drop: OnDurable<"drop"> = onDurable("drop");
