/** The figures for people. */
import Table from "cli-table3";
import type { Measured } from "../bench.js";
import { ratios, spreadOf } from "../statistics.js";
import type { Target } from "../targets.js";
import type { Environment } from "./environment.js";

export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(2);
};

const spread = (values: ReadonlyArray<number>): readonly [median: string, range: string] => {
  const { median, min, max } = spreadOf(values);
  return [figure(median), values.length > 1 ? `${figure(min)} .. ${figure(max)}` : ""];
};

const style = { head: [], border: [], compact: true };
const right = "right" as const;
const left = "left" as const;

const compare = ({ ratio }: Measured, base: ReadonlyArray<number>, it: ReadonlyArray<number>): ReadonlyArray<number> =>
  ratio === "base ÷ it" ? ratios(base, it) : ratios(it, base);

const tableOf = (measured: Measured): string => {
  const base = measured.lanes.find(({ id }) => id === measured.base);
  const comparison = base === undefined ? [] : [measured.ratio.replace("base", base.name), "min .. max"];
  const table = new Table({
    head: ["", measured.unit, "min .. max", ...comparison],
    colAligns: [left, right, right, right, right],
    style,
  });
  for (const lane of measured.lanes) {
    const [median, range] = spread(lane.rounds);
    const compared = base && spread(compare(measured, base.rounds, lane.rounds));
    table.push([lane.name, median, range, ...((lane === base ? ["", ""] : compared) ?? [])]);
  }
  return `${measured.title} (${measured.better} is better)\n${table.toString()}\n`;
};

const tableOfTargets = (targets: ReadonlyArray<Target>): string => {
  const table = new Table({
    head: ["target", "wanted", "measured", ""],
    colAligns: [left, right, right, left],
    style,
  });
  for (const { text, relation, bound, value, reached } of targets)
    table.push([text, `${relation} ${figure(bound)}`, figure(value), reached ? "reached" : "MISSED"]);
  return `Targets (medians)\n${table.toString()}\n`;
};

export const toText = (
  environment: Environment,
  measures: ReadonlyArray<Measured>,
  targets: ReadonlyArray<Target>,
): string => {
  const { node, redis, cpus, cpuModel, rounds, quick, versions } = environment;
  const head = [
    `Node ${node}, Redis ${redis}, ${cpus} × ${cpuModel}; ${rounds} rounds${quick ? ", quick: figures too short to rely on" : ""}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
  ];
  const parts = [...measures.map(tableOf), ...(targets.length > 0 ? [tableOfTargets(targets)] : [])];
  return `${head.join("\n")}\n\n${parts.join("\n")}`;
};
