/** The public face of a category of aggregates. */
import type { Either } from "fp-ts/lib/Either.js";
import type { Observable } from "rxjs";
import type { Effect } from "../core/Effect.js";
import type { Options } from "../core/options.js";
import type { Position } from "../core/Position.js";
import type {
  AlreadyExists,
  CommandIdReused,
  DeciderThrew,
  DecodeRefused,
  NotFound,
  ReadError,
  StreamClosed,
  StreamPruned,
  VersionConflict,
  WriteError,
} from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type { EventMap, TypeName } from "../log/EventCodec.js";
import type { Expected, FollowOptions } from "../log/EventLog.js";
import type { EventMeta } from "../log/meta.js";
import type { Recorded } from "../log/recorded.js";
import type { Store } from "../port/Store.js";
import type { AggregateDefinition, Versioned } from "./AggregateDefinition.js";
import type { PoolStats } from "./pool/Pool.js";

/** An event as it was stored by a command: all of it but the time, which the store has. A `Recorded` is one. */
export type DecidedEvent<E> = Pick<Recorded<E>, "id" | "type" | "event" | "stream" | "version" | "position" | "meta">;

/** What is about to be stored. */
export interface Decision<out S, out E> extends Versioned<S> {
  /** With those of birth, where there are such. */
  readonly events: ReadonlyArray<E>;
}

/** What a command has done. State and version are those behind it. */
export interface Decided<out S, out E> extends Versioned<S> {
  /** What was stored; empty where there was nothing to do. Those of birth stand before the command's own. */
  readonly events: ReadonlyArray<DecidedEvent<E>>;
  /** The position of the last of them: what `waitFor` of a read model takes. */
  readonly position: Position | undefined;
  /**
   * The command was done before under this command id: events and position are those of then (as far as they are still kept), state and
   * version those of now.
   */
  readonly duplicate: boolean;
}

export interface CommandContext
  extends Options<{
      /**
       * Names the command, among those of its aggregate, by any text of at most 200 UTF-8 bytes. Sent again with the same id, it is answered
       * as before and stores nothing, also where it would be refused by now. Another command with that id is `CommandIdReused`. It is
       * remembered for `commandIdTtlMs`. Default: none, and two equal commands are two.
       */
      commandId: string;
    }>,
    /** Stored with the events. `causationId` is the command id where that is not said otherwise, and `correlationId` is what `causationId` is. */
    EventMeta {}

export interface CommandOptions<S, E>
  extends CommandContext,
    Options<{
      /** What its stream must be: "absent", "present", or at this version. Else `VersionConflict`, and no second try. Default: decided upon what is there. */
      expected: Exclude<Expected, "any">;
      /** How often it is decided where others are faster, 1 to 1,000; default 10. Then the last conflict is its error. */
      attemptsMax: number;
      /** Writes that commit with the events, or not at all; asked again where the command is decided again. A command without events writes none. */
      followUp: (decision: Decision<S, E>) => ReadonlyArray<Write<unknown>>;
    }> {}

/** What making a state may fail with. */
export type LoadError = ReadError | DecodeRefused | DeciderThrew | StreamPruned;
/** What a command may fail with, apart from what its `followUp` adds. */
export type CommandError = LoadError | WriteError | VersionConflict | StreamClosed | CommandIdReused;

