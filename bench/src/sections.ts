/** The parts of the benchmark, in the order in which they run. */
import type { Bench, Measured } from "./bench.js";
import { backlogOf } from "./measures/backlog.js";
import { bulk } from "./measures/bulk.js";
import { drainBacklog } from "./measures/drain.js";
import { enqueue } from "./measures/enqueue.js";
import { inOrder } from "./measures/inOrder.js";
import { latency } from "./measures/latency.js";
import { memory } from "./measures/memory.js";

export type Section =
  | "enqueue"
  | "bulk"
  | "drain"
  | "in-order"
  | "latency"
  | "memory"
  | "in-memory"
  | "idle"
  | "limits"
  | "backlog"
  | "log"
  | "records"
  | "sourcing"
  | "sourcing-redis"
  | "sourcing-load"
  | "projections"
  | "broker"
  | "hub"
  | "postgres"
  | "postgres-log"
  | "pglite"
  | "postgres-sizes"
  | "postgres-minutes";
type Measure = (bench: Bench) => Promise<ReadonlyArray<Measured>>;

/** Of Sluice alone: nothing where it does not take part. */
const ofSluice =
  (measure: Measure): Measure =>
  async (bench) =>
    bench.peers.includes("sluice") ? measure(bench) : [];

export const SECTIONS: Readonly<Record<Section, Measure>> = {
  enqueue,
  bulk,
  drain: drainBacklog,
  "in-order": inOrder,
  latency,
  memory,
  "in-memory": ofSluice(async (bench) => (await import("./measures/inMemory.js")).inMemory(bench)),
  idle: ofSluice(async (bench) => (await import("./measures/idle.js")).idle(bench)),
  limits: ofSluice(async (bench) => (await import("./measures/limits.js")).limits(bench)),
  /** Of the first contestant: Sluice, unless others are asked for. */
  backlog: async (bench) => {
    const [first] = bench.contestants;
    return first === undefined ? [] : backlogOf(bench, first);
  },
  log: ofSluice(async (bench) => (await import("./measures/log.js")).logs(bench)),
  records: ofSluice(async (bench) => [
    ...(await (await import("./measures/records.js")).pages(bench)),
    ...(await (await import("./measures/along.js")).along(bench)),
  ]),
  sourcing: async (bench) => (await import("./measures/commands.js")).inMemory(bench),
  "sourcing-redis": async (bench) => (await import("./measures/commandsOnRedis.js")).onRedis(bench),
  "sourcing-load": async (bench) => (await import("./measures/loads.js")).loads(bench),
  projections: ofSluice(async (bench) => (await import("./measures/projections.js")).catchUps(bench)),
  broker: async (bench) => [
    ...(await (await import("./measures/broker.js")).lines(bench)),
    ...(await (await import("./measures/brokers.js")).together(bench)),
    ...(await (await import("./measures/brokerLatency.js")).latencies(bench)),
  ],
  hub: ofSluice(async (bench) => [
    ...(await (await import("./measures/routes.js")).routes(bench)),
    ...(await (await import("./measures/hub.js")).dispatches(bench)),
    ...(await (await import("./measures/hub.js")).dispatchPages(bench)),
  ]),
  postgres: async (bench) => (await import("./measures/postgres.js")).onPostgres(bench),
  "postgres-log": async (bench) => (await import("./measures/postgresLog.js")).logOnPostgres(bench),
  pglite: ofSluice(async (bench) => (await import("./measures/pglite.js")).inPGlite(bench)),
  "postgres-sizes": ofSluice(async (bench) => (await import("./measures/postgresSizes.js")).sizes(bench)),
  "postgres-minutes": ofSluice(async (bench) => (await import("./measures/postgresMinutes.js")).minutes(bench)),
};
