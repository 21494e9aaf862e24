/** The options of a Redis store, checked and filled in. */
import type { SchedulerLike } from "rxjs";
import { systemScheduler } from "../../core/Clock.js";
import { duration, type Options, optionsOf, wellFormedName, wholeNumber } from "../../core/options.js";
import type { Logger } from "../../port/Warnings.js";

/** Options of a Redis store; all may be left out. */
export type RedisStoreOptions = Options<{
  /** The beginning of all its keys, and their hash tag: `{namespace}:…`. 1 to 128 letters, digits and `_ . : @ / -`. Default "sluice". */
  namespace: string;
  /** The clock and timers of everything above the store. Default `systemScheduler`. The store's own clock is the server's. */
  scheduler: SchedulerLike;
  /**
   * How long a call rides out a lost connection before it fails with `StoreUnavailable`. Milliseconds, default 10,000. While an
   * upload is under way, its own or one before it, up to four times as long.
   */
  commandMsMax: number;
  /** How many replicas must have a write before it is confirmed. Default 0. */
  waitReplicas: number;
  /**
   * How long to wait for these replicas; then the write fails with `StoreUnavailable`, to be run again. Milliseconds, default
   * 1,000; up to twice that where other writes wait before it. Nothing but writes waits for replicas.
   */
  waitReplicasMsMax: number;
  /** How many dead letters a queue keeps; the oldest above it are dropped, counted as purged. Default 100,000. */
  deadLettersMax: number;
  /**
   * Told of outages, expired and poisonous messages and settlements that failed, of all its queues. Default: the process warns
   * once of each kind.
   */
  logger: Logger;
  /** For tests: tells the scripts the time (whole milliseconds) instead of the server. */
  nowMs: () => number;
}>;

export interface ResolvedRedisStoreOptions {
  readonly namespace: string;
  readonly scheduler: SchedulerLike;
  readonly commandMsMax: number;
  readonly replicas: { readonly count: number; readonly msMax: number };
  readonly deadLettersMax: number;
  readonly logger: Logger | undefined;
  /** The time for the scripts: the one that a test gives, else an empty text, which is that of the server. */
  readonly given: () => string;
}

const NAMES = [
  "namespace",
  "scheduler",
  "commandMsMax",
  "waitReplicas",
  "waitReplicasMsMax",
  "deadLettersMax",
  "logger",
  "nowMs",
] as const;

/** Checks the options of one store, or throws `InvalidConfig`. */
export const resolveRedisStoreOptions = (given: RedisStoreOptions): ResolvedRedisStoreOptions => {
  const options = optionsOf(given, NAMES);
  const { scheduler = systemScheduler, logger, nowMs } = options;
  return {
    namespace: wellFormedName("namespace", options.namespace ?? "sluice"),
    scheduler,
    commandMsMax: wholeNumber("commandMsMax", options.commandMsMax ?? 10_000, { ...duration, min: 100 }),
    replicas: {
      count: wholeNumber("waitReplicas", options.waitReplicas ?? 0, { min: 0, max: 100 }),
      msMax: wholeNumber("waitReplicasMsMax", options.waitReplicasMsMax ?? 1_000, { ...duration, min: 1 }),
    },
    deadLettersMax: wholeNumber("deadLettersMax", options.deadLettersMax ?? 100_000, { min: 0, max: 10_000_000 }),
    logger,
    given: nowMs === undefined ? () => "" : () => Math.floor(nowMs()).toFixed(0),
  };
};
