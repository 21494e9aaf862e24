/** The definition of a hub, checked, with its defaults filled in. */
import * as t from "io-ts";
import { checkBytesMax, checkCodec } from "../codec/definition.js";
import { duration, optionsOf, shown, wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { Store } from "../port/Store.js";
import type { Bound, DestinationOptions, Handler } from "./Destination.js";
import { RESULTED, type Resulted } from "./Dispatch.js";
import { checkDestinationOptions } from "./destinationOptions.js";
import { HeldRoutes } from "./HeldRoutes.js";
import type { Destination, Hub, HubDefinition, Keep, KeepLimits } from "./Hub.js";
import { HubRecords } from "./HubRecords.js";
import { type Local, localOf } from "./Local.js";
import { refuseLacking, tellLacking } from "./lacking.js";
import { eventCodecOf, type StoredEventRecord } from "./ledger/EventRecord.js";
import { Ledger } from "./ledger/Ledger.js";
import { checkName } from "./names.js";
import { compiledOf } from "./routes/compiled.js";
import { DESTINATION_RULE, isDestination } from "./routes/limits.js";
import type { Sink } from "./Sink.js";

/** What handles the dispatches of a destination. */
export interface Handling {
  readonly to: Handler<unknown> | Pick<Hub<unknown, string>, "emit">;
  readonly options: DestinationOptions;
}

/** Limits for each status. */
type KeepByStatus = ReadonlyMap<Resulted, KeepLimits>;

/** What all parts of a hub work with. */
export interface Parts {
  readonly name: string;
  readonly store: Store;
  readonly codec: t.Type<unknown, unknown>;
  readonly eventCodec: t.Type<StoredEventRecord<unknown>, unknown>;
  readonly payloadBytesMax: number;
  readonly leaseMs: number;
  readonly strict: boolean;
  readonly destinations: ReadonlyMap<string, Handling>;
  readonly keep: KeepByStatus;
  /** Of events without dispatches. */
  readonly keepEventsMs: number | undefined;
  readonly routes: HeldRoutes;
  readonly records: HubRecords;
  readonly ledger: Ledger;
  readonly local: Local;
  readonly sink: Sink;
}

const NAMES = ["name", "routes", "destinations", "codec", "keep", "strict", "leaseMs", "payloadBytesMax"] as const;

export const partsOf = (store: Store, definition: HubDefinition<unknown, string>): Parts => {
  const given = optionsOf(definition, NAMES, "definition");
  const name = checkName(given.name);
  compiledOf(given.routes);
  const codec = given.codec === undefined ? t.unknown : checkCodec(given.codec);
  const local = localOf(store, name);
  const { sink } = local;
  const records = new HubRecords(store, name);
  const destinations = handlingsOf(given.destinations);
  const strict = given.strict ?? false;
  refuseLacking(given.routes, { strict, destinations });
  tellLacking(given.routes, { destinations, sink });
  return {
    ...{ name, store, codec, sink, local, records, destinations, strict },
    eventCodec: eventCodecOf(codec),
    payloadBytesMax: checkBytesMax("payloadBytesMax", given.payloadBytesMax),
    leaseMs: wholeNumber("leaseMs", given.leaseMs ?? 30_000, { ...duration, min: 10 }),
    keep: keepOf(given.keep ?? {}),
    keepEventsMs: given.keep?.ageMs,
    routes: new HeldRoutes(given.routes, { store, records, local, sink, destinations }),
    ledger: new Ledger(store, name),
  };
};

const handlingsOf = (given: Readonly<Record<string, Destination<unknown>>>): ReadonlyMap<string, Handling> => {
  if (typeof given !== "object" || (given as object | null) === null)
    throw invalidConfig("destinations", `destinations must be an object, not ${shown(given)}.`);
  return new Map(Object.entries(given).map(([name, one]) => [checkDestination(name), handlingOf(name, one)]));
};

/** As routes may name it: a name becomes a part of the name of a queue. */
const checkDestination = (name: string): string => {
  if (isDestination(name)) return name;
  throw invalidConfig("destinations", `The name of the destination ${shown(name)} ${DESTINATION_RULE}.`);
};

const handlingOf = (name: string, given: Destination<unknown>): Handling => {
  if (typeof given === "function") return { to: given, options: {} };
  const { handler, options, emit } = optionsOf<
    Partial<Bound<unknown> & Pick<Hub<unknown, string>, "emit">>,
    "handler" | "options" | "emit"
  >(given, ["handler", "options", "emit"], `destinations.${name}`);
  if (typeof handler === "function") return { to: handler, options: checkDestinationOptions(options ?? {}) };
  if (typeof emit === "function") return { to: { emit }, options: {} };
  throw invalidConfig(
    "destinations",
    `The destination ${shown(name)} must be a handler, what destination() or webhook() has made, or a hub.`,
  );
};

const KEEP = ["ageMs", "resultedMax"] as const;
const counts = { min: 0, max: Number.MAX_SAFE_INTEGER };

const keepOf = (given: Keep): KeepByStatus => {
  const general = limitsOf(given, "keep");
  const { statuses = {} } = optionsOf(given, ["statuses"], "keep");
  return new Map(
    RESULTED.map((status) => {
      const { ageMs, resultedMax } = limitsOf(statuses[status] ?? {}, `keep.statuses.${status}`);
      return [status, { ageMs: ageMs ?? general.ageMs, resultedMax: resultedMax ?? general.resultedMax }];
    }),
  );
};

const limitsOf = (given: KeepLimits, called: string): KeepLimits => {
  const { ageMs, resultedMax } = optionsOf(given, KEEP, called);
  return {
    ageMs: ageMs === undefined ? undefined : wholeNumber(`${called}.ageMs`, ageMs, counts),
    resultedMax: resultedMax === undefined ? undefined : wholeNumber(`${called}.resultedMax`, resultedMax, counts),
  };
};
