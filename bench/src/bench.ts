/** What every measure is given, and what it answers with. */
import { setTimeout as after } from "node:timers/promises";
import type { Contestant, ContestantId, OpenOptions, PeerId, Session } from "./contestants/contestant.js";
import type { RedisServer } from "./redis.js";

export interface Sizes {
  readonly oneByOne: number;
  readonly inFlight: number;
  readonly bulk: number;
  readonly drain: number;
  readonly latencySamples: number;
  readonly memory: number;
  readonly inMemory: number;
  readonly backlogLow: number;
  readonly backlogHigh: number;
  /** Drained from either backlog. */
  readonly backlogDrain: number;
  readonly inOrder: number;
  /** Commands to aggregates, in a run of one lane. */
  readonly commands: number;
  /** Events that a projection reads from the start. */
  readonly projected: number;
  /** Events that are reacted to, in a run of one lane; and so many where all of them are of one target. */
  readonly reacted: number;
  readonly reactedInOrder: number;
  /** Commits whose reactions are waited for, at each load. */
  readonly reactionSamples: number;
  /** A backlog on Postgres. */
  readonly postgres: number;
  /** How long a queue on Postgres works at its full rate, minutes. */
  readonly minutes: number;
  /** Each lane has seen so many before it is measured, or three rounds. */
  readonly warmUp: number;
}

export const SIZES: Sizes = {
  oneByOne: 5_000,
  inFlight: 50_000,
  bulk: 25_000,
  // At 20,000, and fresh, half of what is measured is the compiler.
  drain: 100_000,
  latencySamples: 400,
  memory: 20_000,
  inMemory: 200_000,
  backlogLow: 1_000,
  backlogHigh: 1_000_000,
  backlogDrain: 100_000,
  inOrder: 20_000,
  commands: 20_000,
  projected: 100_000,
  reacted: 100_000,
  reactedInOrder: 20_000,
  reactionSamples: 2_000,
  postgres: 50_000,
  minutes: 10,
  warmUp: 150_000,
};

/** For a first look: minutes become seconds, and the figures are too short to be relied on. */
export const QUICK_SIZES: Sizes = {
  ...SIZES,
  oneByOne: 500,
  inFlight: 2_000,
  bulk: 4_000,
  drain: 4_000,
  latencySamples: 50,
  memory: 5_000,
  inMemory: 50_000,
  backlogHigh: 50_000,
  backlogDrain: 10_000,
  inOrder: 2_000,
  commands: 2_000,
  projected: 10_000,
  reacted: 4_000,
  reactedInOrder: 2_000,
  reactionSamples: 200,
  postgres: 4_000,
  minutes: 0.5,
  warmUp: 0,
};

export interface Bench {
  readonly redis: RedisServer;
  /** Whoever takes part. Those of them that have queues are the contestants. */
  readonly peers: ReadonlyArray<PeerId>;
  readonly contestants: ReadonlyArray<Contestant>;
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly progress: (line: string) => void;
}

/** One quantity of one measure: a table of its own, with one line per lane. */
export interface Measured {
  readonly id: string;
  readonly title: string;
  readonly unit:
    | "messages/s"
    | "events/s"
    | "commands/s"
    | "ms"
    | "µs"
    | "bytes"
    | "sockets"
    | "connections/s"
    | "% of a core"
    | "% of commands";
  readonly better: "higher" | "lower";
  readonly lanes: ReadonlyArray<{ readonly id: string; readonly name: string; readonly rounds: ReadonlyArray<number> }>;
  /** The lane to which the others are compared, where it was measured. */
  readonly base: string;
  /** A comparison shows the base as a multiple of the other, or the other way round. */
  readonly ratio: "base ÷ it" | "it ÷ base";
}

export const PER_SECOND = { unit: "messages/s", better: "higher", base: "sluice", ratio: "base ÷ it" } as const;

export const rate = (count: number, elapsedMs: number): number => (count * 1_000) / elapsedMs;

export const timed = async (task: () => PromiseLike<unknown>): Promise<number> => {
  const startMs = performance.now();
  await task();
  return performance.now() - startMs;
};

const DEADLINE_MS = 300_000;

/** A library that stalls must end the benchmark, not hang it. */
export const withDeadline = async <A>(task: Promise<A>, doing: () => string): Promise<A> => {
  const cancel = new AbortController();
  const late = after(DEADLINE_MS, undefined, { signal: cancel.signal }).then(() => {
    throw new Error(`stalled after ${DEADLINE_MS / 1_000} s: ${doing()}`);
  });
  late.catch(() => {});
  return Promise.race([task, late]).finally(() => cancel.abort());
};

/** A session on an empty server; what it leaves behind is deleted. */
export const onFreshQueue = async <A>(
  { redis }: Bench,
  contestant: Contestant,
  use: (session: Session) => Promise<A>,
  options: Pick<OpenOptions, "inHand" | "inOrder"> = {},
): Promise<A> => {
  await redis.clear();
  const session = await contestant.open({ url: redis.url, queue: "orders", ...options });
  try {
    return await use(session);
  } finally {
    await session.close();
    await redis.clear();
  }
};

/** The contestants that a measure compares; variants of one take part only where they are asked for. */
export const contestantsBut = (bench: Bench, ...without: ReadonlyArray<ContestantId>): ReadonlyArray<Contestant> =>
  bench.contestants.filter(({ id }) => !without.includes(id));
