import type { Measured } from "../bench.js";
import type { Figures } from "../rounds.js";

/** One named figure of an interleaved run, as a table. */
export const measured = (
  figures: Figures,
  figure: string,
  lanes: ReadonlyArray<{ readonly id: string; readonly name: string }>,
  about: Omit<Measured, "lanes">,
): Measured => ({
  ...about,
  lanes: lanes.map(({ id, name }) => ({ id, name, rounds: figures.get(figure)?.get(id) ?? [] })),
});