export interface Calls<C, S, E, X, Id extends ReadonlyArray<string>> {
  /**
   * Loads, decides and appends. Where another was faster it waits a little and decides again, upon what is there by then. Commands of one
   * aggregate run in the order in which they were asked for, those of different ones at the same time.
   *
   * A refusal is a Left: it changes nothing, stores nothing, and was decided on the latest state. No events are a success that stores
   * nothing. It is an Effect and no Write, since it reads first; run again after `StoreUnavailable` (by `retry`, say) it first sends
   * what was not answered, so nothing is stored twice.
   */
  readonly handle: (
    ...args: [...id: Id, command: C, options?: CommandOptions<S, E>]
  ) => Effect<Either<X, Decided<S, E>>, CommandError>;
  /**
   * The same up to the Write, for `atomically` and `followUp` with what it does not own; a Write of nothing where there is nothing to
   * store, or the command was done before. A conflict refuses the whole: decide again then. So does a command id that was stored
   * meanwhile (`RecordConflict`).
   */
  readonly decide: (
    ...args: [...id: Id, command: C, context?: CommandContext]
  ) => Effect<Either<X, Write<Decided<S, E>, CommandError>>, LoadError | CommandIdReused>;
  /** The latest state; that of version 0 where nothing is stored. */
  readonly state: (...id: Id) => Effect<Versioned<S>, LoadError>;
  /**
   * The state as it was at this version, or before the first event that was appended after this time by the store's clock; of a later one
   * the latest. Read from the events, beside the pool: of a version from a snapshot before it, where there is one. Where those events are
   * given up: `StreamPruned`.
   */
  readonly stateAt: (...args: [...id: Id, when: number | Date]) => Effect<Versioned<S>, LoadError>;
  /**
   * The latest state, then one for each version; where events were given up before they were read here, the latest one in their place. A
   * command that is refused tells nothing, such as the second c. Errors: as `state` and `events$`. Completes when the store closes.
   *
   * ```text
   * ab-------c-c-d---
   *
   * > bags.state$("1"), from 4 ms on
   *
   * ----x----y---z---
   * x := ab at version 2
   * y := abc at version 3
   * z := abcd at version 4
   * ```
   */
  readonly state$: (...id: Id) => Observable<Versioned<S>>;
  /**
   * Its events, history, then live, with no hole and no double. Errors: `DecodeRefused` at a malformed one; `LogWentBack`.
   *
   * ```text
   * ab-------c-c-d---
   *
   * > bags.events$("1"), from 4 ms on
   *
   * ----(ab)-c---d---
   * a := a, version 1
   * b := b, version 2
   * c := c, version 3
   * d := d, version 4
   * ```
   */
  readonly events$: (...args: [...id: Id, options?: FollowOptions]) => Observable<Recorded<E>>;
  /**
   * It takes no more commands that store something: these fail with `StreamClosed`. Emits its last state; closing again changes nothing. One
   * that never was is taken for good: it cannot be created any more.
   */
  readonly close: (...id: Id) => Effect<Versioned<S>, LoadError | WriteError | VersionConflict>;
}

/** One aggregate. It is bound to its id and keeps no state, so it is never stale: what left the pool is loaded again. */
export interface Entity<C, S, E, X> extends Calls<C, S, E, X, []> {
  readonly id: string;
}

/** The aggregates of one category. Made by `aggregate(store, definition)`; all faces of one category share one pool. */
export interface Aggregate<C, S, M extends EventMap, X> extends Calls<C, S, M[TypeName<M>], X, [id: string]> {
  readonly definition: AggregateDefinition<C, S, M, X>;
  readonly store: Store;
  /**
   * Takes the id for good, by the events of its genesis, or by a record where there are none; `AlreadyExists` where it has events or was
   * created before. Of two that race one succeeds.
   */
  readonly create: (
    id: string,
    context?: CommandContext,
  ) => Effect<Entity<C, S, M[TypeName<M>], X>, CommandError | AlreadyExists>;
  /** The aggregate of this id; `NotFound` where it has no events and was not created. */
  readonly get: (id: string) => Effect<Entity<C, S, M[TypeName<M>], X>, LoadError | NotFound>;
  /** The name of its stream in the log. */
  readonly streamOf: (id: string) => string;
  /** The id of the aggregate whose event this is; undefined where it is of another category. */
  readonly idOf: (recorded: Pick<Recorded<unknown>, "stream">) => string | undefined;
  /** The pool of this process: how many it has, how often a state was there, how many left. */
  readonly poolStats: () => PoolStats;
}
