/** The options of a Postgres store, checked and filled in. */
import type { SchedulerLike } from "rxjs";
import { systemScheduler } from "../../core/Clock.js";
import { duration, type Options, oneOf, optionsOf, shown, wholeNumber } from "../../core/options.js";
import { invalidConfig } from "../../core/SluiceError.js";
import type { Logger } from "../../port/Warnings.js";

/** Options of a Postgres store; all may be left out. */
export type PostgresStoreOptions = Options<{
  /**
   * The schema that holds everything of the store: a lower-case letter or `_`, then up to 62 of these and digits. Default "sluice".
   * Stores of one schema see the same queues, records and log.
   */
  schema: string;
  /**
   * "auto" (default) makes or migrates the schema at the first call. "check" changes nothing, and fails with `InvalidConfig` where a step of
   * the migration is missing.
   */
  migrate: "auto" | "check";
  /** The clock and timers of everything above the store. Default `systemScheduler`. The store's own clock is the server's. */
  scheduler: SchedulerLike;
  /** How long a call rides out a lost connection before it fails with `StoreUnavailable`. Milliseconds, default 10,000. */
  commandMsMax: number;
  /**
   * Whether statements are prepared by name. Default true. Behind a pooler that does not know them the store goes on without: false saves the
   * first call of each connection from finding that out.
   */
  prepare: boolean;
  /**
   * Whether the store listens for hints of other processes, and holds session locks while it waits. Default true, but false where a pooler stands in
   * front of the server, which the store finds out and says by a `StoreWarning`: locks would stay with the pooler's connections, and hints would not
   * come. Without hints a consumer finds what other processes wrote within a second. True also behind a pooler that gives each client a
   * connection of its own (`pool_mode = session`).
   */
  hints: boolean;
  /** How many dead letters a queue keeps; the oldest above it are dropped, counted as purged. Default 100,000. */
  deadLettersMax: number;
  /**
   * Told of outages, expired and poisonous messages and settlements that failed, of all its queues. Default: the process warns once of each
   * kind.
   */
  logger: Logger;
  /** For tests: tells the functions the time (whole milliseconds) instead of the server. */
  nowMs: () => number;
}>;

export interface ResolvedPostgresStoreOptions {
  readonly schema: string;
  readonly migrate: "auto" | "check";
  readonly scheduler: SchedulerLike;
  readonly commandMsMax: number;
  readonly prepare: boolean;
  /** Undefined: where the session is the server's own. */
  readonly hints: boolean | undefined;
  readonly deadLettersMax: number;
  readonly logger: Logger | undefined;
  /** The time for the functions: the one that a test gives, else null, which is that of the server. */
  readonly given: () => number | null;
}

const NAMES = [
  "schema",
  "migrate",
  "scheduler",
  "commandMsMax",
  "prepare",
  "hints",
  "deadLettersMax",
  "logger",
  "nowMs",
] as const;

const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/** A name that needs no quotes, of which no two differ in case alone. */
export const schemaName = (value: string): string => {
  if (typeof value === "string" && SCHEMA.test(value) && !value.startsWith("pg_")) return value;
  throw invalidConfig(
    "schema",
    `schema must be a lower-case letter or _, then up to 62 lower-case letters, digits and _, and not begin with pg_; this one is ${shown(value)}.`,
  );
};

/** Checks the options of one store, or throws `InvalidConfig`. */
export const resolvePostgresStoreOptions = (given: PostgresStoreOptions): ResolvedPostgresStoreOptions => {
  const options = optionsOf(given, NAMES);
  const { scheduler = systemScheduler, logger, nowMs } = options;
  return {
    schema: schemaName(options.schema ?? "sluice"),
    migrate: oneOf("migrate", options.migrate ?? "auto", ["auto", "check"]),
    scheduler,
    commandMsMax: wholeNumber("commandMsMax", options.commandMsMax ?? 10_000, { ...duration, min: 100 }),
    prepare: options.prepare ?? true,
    hints: options.hints,
    deadLettersMax: wholeNumber("deadLettersMax", options.deadLettersMax ?? 100_000, { min: 0, max: 10_000_000 }),
    logger,
    given: nowMs === undefined ? () => null : () => Math.floor(nowMs()),
  };
};
