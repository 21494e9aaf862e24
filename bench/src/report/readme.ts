/** The figures as the pages show them, written between marks: six rows in the README, the whole table and the limits in the guide. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Measured } from "../bench.js";
import { PAYLOAD_BYTES } from "../payload.js";
import { quantile, ratios } from "../statistics.js";
import type { Target } from "../targets.js";
import type { Environment } from "./environment.js";
import { figure } from "./table.js";

/** A stretch of a page, between two marks. */
interface Place {
  readonly file: string;
  /** `<!-- bench:begin -->` and `<!-- bench:end -->` stand around it. */
  readonly mark: string;
}

const README: Place = { file: "README.md", mark: "bench" };
const PERFORMANCE: Place = { file: "docs/guide/performance.md", mark: "bench" };
const SOURCING: Place = { file: "docs/guide/performance.md", mark: "sourcing" };
const BROKER: Place = { file: "docs/guide/performance.md", mark: "broker" };
const POSTGRES: Place = { file: "docs/guide/performance.md", mark: "postgres" };
const LIMITS: Place = { file: "docs/guide/redis.md", mark: "limits" };

interface Row {
  readonly text: string;
  readonly measure: string;
  /** The lanes of Sluice, the bare loop, BullMQ and bee-queue. */
  readonly lanes: readonly [sluice: string, bare?: string, bullmq?: string, bee?: string];
  /** One of the six that stand in the README. */
  readonly chosen?: boolean;
}

const PEERS = ["sluice", "bare", "bullmq", "bee"] as const;

