/** The maker of aggregates. */

import { isLeft } from "fp-ts/lib/Either.js";
import { concat, concatMap, defer, EMPTY, type Observable, of, switchMap, tap } from "rxjs";
import { andThen, suspend } from "../core/andThen.js";
import { type Effect, fail, failingWith, succeed } from "../core/Effect.js";
import { showing } from "../core/inspecting.js";
import { shown, wholeNumber } from "../core/options.js";
import { invalidConfig, type NotFound, notFound } from "../core/SluiceError.js";
import type { EventMap, TypeName } from "../log/EventCodec.js";
import { follow } from "../log/follow.js";
import type { Recorded } from "../log/recorded.js";
import type { Store } from "../port/Store.js";
import type { Aggregate, Entity, LoadError } from "./Aggregate.js";
import type { AggregateDefinition, Versioned } from "./AggregateDefinition.js";
import { askEvolve } from "./asking.js";
import { type Category, versioned } from "./Category.js";
import { categoryOf } from "./categoryOf.js";
import { close } from "./commands/close.js";
import { create } from "./commands/create.js";
import { decide } from "./commands/decide.js";
import { handle } from "./commands/handle.js";
import { noOptions, orderOf } from "./commands/Order.js";
import type { Known } from "./Known.js";
import { unborn } from "./Known.js";
import type { Until } from "./Loader.js";

/**
 * The aggregates of one category upon a store: each takes commands, decides events by them, and has a state that is made of its events.
 * The domain stays plain functions and types. Making it does nothing yet: no connection, no timer.
 *
 * A process keeps the states of a thousand aggregates by default, the least recently used leaves first. They are no more than a
 * beginning: what other processes have stored since is read, or told by the store as a conflict, before anything is refused or stored.
 *
 * Throws `InvalidConfig` for a definition out of its limits, and where the store has the category with another definition already.
 *
 * @param store where events, command ids and snapshots are kept
 * @param definition category, domain, codec of its events, and how it lives in this process
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { left, right } from "fp-ts/lib/Either.js";
 * import * as t from "io-ts";
 * import { eventCodec } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 * import { aggregate } from "sluice/sourcing";
 *
 * const events = eventCodec(t.union([t.type({ type: t.literal("Opened") }), t.type({ type: t.literal("Closed") })]), {
 *   tag: "type",
 * });
 * const doors = aggregate(memoryStore(), {
 *   category: "door",
 *   codec: events,
 *   decider: {
 *     initial: "closed",
 *     decide: (command: "open") => (state: string) =>
 *       state === "open" ? left(`cannot ${command}, it is open already`) : right([{ type: "Opened" as const }]),
 *     evolve: (_state, event) => (event.type === "Opened" ? "open" : "closed"),
 *   },
 * });
 * await doors.handle("front", "open");
 * assert.deepEqual(await doors.handle("front", "open"), left("cannot open, it is open already"));
 * assert.deepEqual(await doors.state("front"), { id: "front", state: "open", version: 1 });
 * ```
 */
export const aggregate = <C, S, M extends EventMap, X>(
  store: Store,
  definition: AggregateDefinition<C, S, M, X>,
): Aggregate<C, S, M, X> => {
  type E = M[TypeName<M>];
  const category = categoryOf(store, definition);
  const entityOf = (id: string): Entity<C, S, E, X> => boundTo(face, id);
  const face: Aggregate<C, S, M, X> = {
    definition,
    store,
    handle: (id, command, options = noOptions) =>
      handle(category, id, () => orderOf(category.named(id), command, options)),
    decide: (id, command, context = noOptions) =>
      decide(category, id, () => orderOf<C, S, E>(category.named(id), command, context)),
    state: (id) => state(category, id),
    stateAt: (id, when) => stateAt(category, id, when),
    state$: (id) => states(category, id),
    events$: (id, options = {}) =>
      defer(() => category.log.follow(category.named(id).stream, options) as Observable<Recorded<E>>),
    close: (id) => close(category, id),
    create: (id, context = {}) => andThen(create(category, id, context), () => succeed(entityOf(id))),
    get: (id) => andThen(mustExist(category, id), () => succeed(entityOf(id))),
    streamOf: (id) => category.named(id).stream,
    idOf: ({ stream }) => idIn(category.definition.category, stream),
    poolStats: () => category.pool.stats(),
  };
  return showing(face, "Aggregate", { category: category.definition.category });
};

