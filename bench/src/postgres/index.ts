/** The contestants on Postgres by id. Each library is loaded only where it takes part. */
import type { Contestant, ContestantId } from "./Contestant.js";

const loaders: Readonly<Record<ContestantId, () => Promise<Contestant>>> = {
  sluice: async () => (await import("./sluice.js")).sluice,
  bare: async () => (await import("./bare.js")).bare,
  graphile: async () => (await import("./graphile.js")).graphile,
  "graphile-batch": async () => (await import("./graphile.js")).graphileBatch,
  boss: async () => (await import("./boss.js")).boss,
};

export const load = (ids: ReadonlyArray<string>): Promise<ReadonlyArray<Contestant>> =>
  Promise.all(
    Object.entries(loaders)
      .filter(([id]) => ids.includes(id))
      .map(([, loader]) => loader()),
  );