const ROWS: ReadonlyArray<Row> = [
  { text: "drain, default options, messages/s", measure: "drain", lanes: ["sluice-default"] },
  ...[200, 400, 1_000].map(
    (inHand): Row => ({
      text: `drain, ${inHand.toLocaleString("en")} in hand (prefetch, COUNT, concurrency), messages/s`,
      measure: "drain",
      chosen: inHand === 400,
      lanes: [`sluice-${inHand}`, `bare-${inHand}`, `bullmq-${inHand}`, inHand === 400 ? "bee" : ""],
    }),
  ),
  { text: "drain with `batch`, messages/s", measure: "drain", lanes: ["sluice-batch"] },
  {
    text: "drain of one key; BullMQ: concurrency 1, messages/s",
    measure: "in-order",
    lanes: ["sluice", "", "bullmq"],
    chosen: true,
  },
  {
    text: "enqueue in bulk, one chunk of 200 awaited after the other, messages/s",
    measure: "bulk",
    lanes: PEERS,
    chosen: true,
  },
  { text: "enqueue in bulk, 4 chunks in flight, messages/s", measure: "bulk-4", lanes: PEERS },
  { text: "enqueue, one awaited after the other, messages/s", measure: "enqueue", lanes: PEERS, chosen: true },
  { text: "enqueue, 50 in flight, messages/s", measure: "enqueue-50", lanes: PEERS },
  { text: "idle latency to the handler, p50 ms", measure: "latency-p50", lanes: PEERS, chosen: true },
  { text: "Redis memory at rest, bytes a message", measure: "memory", lanes: PEERS, chosen: true },
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

const conditionsOf = ({ node, redis, cpus, cpuModel, rounds, quick }: Environment): string =>
  `Node ${node}, Redis ${redis}, ${cpus} × ${cpuModel}; medians of ${rounds} rounds${quick ? ", quick: too short to rely on" : ""}`;

const comparison = (
  environment: Environment,
  measures: ReadonlyArray<Measured>,
  rows: ReadonlyArray<Row>,
): ReadonlyArray<string> => {
  const major = (name: string): string => environment.versions[name]?.split(".")[0] ?? "";
  return [
    `One run (${conditionsOf(environment)}; in brackets Sluice ÷ peer, the median of what each round gave):`,
    "",
    `| | Sluice | bare stream loop | BullMQ ${major("bullmq")} | bee-queue ${major("bee-queue")} |`,
    "|---|---|---|---|---|",
    ...rows.flatMap((row) => lineOf(row, measures)),
  ];
};

/** A measure of Sluice alone: its lanes as rows. */
const rowsOf = (measures: ReadonlyArray<Measured>, id: string, unit: string): ReadonlyArray<string> =>
  (measures.find((measured) => measured.id === id)?.lanes ?? []).map(
    ({ name, rounds }) => `| ${name} | ${figure(median(rounds))} ${unit} |`,
  );

const idleRows = (measures: ReadonlyArray<Measured>): ReadonlyArray<string> =>
  ["queues-1000", "queues-10", "queues-1", "queues-0"].flatMap((lane) => {
    const [sockets, client, server] = ["idle-sockets", "idle-client", "idle-server"].map((id) =>
      roundsOf(measures, id, lane),
    );
    const name = measures.find(({ id }) => id === "idle-sockets")?.lanes.find(({ id }) => id === lane)?.name;
    if (!sockets?.length || !client?.length || !server?.length) return [];
    return [`| ${name} | ${median(sockets)} | ${figure(median(client))} % | ${figure(median(server))} % |`];
  });

const limits = (environment: Environment, measures: ReadonlyArray<Measured>): ReadonlyArray<string> => {
  const idle = idleRows(measures);
  return [
    `One run, ${environment.date.slice(0, 10)} (${conditionsOf(environment)}):`,
    "",
    `| a message of ${PAYLOAD_BYTES} bytes, by its state | memory in Redis, payload included |`,
    "|---|---|",
    ...rowsOf(measures, "limits-bytes", "bytes"),
    "",
    "| one message | time of the server |",
    "|---|---|",
    ...rowsOf(measures, "limits-server", "µs"),
    "",
    "| what bounds a rate | |",
    "|---|---|",
    ...rowsOf(measures, "limits-capacity", "messages/s").map((row) =>
      row.replace("|", "| the core of one server is full:"),
    ),
    ...rowsOf(measures, "in-order", "messages/s").map((row) =>
      row.replace("Sluice, one key", "one key, drained by one consumer"),
    ),
    ...(idle.length === 0
      ? []
      : [
          "",
          "| 1,000 idle consumers of one store | sockets | of a core, client | of a core, server |",
          "|---|---|---|---|",
          ...idle,
        ]),
  ];
};

/** A table, of a row for each measure. */
interface Kind {
  readonly head: string;
  readonly unit: string;
  readonly ids: ReadonlyArray<string>;
}

/** Measures of the log, of records and of aggregates. */
const SOURCING_TABLES: ReadonlyArray<Kind> = [
  {
    head: "commands to aggregates",
    unit: "commands/s",
    ids: ["1", "50", "many", "contended"].flatMap((shape) => [`sourcing-${shape}`, `sourcing-redis-${shape}`]),
  },
  {
    head: "one load of an aggregate",
    unit: "µs",
    ids: [1, 100, 10_000].flatMap((length) => [`load-${length}`, `load-redis-${length}`]),
  },
  { head: "all events, from the first on", unit: "events/s", ids: ["catch-up", "catch-up-redis", "log-catch-up"] },
  { head: "growth", unit: "events/s", ids: ["log-growth"] },
  { head: "pages", unit: "ms", ids: ["records-page"] },
  { head: "memory in Redis", unit: "bytes", ids: ["log-bytes", "records-bytes", "sourcing-redis-bytes"] },
];

/** Measures of reactions. */
const BROKER_TABLES: ReadonlyArray<Kind> = [
  { head: "events by a broker", unit: "events/s", ids: ["broker-correlate", "broker-deliver", "broker-together"] },
  { head: "one delivery", unit: "µs", ids: ["broker-cost"] },
  {
    head: "latency",
    unit: "ms",
    ids: ["broker-latency-idle", "broker-latency-100", "broker-latency-1000"],
  },
];

/** Measures on Postgres and in PGlite. */
const POSTGRES_TABLES: ReadonlyArray<Kind> = [
  {
    head: "queues",
    unit: "messages/s",
    ids: ["drain", "slow", "bulk", "enqueue-1", "enqueue-16", "enqueue-100", "minutes"].map((id) => `postgres-${id}`),
  },
  { head: "idle latency to the handler", unit: "ms", ids: ["postgres-latency-p50", "postgres-latency-p99"] },
  {
    head: "events",
    unit: "events/s",
    ids: ["append-1", "append-16", "append-64", "catch-up"].map((id) => `postgres-${id}`),
  },
  { head: "sizes", unit: "ms", ids: ["lease", "crowd", "kept", "stats"].map((id) => `postgres-${id}`) },
  { head: "tables", unit: "bytes", ids: ["postgres-bytes", "postgres-heap"] },
  { head: "PGlite", unit: "messages/s", ids: ["pglite-drain", "pglite-bulk"] },
];

const tablesOf = (kinds: ReadonlyArray<Kind>, measures: ReadonlyArray<Measured>): ReadonlyArray<string> =>
  kinds.flatMap(({ head, unit, ids }) => {
    const rows = measures
      .filter(({ id }) => ids.includes(id))
      .map(({ title, lanes }) => {
        const cells = lanes.map(({ name, rounds }) => `${name}: **${figure(median(rounds))}**`);
        return `| ${title} | ${cells.join("; ")} |`;
      });
    return rows.length === 0 ? [] : ["", `| ${head} | ${unit} |`, "|---|---|", ...rows];
  });

const sourcing = (environment: Environment, measures: ReadonlyArray<Measured>): ReadonlyArray<string> => [
  `One run, ${environment.date.slice(0, 10)} (${conditionsOf(environment)}; Emmett ${environment.versions["emmett"] ?? ""}):`,
  ...tablesOf(SOURCING_TABLES, measures),
];

const broker = (
  environment: Environment,
  measures: ReadonlyArray<Measured>,
  targets: ReadonlyArray<Target>,
): ReadonlyArray<string> => [
  `One run, ${environment.date.slice(0, 10)} (${conditionsOf(environment)}; act ${environment.versions["act"] ?? ""}):`,
  ...tablesOf(BROKER_TABLES, measures),
  "",
  wrapped(missed(targets.filter(({ id }) => id.startsWith("broker-")))),
];

const postgres = (
  environment: Environment,
  measures: ReadonlyArray<Measured>,
  targets: ReadonlyArray<Target>,
): ReadonlyArray<string> => {
  const of = (name: string): string => environment.versions[name] ?? "";
  const versions = `graphile-worker ${of("graphile-worker")}, pg-boss ${of("pg-boss")}, emmett-postgresql ${of("@event-driven-io/emmett-postgresql")}, PGlite ${of("pglite")}`;
  return [
    `One run, ${environment.date.slice(0, 10)} (${conditionsOf(environment)}; ${versions}):`,
    ...tablesOf(POSTGRES_TABLES, measures),
    "",
    wrapped(missed(targets.filter(({ id }) => /^(?:postgres|pglite)-/.test(id)))),
  ];
};

/** Writes each stretch whose figures were measured; the others stay as they are. Answers which pages it wrote. */
export const writePages = (
  environment: Environment,
  measures: ReadonlyArray<Measured>,
  targets: ReadonlyArray<Target>,
): ReadonlyArray<string> => {
  const has = (measure: string): boolean => measures.some(({ id }) => id === measure);
  const written: Array<string> = [];
  const put = (place: Place, lines: ReadonlyArray<string>): void => {
    replace(place, lines.join("\n"));
    written.push(place.file);
  };
  if (has("drain")) {
    put(
      README,
      comparison(
        environment,
        measures,
        ROWS.filter(({ chosen }) => chosen),
      ),
    );
    const sentences = wrapped([...sentencesOf(measures), missed(targets)].join(" "));
    put(PERFORMANCE, [...comparison(environment, measures, ROWS), "", sentences]);
  }
  if (has("sourcing-50")) put(SOURCING, sourcing(environment, measures));
  if (has("broker-deliver")) put(BROKER, broker(environment, measures, targets));
  if (has("postgres-drain")) put(POSTGRES, postgres(environment, measures, targets));
  if (has("limits-bytes")) put(LIMITS, limits(environment, measures));
  return written;
};

/** In lines of 125 characters at most. */
const wrapped = (text: string): string => text.replaceAll(/(.{1,125})(?: |$)/g, "$1\n").trimEnd();

/** Replaces what stands between the marks. */
const replace = ({ file, mark }: Place, block: string): void => {
  const url = new URL(`../../../${file}`, import.meta.url);
  const text = readFileSync(url, "utf8");
  const [begin, end] = [`<!-- ${mark}:begin -->`, `<!-- ${mark}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file} has no ${begin} with an ${end} behind it`);
  writeFileSync(url, `${text.slice(0, from + begin.length)}\n${block}\n${text.slice(to)}`);
};
