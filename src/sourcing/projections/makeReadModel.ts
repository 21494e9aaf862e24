/** The maker of read models. */
import * as t from "io-ts";
import { checkCodec } from "../../codec/definition.js";
import { failingWith, mapEffect } from "../../core/Effect.js";
import { showing } from "../../core/inspecting.js";
import { callable } from "../../core/options.js";
import {
  type DecodeRefused,
  invalidConfig,
  type LogWentBack,
  type ReadError,
  type WaitTimedOut,
} from "../../core/SluiceError.js";
import type { EventMap } from "../../log/EventCodec.js";
import type { EventStore } from "../../port/Store.js";
import { records } from "../../records/makeRecords.js";
import type { RecordReads } from "../../records/Records.js";
import { type Places, type RecordsDefinition, resolveRecords } from "../../records/RecordsDefinition.js";
import { Checkpoints, VALUE_BYTES_MAX } from "./Checkpoints.js";
import { checkpointOf, modelOf, resolve } from "./definition.js";
import { dropModel } from "./drop.js";
import { durableOf } from "./durable.js";
import { EventSource } from "./EventSource.js";
import type { ReadModel, ReadModelDefinition } from "./Projection.js";
import type { Stage } from "./Stage.js";
import { type Model, takeRecords } from "./takeRecords.js";

/** The index in which all records of a model stand, so that they can be found when it is dropped. */
const ALL = "sluice.all";

/**
 * Many records, made of the events of a log: each event changes the one that it names. Whichever process runs it keeps them, in one
 * write with the position behind the events. Read as any collection of records, written by events alone. Making one does nothing yet: no
 * connection, no timer.
 *
 * Throws `InvalidConfig` for a definition out of its limits.
 *
 * @param store where the log is, and where the records are kept
 * @param definition name, version, codec, which record an event changes, and how
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { Subject } from "rxjs";
 * import { eventLog, eventType } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 * import { sortOf } from "sluice/records";
 * import { readModel } from "sluice/sourcing";
 *
 * const store = memoryStore();
 * const codec = eventType("Scored", t.type({ player: t.string, points: t.number }));
 * const players = readModel(store, {
 *   name: "players",
 *   version: 1,
 *   codec,
 *   record: t.type({ points: t.number }),
 *   indexes: { byPoints: ({ points }) => ({ sort: sortOf(points) }) },
 *   id: ({ event }) => event.player,
 *   evolve: { Scored: (player, { event }) => ({ points: (player?.points ?? 0) + event.points }) },
 * });
 * const stop$ = new Subject<void>();
 * players.run({ stop$ }).subscribe();
 * const log = eventLog(store, codec);
 * await log.append("game/1", [{ player: "ann", points: 3 }, { player: "bob", points: 5 }, { player: "ann", points: 4 }]);
 * await players.waitFor("end");
 * const { items } = await players.page("byPoints", { backwards: true });
 * assert.deepEqual(items.map(({ id, value }) => [id, value.points]), [["ann", 7], ["bob", 5]]);
 * stop$.next();
 * ```
 */
export const readModel = <A, M extends EventMap, W extends Places = Record<never, never>>(
  store: EventStore,
  definition: ReadModelDefinition<A, W, M>,
): ReadModel<A, W> => {
  const resolved = resolve<A | undefined, A | undefined, M>(definition);
  const collection = modelOf(resolved);
  const { id, indexes = {} } = definition;
  if (ALL in indexes)
    throw invalidConfig("indexes", `The index ${ALL} is one of the library's own; give it another name.`);
  const recordsDefinition: RecordsDefinition<A, Places> = {
    name: collection,
    codec: checkCodec(definition.record, "record"),
    indexes: { ...indexes, [ALL]: () => ({}) },
    valueBytesMax: VALUE_BYTES_MAX,
  };
  const collected = records<A, Places>(store, recordsDefinition);
  const model: Model<A> = {
    store,
    resolved: resolveRecords(recordsDefinition),
    records: collected,
    evolve: resolved.evolve,
    // The store is asked for events of the codec alone.
    id: callable("id", id) as unknown as Model<A>["id"],
  };
  const checkpointsOf = (version: number): Checkpoints<null> =>
    new Checkpoints(store, {
      collection: checkpointOf({ ...resolved, version }),
      initial: null,
      after: resolved.after,
      state: t.null,
    });
  const stage: Stage<null> = {
    checkpoints: checkpointsOf(resolved.version),
    take: takeRecords(model),
    drop: (version) =>
      dropModel({
        store,
        checkpoints: checkpointsOf(version),
        collection: modelOf({ ...resolved, version }),
        index: ALL,
      }),
  };
  const { waitFor, ...durable } = durableOf({ store, resolved, source: new EventSource(store, resolved), stage });
  const { get, getAll, page, count } = collected;
  // The collection has one index more than its type says.
  const reads = { get, getAll, page, count } as unknown as RecordReads<A, W>;
  const face: ReadModel<A, W> = {
    ...durable,
    ...reads,
    waitFor: (position, options = {}) =>
      failingWith<ReadError | DecodeRefused | LogWentBack | WaitTimedOut>()(
        mapEffect(waitFor(position, options), () => undefined),
      ),
  };
  return showing(face, "ReadModel", { name: resolved.name, version: resolved.version });
};
