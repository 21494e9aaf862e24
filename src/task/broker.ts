/** Brokers as tasks: what `Broker` does, for `pipe` and `sequence`. One line a call: see `calls`. */
import { type OnBroker, onBroker } from "./calls.js";

/** Correlates and delivers until there is nothing left to do; answers what was done. */
export const runUntilIdle: OnBroker<"runUntilIdle"> = onBroker("runUntilIdle");
/** All events of a target up to there are done. */
export const position: OnBroker<"position"> = onBroker("position");
/** A page of blocked targets, lane by lane, the oldest first. */
export const blockedStreams: OnBroker<"blockedStreams"> = onBroker("blockedStreams");
/** Frees blocked targets: the same event again, from attempt 1; answers how many. */
export const unblock: OnBroker<"unblock"> = onBroker("unblock");
/** Frees blocked targets past the event that blocks; answers how many. */
export const skip: OnBroker<"skip"> = onBroker("skip");
/** Replays targets from the start of the log; answers how many were named. */
export const reset: OnBroker<"reset"> = onBroker("reset");
/** The priority of targets from the next correlation on; answers how many names or prefixes were given. */
export const prioritize: OnBroker<"prioritize"> = onBroker("prioritize");
