/** The maker of projections. */
import { defer, map, type Observable, of, switchMap } from "rxjs";
import { checkCodec } from "../../codec/definition.js";
import { failingWith, fromOne } from "../../core/Effect.js";
import { showing } from "../../core/inspecting.js";
import type { DecodeRefused, LogWentBack, ReadError, WaitTimedOut } from "../../core/SluiceError.js";
import type { EventMap } from "../../log/EventCodec.js";
import { endOfLog } from "../../log/readFeed.js";
import type { EventStore } from "../../port/Store.js";
import { Checkpoints, type Kept } from "./Checkpoints.js";
import { projectionOf, resolve } from "./definition.js";
import { dropState } from "./drop.js";
import { durableOf } from "./durable.js";
import { EventSource } from "./EventSource.js";
import { live, projectedOf } from "./live.js";
import type { Projected, Projection, ProjectionDefinition } from "./Projection.js";
import type { Stage } from "./Stage.js";
import { takeState } from "./takeState.js";

/**
 * One state, made of the events of a log: `live` in memory, or kept in one record together with its position, by whichever process
 * runs it. Making one does nothing yet: no connection, no timer.
 *
 * Throws `InvalidConfig` for a definition out of its limits.
 *
 * @param store where the log is, and where the state is kept
 * @param definition name, version, codec, and how the state is made and stored
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { Subject } from "rxjs";
 * import { eventLog, eventType } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 * import { projection } from "sluice/sourcing";
 *
 * const store = memoryStore();
 * const codec = eventType("Paid", t.type({ amount: t.number }));
 * const revenue = projection(store, {
 *   name: "revenue",
 *   version: 1,
 *   codec,
 *   initial: 0,
 *   state: t.number,
 *   evolve: { Paid: (sum, { event }) => sum + event.amount },
 * });
 * const stop$ = new Subject<void>();
 * revenue.run({ stop$ }).subscribe();
 * const { position } = await eventLog(store, codec).append("cart/1", [{ amount: 30 }, { amount: 12 }]);
 * assert.equal((await revenue.waitFor(position)).state, 42);
 * stop$.next();
 * ```
 */
export const projection = <S, M extends EventMap>(
  store: EventStore,
  definition: ProjectionDefinition<S, M>,
): Projection<S> => {
  const resolved = resolve<S, S, M>(definition);
  const { initial } = definition;
  const codec = checkCodec(definition.state, "state");
  const checkpointsOf = (version: number): Checkpoints<S> =>
    new Checkpoints(store, {
      collection: projectionOf({ ...resolved, version }),
      initial,
      after: resolved.after,
      state: codec,
    });
  const source = new EventSource(store, resolved);
  const take = takeState(resolved.evolve);
  const stage: Stage<S> = {
    checkpoints: checkpointsOf(resolved.version),
    take: (state, events) => of(take(state, events)),
    drop: (version) => dropState(store, checkpointsOf(version)),
  };
  const { waitFor, ...durable } = durableOf({ store, resolved, source, stage });
  const face: Projection<S> = {
    ...durable,
    waitFor: (position, options = {}) =>
      failingWith<ReadError | DecodeRefused | LogWentBack | WaitTimedOut>()(
        fromOne(waitFor(position, options).pipe(switchMap((kept) => projected(store, kept)))),
      ),
    live: () => live(source, { initial, evolve: resolved.evolve }),
    get: () =>
      failingWith<ReadError | DecodeRefused>()(
        fromOne(defer(() => stage.checkpoints.read().pipe(switchMap((kept) => projected(store, kept))))),
      ),
  };
  return showing(face, "Projection", { name: resolved.name, version: resolved.version });
};

/** The end is asked for behind the state, so what is told to have caught up had at that moment. */
const projected = <S>(store: EventStore, { state, position }: Kept<S>): Observable<Projected<S>> =>
  endOfLog(store).pipe(map((end) => projectedOf({ state, position, caughtUp: end === position })));
