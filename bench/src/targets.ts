/** What the library promises of itself, each as a bound on what was measured. */
import type { Measured } from "./bench.js";
import { PAYLOAD_BYTES } from "./payload.js";
import { quantile, ratios } from "./statistics.js";

export interface Target {
  readonly id: string;
  readonly text: string;
  readonly value: number;
  readonly bound: number;
  readonly relation: "≥" | "≤";
  readonly reached: boolean;
}

interface Promised {
  readonly id: string;
  readonly text: string;
  readonly measure: string;
  readonly lane: string;
  /** Compared with another lane, round by round (of several: with the one of the highest median); else the figure itself. */
  readonly against?: string | ReadonlyArray<string>;
  readonly relation: "≥" | "≤";
  readonly bound: number;
}

const times = (measure: string, against: string, relation: "≥" | "≤", bound: number) =>
  ({ measure, lane: "sluice", against, relation, bound }) as const;

const drained = (lane: string, against: string | ReadonlyArray<string>, bound: number) =>
  ({ measure: "drain", lane, against, relation: "≥", bound }) as const;

const alone = (measure: string, lane: string, relation: "≥" | "≤", bound: number) =>
  ({ measure, lane, relation, bound }) as const;

const commanded = (shape: string, bound: number) =>
  ({ measure: `sourcing-redis-${shape}`, lane: "ids", against: "bare", relation: "≥", bound }) as const;

const BROKER: ReadonlyArray<Promised> = [
  {
    id: "broker-correlate",
    text: "correlation alone, events/s",
    ...alone("broker-correlate", "sluice-500", "≥", 40_000),
  },
  {
    id: "broker-deliver-500",
    text: "delivery alone to 500 targets, events/s",
    ...alone("broker-deliver", "sluice-500", "≥", 35_000),
  },
  {
    id: "broker-deliver-100000",
    text: "delivery alone to 100,000 targets, events/s",
    ...alone("broker-deliver", "sluice-100000", "≥", 50_000),
  },
  {
    id: "broker-deliver-1",
    text: "delivery alone to one target, events/s",
    ...alone("broker-deliver", "sluice-1", "≥", 3_000),
  },
  {
    id: "broker-cost",
    text: "time of a delivery to 100,000 targets, times that to 1,000",
    measure: "broker-cost",
    lane: "sluice-100000",
    against: "sluice-1000",
    relation: "≤",
    bound: 1.3,
  },
  {
    id: "broker-processes",
    text: "correlation and delivery by 4 processes, times one",
    measure: "broker-together",
    lane: "sluice-4",
    against: "sluice-1",
    relation: "≥",
    bound: 0.8,
  },
  {
    id: "broker-latency",
    text: "commit to reaction, idle, p50 ms",
    ...alone("broker-latency-idle", "sluice-p50", "≤", 1.5),
  },
  {
    id: "broker-latency-1000",
    text: "commit to reaction, 1,000 events/s, p99 ms",
    ...alone("broker-latency-1000", "sluice-p99", "≤", 20),
  },
];

const HUB: ReadonlyArray<Promised> = [
  {
    id: "hub-routes",
    text: "100 routes with compiled conditions, events/s",
    ...alone("hub-routes", "mixed", "≥", 20_000),
  },
  { id: "hub-emit", text: "emits with one dispatch, events/s", ...alone("hub-emit", "1", "≥", 10_000) },
  {
    id: "hub-dispatch-nothing",
    text: "dispatches by handlers that do nothing, times a plain queue",
    measure: "hub-dispatch-nothing",
    lane: "hub",
    against: "queue",
    relation: "≥",
    bound: 0.33,
  },
  {
    id: "hub-dispatch-pausing",
    text: "dispatches by handlers of 5 ms, times a plain queue",
    measure: "hub-dispatch-pausing",
    lane: "hub",
    against: "queue",
    relation: "≥",
    bound: 0.8,
  },
  {
    id: "hub-page",
    text: "a page of dispatches among many, times one among few",
    measure: "hub-page",
    lane: "high",
    against: "low",
    relation: "≤",
    bound: 2,
  },
];

const on = (measure: string, against: string, relation: "≥" | "≤", bound: number) =>
  ({ measure: `postgres-${measure}`, lane: "sluice", against, relation, bound }) as const;

