/**
 * The tasks of brokers on their definitions alone. One line a call: see `calls`. Each run of a task makes a broker: what brokers of one
 * name agree upon is in the store, but two runs of `runUntilIdle` at a time are two, as in two processes.
 */
import type { Broker, BrokerDefinition, EventIn, LaneIn } from "../../broker/Broker.js";
import { broker } from "../../broker/makeBroker.js";
import type { Reaction } from "../../broker/Reaction.js";
import { type CallsOf, onBroker } from "../calls.js";
import type { ReaderOf } from "./queues.js";
import { onMade } from "./StoreTask.js";

type AnyBroker = Broker<unknown, string>;

/** A call of a broker as such a task: of which definition comes first, its arguments last. */
export type OnReactions<K extends CallsOf<Broker<unknown, string>>> = <const R extends Reaction>(
  definition: BrokerDefinition<R>,
) => ReaderOf<Broker<EventIn<R>, LaneIn<R>>[K]>;

const onReactions = <K extends CallsOf<AnyBroker>>(name: K): OnReactions<K> =>
  // The type says which arguments belong to which call: see onMade.
  onMade<BrokerDefinition<Reaction>, AnyBroker>(broker, onBroker(name)) as unknown as OnReactions<K>;

/** Correlates and delivers until there is nothing left to do; answers what was done. */
export const runUntilIdle: OnReactions<"runUntilIdle"> = onReactions("runUntilIdle");
/** All events of a target up to there are done. */
export const position: OnReactions<"position"> = onReactions("position");
/** A page of blocked targets, lane by lane, the oldest first. */
export const blockedStreams: OnReactions<"blockedStreams"> = onReactions("blockedStreams");
/** Frees blocked targets: the same event again, from attempt 1; answers how many. */
export const unblock: OnReactions<"unblock"> = onReactions("unblock");
/** Frees blocked targets past the event that blocks; answers how many. */
export const skip: OnReactions<"skip"> = onReactions("skip");
/** Replays targets from the start of the log; answers how many were named. */
export const reset: OnReactions<"reset"> = onReactions("reset");
/** The priority of targets from the next correlation on; answers how many names or prefixes were given. */
export const prioritize: OnReactions<"prioritize"> = onReactions("prioritize");
