/** The figures for programs: every round, so that anything else can be worked out from them. */
import { readFileSync } from "node:fs";
import type { Measured } from "../bench.js";
import { spreadOf } from "../statistics.js";
import type { Target } from "../targets.js";
import type { Environment } from "./environment.js";

export const toJson = (
  environment: Environment,
  measures: ReadonlyArray<Measured>,
  targets: ReadonlyArray<Target>,
): string => {
  const withSpread = measures.map((measured) => ({
    ...measured,
    lanes: measured.lanes.map((lane) => ({ ...lane, ...spreadOf(lane.rounds) })),
  }));
  return `${JSON.stringify({ environment, measures: withSpread, targets }, null, 2)}\n`;
};

export interface Figures {
  readonly environment: Environment;
  readonly measures: ReadonlyArray<Measured>;
}

/** What an earlier run wrote. */
export const readFigures = (path: string): Figures => JSON.parse(readFileSync(path, "utf8")) as Figures;
