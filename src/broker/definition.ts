/** The definition of a broker, checked, with its defaults filled in, as the lanes that it has. */
import { Subject } from "rxjs";
import { callable, duration, optionsOf, shown, wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { EventStore, Store } from "../port/Store.js";
import { queueWithin } from "../queue/makeQueue.js";
import type { QueueDefinition } from "../queue/QueueDefinition.js";
import type { BrokerDefinition, LaneOptions } from "./Broker.js";
import type { Correlate } from "./correlate/Routing.js";
import { Holding } from "./deliver/Holding.js";
import { LaneTelling } from "./deliver/LaneTelling.js";
import { Kept } from "./Kept.js";
import type { Lane, LaneLimits } from "./Lane.js";
import { checkName, queueOf } from "./names.js";
import { checkLane, DEFAULT_LANE } from "./on.js";
import { type Pending, PendingCodec } from "./Pending.js";
import type { Reaction } from "./Reaction.js";
import { type LaneRegister, Register } from "./Register.js";
import { Sink } from "./Sink.js";

/** What all parts of a broker work with. */
export interface Parts {
  readonly name: string;
  readonly store: Store;
  readonly sources: ReadonlyArray<EventStore>;
  readonly kept: Kept;
  readonly register: Register;
  readonly sink: Sink;
  readonly lanes: ReadonlyArray<Lane>;
  /** A lane of this name that this program has no reactions in. */
  readonly laneNamed: (lane: string) => Lane;
  /** Told where people of this process have changed what all processes agree upon. */
  readonly changed$: Subject<void>;
}

const NAMES = ["name", "reactions", "lanes", "leaseMs", "pendingMax", "sources", "correlate"] as const;

/** A mark has 128 characters. */
const SOURCES_MAX = 6;

/** What happens in it is told to a sink of its own, unless there is one of its name already. */
export const partsOf = (store: Store, definition: BrokerDefinition<Reaction>, known?: Sink): Parts => {
  const given = optionsOf(definition, NAMES, "definition");
  const name = checkName(given.name);
  const sink = known ?? new Sink(name, store.logger);
  const register = new Register(given.reactions);
  const sources = checkSources(given.sources ?? [store]);
  const correlate =
    given.correlate === undefined ? undefined : (callable<unknown>("correlate", given.correlate) as Correlate);
  const options = limitsOf(given);
  for (const { lane, name: reaction } of register.reactions)
    if (!options.has(lane))
      throw invalidConfig(
        "lanes",
        `The reaction ${shown(reaction)} is in the lane ${shown(lane)}, which lanes does not define: add it, be it as {}.`,
      );
  for (const { parts, name: reaction } of register.reactions)
    if (parts.from.split(",").length > sources.length)
      throw invalidConfig(
        "from",
        `The reaction ${shown(reaction)} begins from positions in more logs than the broker has sources: give it a position of this broker.`,
      );
  const kept = new Kept(store, name);
  const changed$ = new Subject<void>();
  const holding = new Holding();
  const laneOf = (laneRegister: LaneRegister): Lane => {
    const limits = options.get(laneRegister.lane) ?? {};
    return {
      ...resolved(laneRegister.lane, limits),
      ...{ broker: name, store, sources, correlate, kept, holding, changed$ },
      name: laneRegister.lane,
      all: register,
      register: laneRegister,
      queueName: queueOf(name, laneRegister.lane),
      queue: queueWithin(store, definitionOf(name, laneRegister.lane), {
        telling: new LaneTelling(laneRegister.lane, sink),
      }),
    };
  };
  return {
    ...{ name, store, sources, kept, register, sink, changed$ },
    lanes: [...register.lanes.values()].map(laneOf),
    laneNamed: (lane) => laneOf({ lane, reactions: [], types: [] }),
  };
};

const definitionOf = (broker: string, lane: string): QueueDefinition<Pending> => ({
  name: queueOf(broker, lane),
  codec: PendingCodec,
  // Reactions bound their attempts; what is held is held for as long as its reaction says.
  attemptsMax: Number.POSITIVE_INFINITY,
  deliveriesMax: Number.POSITIVE_INFINITY,
});

type Given = Pick<BrokerDefinition<Reaction>, "lanes" | "leaseMs" | "pendingMax">;

/** By lane; only that of the default lane may be missing. */
const limitsOf = ({ lanes, leaseMs, pendingMax }: Given): ReadonlyMap<string, LaneOptions> => {
  const options = new Map<string, LaneOptions>(Object.entries(lanes ?? {}));
  for (const lane of options.keys()) {
    checkLane(lane);
    if (lane === DEFAULT_LANE)
      throw invalidConfig(
        "lanes",
        'lanes names the lane "default", whose options stand beside it: leaseMs, pendingMax, and concurrency of run.',
      );
  }
  options.set(DEFAULT_LANE, { leaseMs, pendingMax });
  return options;
};

const resolved = (lane: string, options: LaneOptions): LaneLimits => {
  const { concurrency, leaseMs, pendingMax } = optionsOf(
    options,
    ["concurrency", "leaseMs", "pendingMax"],
    `lanes.${lane}`,
  );
  return {
    concurrency: concurrency === undefined ? undefined : checkConcurrency(concurrency),
    leaseMs: wholeNumber("leaseMs", leaseMs ?? 30_000, { ...duration, min: 10 }),
    pendingMax: wholeNumber("pendingMax", pendingMax ?? 100_000, { min: 1_000, max: Number.MAX_SAFE_INTEGER }),
  };
};

export const checkConcurrency = (concurrency: number): number =>
  wholeNumber("concurrency", concurrency, { min: 1, max: 1_000 });

export const checkSources = (sources: ReadonlyArray<EventStore>): ReadonlyArray<EventStore> => {
  const isList = (given: unknown): boolean => Array.isArray(given);
  if (
    isList(sources) &&
    sources.length > 0 &&
    sources.length <= SOURCES_MAX &&
    sources.every((one) => typeof (one as Partial<EventStore> | undefined)?.readFeed === "function")
  ) {
    const twice = sources.find((one, i) => sources.indexOf(one) !== i);
    if (twice === undefined) return [...sources];
    throw invalidConfig(
      "sources",
      `sources has the same store at the places ${sources.indexOf(twice) + 1} and ${sources.lastIndexOf(twice) + 1}, whose events would each come twice: name each store once.`,
    );
  }
  throw invalidConfig("sources", `sources must be an array of 1 to ${SOURCES_MAX} stores, not ${shown(sources)}.`);
};