const POSTGRES: ReadonlyArray<Promised> = [
  { id: "postgres-drain", text: "Postgres: drain, times bare", ...on("drain", "bare", "≥", 0.4) },
  { id: "postgres-slow", text: "Postgres: drain where commits are slow, times bare", ...on("slow", "bare", "≥", 0.65) },
  {
    id: "postgres-drain-graphile-batch",
    text: "Postgres: drain, times graphile-worker batched",
    ...on("drain", "graphile-batch", "≥", 1.6),
  },
  { id: "postgres-drain-boss", text: "Postgres: drain, times pg-boss", ...on("drain", "boss", "≥", 3) },
  {
    id: "postgres-drain-graphile",
    text: "Postgres: drain, times graphile-worker",
    ...on("drain", "graphile", "≥", 20),
  },
  {
    id: "postgres-keyed",
    text: "Postgres: keyed drain, times unkeyed",
    measure: "postgres-drain",
    lane: "keyed",
    against: "sluice",
    relation: "≥",
    bound: 0.65,
  },
  { id: "postgres-bulk", text: "Postgres: bulk enqueue, times bare", ...on("bulk", "bare", "≥", 0.45) },
  {
    id: "postgres-bulk-peers",
    text: "Postgres: bulk enqueue, times the better peer",
    measure: "postgres-bulk",
    lane: "sluice",
    against: ["graphile", "graphile-batch", "boss"],
    relation: "≥",
    bound: 1.4,
  },
  { id: "postgres-enqueue-1", text: "Postgres: enqueue one by one, times bare", ...on("enqueue-1", "bare", "≥", 0.6) },
  {
    id: "postgres-enqueue-100",
    text: "Postgres: enqueue 100 in flight, times bare pool",
    ...on("enqueue-100", "bare", "≥", 1.8),
  },
  { id: "postgres-latency", text: "Postgres: idle p50, times bare", ...on("latency-p50", "bare", "≤", 1.8) },
  { id: "postgres-append-1", text: "Postgres: append one by one, times bare", ...on("append-1", "bare", "≥", 0.5) },
  {
    id: "postgres-append-64",
    text: "Postgres: append 64 in flight, times bare pool",
    ...on("append-64", "bare", "≥", 3),
  },
  {
    id: "postgres-append-64-emmett",
    text: "Postgres: append 64 in flight, times Emmett",
    ...on("append-64", "emmett", "≥", 10),
  },
  {
    id: "postgres-catch-up",
    text: "Postgres: events read in order, a second",
    ...alone("postgres-catch-up", "sluice", "≥", 150_000),
  },
  {
    id: "postgres-lease",
    text: "Postgres: a lease of a large queue, times a small",
    measure: "postgres-lease",
    lane: "high",
    against: "low",
    relation: "≤",
    bound: 1.3,
  },
  {
    id: "postgres-crowd",
    text: "Postgres: a lease behind a crowd, times without",
    measure: "postgres-crowd",
    lane: "crowd",
    against: "free",
    relation: "≤",
    bound: 1.3,
  },
  {
    id: "postgres-kept",
    text: "Postgres: a lease under a snapshot, times without",
    measure: "postgres-kept",
    lane: "kept",
    against: "free",
    relation: "≤",
    bound: 2,
  },
  {
    id: "postgres-stats",
    text: "Postgres: stats of a large queue, ms",
    ...alone("postgres-stats", "high", "≤", 5),
  },
  {
    id: "pglite-drain",
    text: "PGlite: drain, times bare in PGlite",
    measure: "pglite-drain",
    lane: "sluice",
    against: "bare",
    relation: "≥",
    bound: 0.35,
  },
  {
    id: "postgres-minutes",
    text: "Postgres: the rate after minutes, times that at first",
    measure: "postgres-minutes",
    lane: "last",
    against: "first",
    relation: "≥",
    bound: 0.85,
  },
  {
    id: "postgres-heap",
    text: "Postgres: bytes of the table of messages, at the most",
    ...alone("postgres-heap", "sluice", "≤", 100_000_000),
  },
];

