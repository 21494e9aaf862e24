/** What an aggregate is, apart from where it is kept: a category, a domain, a codec of its events, and how it lives in this process. */
import type { Type } from "io-ts";
import { checkCodec } from "../codec/definition.js";
import {
  callable,
  DURATION_MS_MAX,
  type Options,
  optionsOf,
  realNumber,
  shown,
  wellFormedName,
  wholeNumber,
} from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { Work } from "../core/Work.js";
import type { EventCodec, EventMap, TypeName } from "../log/EventCodec.js";
import { checkEventCodec } from "../log/makeEventCodec.js";
import type { Decider } from "./Decider.js";
import type { EntryLogger } from "./LogEntry.js";

/** A state, and the number of the event that made it; 0 before the first. */
export interface Versioned<out S> {
  readonly id: string;
  readonly state: S;
  readonly version: number;
}

/** An aggregate that left the pool of this process, as it was last known here. */
export interface Closed<out S> extends Versioned<S> {
  /** For room, since nobody used it, since nothing more will come (`isTerminal`), or since it was closed. */
  readonly because: "least recently used" | "idle" | "terminal" | "closed";
}

/** States that are stored, so that a load need not begin with the first event. They follow the events, and may always be deleted. */
export interface Snapshots<S>
  extends Options<{
    /** A snapshot whenever so many events were stored since the last one. 1 or more; default: only as `when` says. */
    every: number;
    /** Asked after each command that stored events. Default: only as `every` says. */
    when: (now: Versioned<S>, sinceLast: number) => boolean;
  }> {
  readonly codec: Type<S, unknown>;
  /** The number of the state's form, a whole number. A snapshot of another one is passed over before it is decoded: change it with the state. */
  readonly schema: number;
}

export type PoolLimits = Options<{
  /** The most aggregates that are kept in memory, 0 to 10,000,000; default 1,000. More while more are busy. */
  sizeMax: number;
  /** After how many milliseconds without use one is given up, 1 or more. Default `Infinity`: only for room. */
  idleMs: number;
}>;

/** A category of aggregates: its stream names begin with it. */
export interface AggregateDefinition<C, S, M extends EventMap, X>
  extends Options<{
    /** How many aggregates this process keeps in memory, and for how long. The least recently used goes first, never one with commands that wait. */
    pool: PoolLimits;
    /** Default: none, so a load reads every event. */
    snapshots: Snapshots<NoInfer<S>>;
    /**
     * The events by which a new one is born: `create` stores them, and so does the first command of one that was never created, before
     * its own. Write its result type, since literals would widen. Default: none.
     */
    genesis: (id: string) => ReadonlyArray<M[TypeName<M>]>;
    /**
     * Told once when one leaves the pool of this process, or is closed. It may act on that, but not on the aggregate that has left: to use
     * that brings it back, so another one leaves, and so on. What fails there is told to the logger.
     */
    closure: (closed: Closed<S>) => Work | undefined;
    /** Gets every entry. Default: warnings and errors go to the store's logger, or are process warnings, the first of each kind. */
    logger: EntryLogger;
    /**
     * For how long a command id is known. Milliseconds, default 7 days, at most 24: longer than anything that may send a command again.
     * Each takes some 400 bytes in the store.
     */
    commandIdTtlMs: number;
  }> {
  /** 1 to 128 letters, digits and `_ . : @ -`. The events of `id` stand in the stream `category/id`. */
  readonly category: string;
  readonly decider: Decider<C, S, M[TypeName<M>], X>;
  readonly codec: EventCodec<M>;
}

/** A definition with its defaults filled in. */
export interface ResolvedAggregate<C, S, E, X> {
  readonly category: string;
  readonly decider: Decider<C, S, E, X>;
  readonly pool: { readonly sizeMax: number; readonly idleMs: number };
  readonly snapshots: Snapshots<S> | undefined;
  readonly genesis: ((id: string) => ReadonlyArray<E>) | undefined;
  readonly closure: ((closed: Closed<S>) => Work | undefined) | undefined;
  readonly logger: EntryLogger | undefined;
  readonly commandIdTtlMs: number;
}

const NAMES = [
  "category",
  "decider",
  "codec",
  "pool",
  "snapshots",
  "genesis",
  "closure",
  "logger",
  "commandIdTtlMs",
] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Checks a definition, or throws `InvalidConfig` with a sentence that says what to change. */
export const resolveAggregate = <C, S, M extends EventMap, X>(
  given: AggregateDefinition<C, S, M, X>,
): ResolvedAggregate<C, S, M[TypeName<M>], X> => {
  const definition = optionsOf(given, NAMES, "definition");
  const { genesis, closure, logger, snapshots, commandIdTtlMs = 7 * DAY_MS } = definition;
  checkEventCodec("codec", definition.codec);
  return {
    category: checkCategory(definition.category),
    decider: checkDecider(definition.decider),
    pool: checkPool(definition.pool ?? {}),
    snapshots: snapshots === undefined ? undefined : checkSnapshots(snapshots),
    genesis: genesis === undefined ? undefined : callable("genesis", genesis),
    closure: closure === undefined ? undefined : callable("closure", closure),
    logger: logger === undefined ? undefined : callable("logger", logger),
    commandIdTtlMs: wholeNumber("commandIdTtlMs", commandIdTtlMs, { min: 1, max: DURATION_MS_MAX }),
  };
};

const checkCategory = (category: string): string => {
  const name = wellFormedName("category", category);
  if (!name.includes("/")) return name;
  throw invalidConfig(
    "category",
    `category must not have a "/", which ends it in the names of streams, as ${shown(category)} has.`,
  );
};

const checkDecider = <C, S, E, X>(decider: Decider<C, S, E, X>): Decider<C, S, E, X> => {
  const { decide, evolve, isTerminal } = optionsOf(decider, ["initial", "decide", "evolve", "isTerminal"], "decider");
  callable("decider.decide", decide);
  callable("decider.evolve", evolve);
  if (isTerminal !== undefined) callable("decider.isTerminal", isTerminal);
  return decider;
};

const SIZE_MAX = 10_000_000;

const checkPool = (given: PoolLimits): ResolvedAggregate<unknown, unknown, unknown, unknown>["pool"] => {
  const { sizeMax = 1_000, idleMs = Number.POSITIVE_INFINITY } = optionsOf(given, ["sizeMax", "idleMs"], "pool");
  return {
    sizeMax: wholeNumber("pool.sizeMax", sizeMax, { min: 0, max: SIZE_MAX }),
    idleMs:
      idleMs === Number.POSITIVE_INFINITY
        ? idleMs
        : realNumber("pool.idleMs", idleMs, { min: 1, max: DURATION_MS_MAX }),
  };
};

const checkSnapshots = <S>(given: Snapshots<S>): Snapshots<S> => {
  const { codec, schema, every, when } = optionsOf(given, ["codec", "schema", "every", "when"], "snapshots");
  if (every === undefined && when === undefined)
    throw invalidConfig("snapshots", "snapshots must have every or when: without both none is ever stored.");
  return {
    codec: checkCodec(codec),
    schema: wholeNumber("snapshots.schema", schema, { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    every:
      every === undefined ? undefined : wholeNumber("snapshots.every", every, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    when: when === undefined ? undefined : callable("snapshots.when", when),
  };
};
