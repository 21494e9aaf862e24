/** What may be done to a queue, as data: sequences of it are played on stores and on the model. */
import fc from "fast-check";
import type { BlockDecision } from "../../src/port/Inspect.js";
import type { Hands } from "../../src/port/Lease.js";

/** A settlement without the parts that only a store knows. */
export type Ending =
  | "ack"
  | "retry"
  | "retry later"
  | "release"
  | "release later"
  | "reject"
  | "block key"
  | "block queue";

/** Deliveries and messages are named by numbers, taken modulo how many there have been. */
export type Command =
  | {
      readonly do: "enqueue";
      readonly count: number;
      readonly key: string | undefined;
      readonly delayMs: number;
      readonly priority: number;
      readonly expiresInMs: number | undefined;
      readonly dedupeId: string | undefined;
      /** Whether the dedupe id is remembered until its message is settled. */
      readonly endless: boolean;
    }
  | { readonly do: "lease"; readonly max: number; readonly leaseMs: number; readonly hands: Hands }
  | { readonly do: "settle"; readonly deliveries: ReadonlyArray<number>; readonly ending: Ending }
  /** One list: settles all of these and enqueues one, or none of it. */
  | { readonly do: "follow up"; readonly deliveries: ReadonlyArray<number>; readonly key: string | undefined }
  | {
      readonly do: "extend";
      readonly deliveries: ReadonlyArray<number>;
      readonly leaseMs: number;
      readonly unbegun: number;
    }
  | { readonly do: "advance"; readonly ms: number }
  | {
      readonly do: "unblock";
      readonly target: "all" | "queue" | { readonly key: string } | { readonly delivery: number };
      readonly decision: BlockDecision;
    }
  | { readonly do: "redrive"; readonly messages: ReadonlyArray<number> }
  /** All, or up to so many that wait behind the head of a key. */
  | { readonly do: "purge"; readonly followersOf: string | undefined; readonly limit: number }
  | { readonly do: "pause"; readonly paused: boolean };

/** Failures after which a message of these sequences is dead. */
export const ATTEMPTS_MAX = 3;
/** How long a dedupe id is remembered: longer than a sequence plays, as a server may drop it by its own clock. */
export const DEDUPE_MS = 60_000;
/** Deliveries in a row without a settlement that counts, after which a message is dead. */
export const DELIVERIES_MAX = 4;
/** How long a "retry later" or a "release later" waits. */
export const RETRY_DELAY_MS = 30;

const key = fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined });
const deliveries = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 });
const ending = fc.oneof(
  { arbitrary: fc.constant<Ending>("ack"), weight: 4 },
  {
    arbitrary: fc.constantFrom<Ending>("retry", "retry later", "release", "release later", "reject", "block key"),
    weight: 5,
  },
  { arbitrary: fc.constant<Ending>("block queue"), weight: 1 },
);

const enqueue = fc.record({
  do: fc.constant("enqueue" as const),
  count: fc.integer({ min: 1, max: 3 }),
  key,
  delayMs: fc.constantFrom(0, 0, 0, 10, 50),
  priority: fc.constantFrom(0, 0, 1, 7),
  expiresInMs: fc.constantFrom(undefined, undefined, undefined, undefined, 0, 40),
  dedupeId: fc.constantFrom(undefined, undefined, undefined, "x", "y"),
  endless: fc.boolean(),
});
const lease = fc.record({
  do: fc.constant("lease" as const),
  max: fc.integer({ min: 1, max: 8 }),
  leaseMs: fc.constantFrom(20, 20, 100, 1_000),
  hands: fc.constantFrom<Hands>("empty", "empty", "empty", "proven", "full"),
});
const settle = fc.record({ do: fc.constant("settle" as const), deliveries, ending });
const rare: ReadonlyArray<fc.Arbitrary<Command>> = [
  fc.record({ do: fc.constant("follow up" as const), deliveries, key }),
  fc.record({
    do: fc.constant("extend" as const),
    deliveries,
    leaseMs: fc.constantFrom(5, 50, 500),
    unbegun: fc.constantFrom(0, 0, 1, 2),
  }),
  fc.record({
    do: fc.constant("unblock" as const),
    target: fc.oneof(
      fc.constantFrom("all" as const, "queue" as const),
      fc.record({ key: fc.constantFrom("a", "b", "c") }),
      fc.record({ delivery: fc.nat(30) }),
    ),
    decision: fc.constantFrom<BlockDecision>("retry", "skip", "reject"),
  }),
  fc.record({ do: fc.constant("redrive" as const), messages: fc.array(fc.nat(30), { maxLength: 8 }) }),
  fc.record({
    do: fc.constant("purge" as const),
    followersOf: fc.constantFrom("a", "b", "c"),
    limit: fc.constantFrom(1, 2, 1_000),
  }),
  fc.record({ do: fc.constant("pause" as const), paused: fc.boolean() }),
];
const advance = fc.record({ do: fc.constant("advance" as const), ms: fc.integer({ min: 0, max: 60 }) });

const command: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: enqueue, weight: 8 },
  { arbitrary: lease, weight: 8 },
  { arbitrary: settle, weight: 10 },
  { arbitrary: advance, weight: 6 },
  { arbitrary: fc.constant<Command>({ do: "advance", ms: DEDUPE_MS }), weight: 1 },
  ...rare.map((arbitrary) => ({ arbitrary, weight: 2 })),
  { arbitrary: fc.constant<Command>({ do: "purge", followersOf: undefined, limit: 1_000 }), weight: 1 },
);

/** Sequences of commands. */
export const commands = (lengthMax: number): fc.Arbitrary<ReadonlyArray<Command>> =>
  fc.array(command, { maxLength: lengthMax, size: "max" });
