/** The figures as the README shows them: a table of Sluice beside its peers, written between two marks. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Measured } from "../bench.js";
import { quantile, ratios } from "../statistics.js";
import type { Target } from "../targets.js";
import type { Environment } from "./environment.js";
import { figure } from "./table.js";

const README = new URL("../../../README.md", import.meta.url);
const BEGIN = "<!-- bench:begin -->";
const END = "<!-- bench:end -->";

interface Row {
  readonly text: string;
  readonly measure: string;
  /** The lanes of Sluice, the bare loop, BullMQ and bee-queue. */
  readonly lanes: readonly [sluice: string, bare?: string, bullmq?: string, bee?: string];
}

const PEERS = ["sluice", "bare", "bullmq", "bee"] as const;

const ROWS: ReadonlyArray<Row> = [
  { text: "drain, default options, messages/s", measure: "drain", lanes: ["sluice-default"] },
  ...[200, 400, 1_000].map(
    (inHand): Row => ({
      text: `drain, ${inHand.toLocaleString("en")} in hand (prefetch, COUNT, concurrency)`,
      measure: "drain",
      lanes: [`sluice-${inHand}`, `bare-${inHand}`, `bullmq-${inHand}`, inHand === 400 ? "bee" : ""],
    }),
  ),
  { text: "drain with `batch`", measure: "drain", lanes: ["sluice-batch"] },
  { text: "drain of one key; BullMQ: concurrency 1", measure: "in-order", lanes: ["sluice", "", "bullmq"] },
  { text: "enqueue in bulk, one chunk of 200 awaited after the other", measure: "bulk", lanes: PEERS },
  { text: "enqueue in bulk, 4 chunks in flight", measure: "bulk-4", lanes: PEERS },
  { text: "enqueue, one awaited after the other", measure: "enqueue", lanes: PEERS },
  { text: "enqueue, 50 in flight", measure: "enqueue-50", lanes: PEERS },
  { text: "idle latency to the handler, p50 ms", measure: "latency-p50", lanes: PEERS },
  { text: "Redis memory at rest, bytes a message", measure: "memory", lanes: PEERS },
];

const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5);

const roundsOf = (measures: ReadonlyArray<Measured>, measure: string, lane: string): ReadonlyArray<number> =>
  measures.find(({ id }) => id === measure)?.lanes.find(({ id }) => id === lane)?.rounds ?? [];

const lineOf = ({ text, measure, lanes }: Row, measures: ReadonlyArray<Measured>): ReadonlyArray<string> => {
  const base = roundsOf(measures, measure, lanes[0]);
  if (base.length === 0) return [];
  const cells = PEERS.map((_, i) => {
    const rounds = roundsOf(measures, measure, lanes[i] ?? "");
    if (rounds.length === 0) return "";
    return i === 0 ? figure(median(rounds)) : `${figure(median(rounds))} (${figure(median(ratios(base, rounds)))}×)`;
  });
  return [`| ${text} | ${cells.join(" | ")} |`];
};

const sentencesOf = (measures: ReadonlyArray<Measured>): ReadonlyArray<string> => {
  const one = (measure: string, lane: string): number | undefined => {
    const rounds = roundsOf(measures, measure, lane);
    return rounds.length === 0 ? undefined : median(rounds);
  };
  const inMemory = one("in-memory", "prefetch-200");
  const [low, high] = [roundsOf(measures, "backlog", "kept-low"), roundsOf(measures, "backlog", "kept-high")];
  const [sockets, client] = [one("idle-sockets", "queues-1"), one("idle-client", "queues-1")];
  return [
    ...(inMemory === undefined ? [] : [`In memory: ${figure(inMemory)} messages/s.`]),
    ...(low.length === 0
      ? []
      : [
          `A queue kept at a large backlog is drained at ${figure(median(ratios(high, low)))} times the rate of a small one.`,
        ]),
    ...(sockets === undefined || client === undefined
      ? []
      : [`1,000 idle consumers of a queue hold ${figure(sockets)} connections and ${figure(client)} % of a core.`]),
  ];
};

const missed = (targets: ReadonlyArray<Target>): string => {
  const misses = targets.filter(({ reached }) => !reached);
  if (misses.length === 0) return "All that we promise ourselves was reached in this run.";
  const told = misses.map(
    ({ text, relation, bound, value }) => `${text} (${figure(value)}, promised ${relation} ${figure(bound)})`,
  );
  return `Missed of what we promise ourselves: ${told.join("; ")}.`;
};

export const toReadme = (
  { node, redis, cpus, cpuModel, rounds, quick, versions }: Environment,
  measures: ReadonlyArray<Measured>,
  targets: ReadonlyArray<Target>,
): string => {
  const major = (name: string): string => versions[name]?.split(".")[0] ?? "";
  return [
    `One such run (Node ${node}, Redis ${redis}, ${cpus} × ${cpuModel}; medians of ${rounds} rounds${quick ? ", quick: too short to rely on" : ""}; Sluice ÷ peer in brackets):`,
    "",
    `| | Sluice | bare stream loop | BullMQ ${major("bullmq")} | bee-queue ${major("bee-queue")} |`,
    "|---|---|---|---|---|",
    ...ROWS.flatMap((row) => lineOf(row, measures)),
    "",
    wrapped([...sentencesOf(measures), missed(targets)].join(" ")),
  ].join("\n");
};

/** In lines of 125 characters at most. */
const wrapped = (text: string): string => text.replaceAll(/(.{1,125})(?: |$)/g, "$1\n").trimEnd();

/** Replaces what stands between the marks. */
export const writeReadme = (block: string): void => {
  const text = readFileSync(README, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`README.md has no ${BEGIN} with an ${END} behind it`);
  writeFileSync(README, `${text.slice(0, begin + BEGIN.length)}\n${block}\n${text.slice(end)}`);
};
