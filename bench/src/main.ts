/** `npm run bench`: measures, prints, and fails only where a library lost or doubled a message (or, with --strict, missed a target). */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { apart, type Findings } from "./apart.js";
import type { PeerId } from "./contestants/contestant.js";
import { environmentOf } from "./report/environment.js";
import { type Figures, readFigures, toJson } from "./report/json.js";
import { writePages } from "./report/readme.js";
import { toText } from "./report/table.js";
import { SECTIONS, type Section } from "./sections.js";
import { targetsOf } from "./targets.js";

interface Flags {
  readonly json?: string | true;
  readonly from?: string;
  readonly readme: boolean;
  readonly only: ReadonlyArray<Section>;
  readonly peers: ReadonlyArray<PeerId>;
  readonly rounds?: number;
  readonly quick: boolean;
  readonly strict: boolean;
}

const PEERS: ReadonlyArray<PeerId> = [
  "sluice",
  "sluice-batch",
  "bare",
  "bullmq",
  "bee",
  "emmett",
  "act",
  "graphile",
  "graphile-batch",
  "boss",
];
const SECTION_NAMES = Object.keys(SECTIONS) as ReadonlyArray<Section>;

const listOf =
  <A extends string>(known: ReadonlyArray<A>) =>
  (text: string): ReadonlyArray<A> => {
    const names = text.split(",");
    const unknown = names.filter((name) => !known.includes(name as A));
    if (unknown.length > 0) throw new InvalidArgumentError(`Known are: ${known.join(", ")}.`);
    return known.filter((name) => names.includes(name));
  };

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("A whole number of at least 1.");
  return value;
};

const flags = new Command("bench")
  .description("Measures Sluice side by side with its peers, on a Redis of its own (or the empty one of REDIS_URL).")
  .option("--json [file]", "print JSON instead of tables, or write it to a file beside them")
  .addOption(
    new Option("--only <sections>", `of: ${SECTION_NAMES.join(",")}`)
      .argParser(listOf(SECTION_NAMES))
      .default(SECTION_NAMES, "all"),
  )
  .addOption(new Option("--peers <names>", `of: ${PEERS.join(",")}`).argParser(listOf(PEERS)).default(PEERS, "all"))
  .option("--rounds <count>", "measured rounds, behind those of warm-up (default: 5, quick: 2)", wholeNumber)
  .option("--quick", "a first look: small sizes, figures too short to rely on", false)
  .option("--from <file>", "show the figures that an earlier run wrote by --json, and measure nothing")
  .option("--readme", "write what was measured into README.md and docs/guide, between their marks", false)
  .option("--strict", "fail where a target is missed", false)
  .parse()
  .opts<Flags>();

// npm runs a script in its own folder and keeps the caller's in INIT_CWD.
const pathOf = (file: string): string => resolve(process.env["INIT_CWD"] ?? ".", file);

const measure = async (): Promise<Figures> => {
  const { only, peers, quick } = flags;
  const rounds = flags.rounds ?? (quick ? 2 : 5);
  const findings: Findings[] = [];
  for (const section of only) findings.push(await apart({ section, peers, rounds, quick }));
  return {
    environment: environmentOf({ redis: findings[0]?.redis ?? "unknown", rounds, quick }),
    measures: findings.flatMap((found) => found.measures),
  };
};

const main = async (): Promise<void> => {
  const { environment, measures } = flags.from === undefined ? await measure() : readFigures(pathOf(flags.from));
  const targets = targetsOf(measures);
  const json = toJson(environment, measures, targets);
  process.stdout.write(flags.json === true ? json : toText(environment, measures, targets));
  if (typeof flags.json === "string") writeFileSync(pathOf(flags.json), json);
  if (flags.readme) {
    const written = writePages(environment, measures, targets);
    console.error(written.length === 0 ? "--readme: no page shows these figures" : `written: ${written.join(", ")}`);
  }
  if (flags.strict && targets.some(({ reached }) => !reached)) process.exitCode = 1;
};

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
await main().catch((cause: unknown) => {
  console.error(cause);
  process.exit(1);
});
process.exit();