const PROMISED: ReadonlyArray<Promised> = [
  { id: "enqueue-bullmq", text: "enqueue 50 in flight, times BullMQ", ...times("enqueue-50", "bullmq", "≥", 2) },
  { id: "enqueue-bee", text: "enqueue 50 in flight, times bee-queue", ...times("enqueue-50", "bee", "≥", 0.8) },
  // As `enqueueTo` does it by default and as `addBulk` is awaited; with more in flight the ratio is measured, not promised.
  { id: "bulk-bullmq", text: "bulk enqueue, awaited, times BullMQ", ...times("bulk", "bullmq", "≥", 7) },
  { id: "drain-bare", text: "drain at prefetch 400, times bare at 200", ...drained("sluice-400", "bare-200", 0.85) },
  {
    id: "drain-bare-1000",
    text: "drain at prefetch 1,000, times bare at 200",
    ...drained("sluice-1000", "bare-200", 0.95),
  },
  {
    id: "drain-bullmq",
    text: "drain at prefetch 400, times BullMQ at its best",
    ...drained("sluice-400", ["bullmq-200", "bullmq-400"], 4.5),
  },
  { id: "drain-bee", text: "drain at prefetch 400, times bee-queue", ...drained("sluice-400", "bee", 3) },
  {
    id: "drain-default",
    text: "drain with default options, times the best prefetch",
    ...drained("sluice-default", ["sluice-200", "sluice-400", "sluice-1000"], 0.9),
  },
  { id: "in-order", text: "one key, times BullMQ at concurrency 1", ...times("in-order", "bullmq", "≥", 0.6) },
  { id: "latency-bullmq", text: "idle p50, times BullMQ", ...times("latency-p50", "bullmq", "≤", 0.5) },
  { id: "latency-bare", text: "idle p50, times the bare loop", ...times("latency-p50", "bare", "≤", 1.5) },
  {
    id: "memory",
    text: `bytes a message at rest, payload of ${PAYLOAD_BYTES}`,
    ...alone("memory", "sluice", "≤", PAYLOAD_BYTES + 60),
  },
  ...[200, 1_000].map(
    (prefetch): Promised => ({
      id: `in-memory-${prefetch}`,
      text: `in memory, messages/s, prefetch ${prefetch.toLocaleString("en")}`,
      ...alone("in-memory", `prefetch-${prefetch}`, "≥", 200_000),
    }),
  ),
  ...[1_000, 1].flatMap((queues): ReadonlyArray<Promised> => {
    const of = `1,000 idle consumers on ${queues.toLocaleString("en")} queue${queues === 1 ? "" : "s"}`;
    const lane = `queues-${queues}`;
    return [
      { id: `idle-sockets-${queues}`, text: `${of}, sockets`, ...alone("idle-sockets", lane, "≤", 16) },
      { id: `idle-client-${queues}`, text: `${of}, % of a core`, ...alone("idle-client", lane, "≤", 1) },
    ];
  }),
  { id: "log-append", text: "commands 64 in flight, times bare", ...times("log-append", "bare", "≥", 0.6) },
  { id: "log-append-1", text: "commands one by one, times bare", ...times("log-append-1", "bare", "≥", 0.45) },
  { id: "log-catch-up", text: "events read in order, a second", ...alone("log-catch-up", "sluice", "≥", 150_000) },
  {
    id: "sourcing-50",
    text: "in memory, commands/s to 50 aggregates, 64 in flight",
    ...alone("sourcing-50", "sluice", "≥", 60_000),
  },
  // A command with the record that keeps it from being done twice, beside a script that does the same.
  { id: "sourcing-redis-1", text: "commands to aggregates one by one, times bare", ...commanded("1", 0.45) },
  { id: "sourcing-redis-50", text: "to 50 aggregates, 64 in flight, times bare", ...commanded("50", 0.6) },
  { id: "sourcing-redis-many", text: "to a thousand aggregates, 64 in flight, times bare", ...commanded("many", 0.6) },
  ...BROKER,
  ...HUB,
  ...POSTGRES,
  {
    id: "log-growth",
    text: "appends among many events, times those among few",
    measure: "log-growth",
    lane: "high",
    against: "low",
    relation: "≥",
    bound: 0.71,
  },
  {
    id: "records-page",
    text: "a page among many records, times one among few",
    measure: "records-page",
    lane: "high",
    against: "low",
    relation: "≤",
    bound: 2,
  },
  {
    id: "backlog",
    text: "rate at the high backlog, times the low",
    measure: "backlog",
    lane: "kept-high",
    against: "kept-low",
    relation: "≥",
    bound: 0.8,
  },
];

const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5);

const measuredValue = ({ measure, lane, against }: Promised, measures: ReadonlyArray<Measured>): number | undefined => {
  const lanes = measures.find(({ id }) => id === measure)?.lanes ?? [];
  const roundsOf = (id: string): ReadonlyArray<number> | undefined => lanes.find((one) => one.id === id)?.rounds;
  const values = roundsOf(lane);
  if (values === undefined) return undefined;
  if (against === undefined) return median(values);
  const [best] = [against]
    .flat()
    .flatMap((id) => {
      const rounds = roundsOf(id);
      return rounds === undefined ? [] : [rounds];
    })
    .sort((a, b) => median(b) - median(a));
  return best && median(ratios(values, best));
};

/** Only those whose measures were taken. */
export const targetsOf = (measures: ReadonlyArray<Measured>): ReadonlyArray<Target> =>
  PROMISED.flatMap((promised) => {
    const value = measuredValue(promised, measures);
    if (value === undefined) return [];
    const { id, text, bound, relation } = promised;
    return [{ id, text, value, bound, relation, reached: relation === "≥" ? value >= bound : value <= bound }];
  });
