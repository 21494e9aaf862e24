/** What projections and read models have in common: which events they read, and where they are kept. */
import { callable, optionsOf, shown, wellFormedName, wholeNumber } from "../../core/options.js";
import { type Position, parsePosition } from "../../core/Position.js";
import { invalidConfig } from "../../core/SluiceError.js";
import type { EventCodec, EventMap } from "../../log/EventCodec.js";
import { checkEventCodec } from "../../log/makeEventCodec.js";
import type { Recorded } from "../../log/recorded.js";
import type { ProjectedEvents } from "./Projection.js";

/** A function of `evolve`, whatever its event is. */
export type EvolveOne<S, T> = (state: S, recorded: Recorded<unknown>) => T;

/** Which events are read, and what is made of them. */
export interface Resolved<S, T> {
  readonly name: string;
  readonly version: number;
  readonly codec: EventCodec<EventMap>;
  readonly categories: ReadonlyArray<string> | undefined;
  /** Behind which position it begins. */
  readonly after: Position | undefined;
  /** By the names of their types. */
  readonly evolve: ReadonlyMap<string, EvolveOne<S, T>>;
}

interface Definition<M extends EventMap> extends ProjectedEvents<M> {
  readonly evolve: object;
}

/** Leaves room for what stands around it in the name of a collection. */
const NAME_LENGTH_MAX = 100;

/** Has eight digits, for the same reason. */
const VERSION_MAX = 99_999_999;

/** Checks what both have, or throws `InvalidConfig`. The functions get the events of their types, which a map cannot say. */
export const resolve = <S, T, M extends EventMap>(given: Definition<M>): Resolved<S, T> => {
  const definition = optionsOf(given, ["name", "version", "codec", "categories", "after", "evolve"], "definition");
  // Its functions are called with events of their types alone.
  const codec = definition.codec as unknown as EventCodec<EventMap>;
  checkEventCodec("codec", codec);
  const name = wellFormedName("name", definition.name);
  if (name.length > NAME_LENGTH_MAX)
    throw invalidConfig("name", `name has ${name.length} characters; give it ${NAME_LENGTH_MAX} at most.`);
  return {
    name,
    version: checkVersion(definition.version),
    codec,
    categories: definition.categories,
    after: definition.after === undefined ? undefined : checkPosition("after", definition.after),
    evolve: checkEvolve(codec, definition.evolve),
  };
};

export const checkVersion = (version: number): number => wholeNumber("version", version, { min: 1, max: VERSION_MAX });

/** A position of the log, or `InvalidConfig`. */
export const checkPosition = (option: string, given: Position): Position => {
  const position = typeof given === "string" ? parsePosition(given) : undefined;
  if (position !== undefined) return position;
  throw invalidConfig(option, `${option} must be a position of the log, not ${shown(given)}.`);
};

const checkEvolve = <S, T>(codec: EventCodec<EventMap>, evolve: object): ReadonlyMap<string, EvolveOne<S, T>> => {
  if (typeof evolve !== "object" || (evolve as object | null) === null)
    throw invalidConfig("evolve", `evolve must be an object of functions by event types, not ${shown(evolve)}.`);
  const functions = new Map<string, EvolveOne<S, T>>();
  for (const [type, one] of Object.entries(evolve) as ReadonlyArray<[string, EvolveOne<S, T> | undefined]>) {
    if (one === undefined) continue;
    if (!codec.types.has(type))
      throw invalidConfig("evolve", `evolve has ${shown(type)}, which is no event type of the codec.`);
    functions.set(type, callable(`evolve.${type}`, one));
  }
  if (functions.size === 0)
    throw invalidConfig("evolve", "evolve needs a function for one event type at least: those types are what is read.");
  return functions;
};

/** Whose collections: a version of something that is made of events. */
interface Named {
  readonly name: string;
  readonly version: number;
}

/** The collection of a projection's one record. Version and name stand apart, since a version has no "/". */
export const projectionOf = ({ name, version }: Named): string => `sluice.projections/${name}/${version}`;

/** The collection of a read model's checkpoint. */
export const checkpointOf = ({ name, version }: Named): string => `sluice.checkpoints/${name}/${version}`;

/** The collection of a read model's records. */
export const modelOf = ({ name, version }: Named): string => `sluice.models/${name}/${version}`;