const boundTo = <C, S, M extends EventMap, X>(
  { handle, decide, state, stateAt, state$, events$, close }: Aggregate<C, S, M, X>,
  id: string,
): Entity<C, S, M[TypeName<M>], X> =>
  showing(
    {
      id,
      handle: (command, options) => handle(id, command, options),
      decide: (command, context) => decide(id, command, context),
      state: () => state(id),
      stateAt: (when) => stateAt(id, when),
      state$: () => state$(id),
      events$: (options) => events$(id, options),
      close: () => close(id),
    } satisfies Entity<C, S, M[TypeName<M>], X>,
    "Entity",
    { id },
  );

const idIn = (category: string, stream: string): string | undefined =>
  stream.startsWith(`${category}/`) ? stream.slice(category.length + 1) : undefined;

const latest = <C, S, E, X>(category: Category<C, S, E, X>, id: string): Effect<Known<S>, LoadError> =>
  failingWith<LoadError>()(category.pool.run(id, (slot) => category.latest(slot, category.named(id))));

const state = <C, S, E, X>(category: Category<C, S, E, X>, id: string): Effect<Versioned<S>, LoadError> =>
  andThen(latest(category, id), (known) => succeed(versioned(id, known)));

const mustExist = <C, S, E, X>(category: Category<C, S, E, X>, id: string): Effect<void, LoadError | NotFound> =>
  andThen(latest(category, id), ({ version }): Effect<void, LoadError | NotFound> => {
    if (version > 0) return succeed(undefined);
    const birth = category.births.get(category.named(id).stream);
    return andThen(birth, (record) =>
      record === undefined ? fail(notFound(category.definition.category, id)) : succeed(undefined),
    );
  });

const stateAt = <C, S, E, X>(
  category: Category<C, S, E, X>,
  id: string,
  when: number | Date,
): Effect<Versioned<S>, LoadError> =>
  suspend(() => {
    const named = category.named(id);
    const until = untilOf(when);
    const known =
      until.version === 0 ? succeed(unborn(category.definition.decider.initial)) : category.loader.loadAt(named, until);
    return andThen(known, (one) => succeed(versioned(id, one)));
  });

const untilOf = (when: number | Date): Until => {
  if (!(when instanceof Date)) return { version: wholeNumber("when", when, { min: 0, max: Number.MAX_SAFE_INTEGER }) };
  const atMs = when.getTime();
  if (Number.isNaN(atMs)) throw invalidConfig("when", `when must be a version or a valid Date, not ${shown(when)}.`);
  return { atMs };
};

/** The latest state, and what follows upon it by the events of the log: the pool may see several of them at once. */
const states = <C, S, E, X>(category: Category<C, S, E, X>, id: string): Observable<Versioned<S>> =>
  defer(() => latest(category, id)).pipe(
    switchMap((known) => {
      const { stream } = category.named(id);
      let now = versioned(id, known);
      const evolved = ({ event, version }: Recorded<unknown>): Versioned<S> => {
        const after = askEvolve(category.definition.decider, now.state, [event as E]);
        if (isLeft(after)) throw after.left;
        return { id, state: after.right, version };
      };
      /** The events between were given up before they were read, or they are none of the domain. */
      const behindGap = (recorded: Recorded<unknown>): Observable<Versioned<S>> =>
        category.log
          .head(stream)
          .pipe(switchMap(({ prunedTo }) => (prunedTo > now.version ? state(category, id) : of(evolved(recorded)))));
      const later = follow(category.reading, stream, { options: { after: known.version }, lastId: known.lastId }).pipe(
        concatMap((recorded) => {
          if (recorded.version <= now.version) return EMPTY;
          return recorded.version === now.version + 1 ? of(evolved(recorded)) : behindGap(recorded);
        }),
        tap((next) => {
          now = next;
        }),
      );
      return concat(of(now), later);
    }),
  );
