/** Who takes part in the measures of reactions. Each library is loaded only where it does. */
import type { Bench } from "../bench.js";
import type { ReactionsLane } from "./reactions.js";

export const reactionLanesOf = async ({ peers, redis: { url } }: Bench): Promise<ReadonlyArray<ReactionsLane>> => [
  ...(peers.includes("sluice") ? (await import("./sluiceReactions.js")).sluiceLanes(url) : []),
  ...(peers.includes("bare") ? (await import("./bareReactions.js")).bareLanes(url) : []),
  ...(peers.includes("bullmq") ? (await import("./bullReactions.js")).bullLanes(url) : []),
  ...(peers.includes("act") ? (await import("./actReactions.js")).actLanes : []),
];
