/** The contestants by id. Each library is loaded only where it takes part. */
import type { Contestant, ContestantId, PeerId } from "./contestant.js";

const loaders: Readonly<Record<ContestantId, () => Promise<Contestant>>> = {
  sluice: async () => (await import("./sluice.js")).sluice,
  "sluice-batch": async () => (await import("./sluice.js")).sluiceBatch,
  bare: async () => (await import("./bare.js")).bare,
  bullmq: async () => (await import("./bullmq.js")).bullmq,
  bee: async () => (await import("./bee.js")).bee,
};

export const hasQueues = (peer: PeerId): peer is ContestantId => peer in loaders;

export const load = (id: ContestantId): Promise<Contestant> => loaders[id]();
