/** The aggregates of one category upon one store: their pool, and what loads, stores, remembers and tells. All faces share one. */
import * as t from "io-ts";
import { andThen } from "../core/andThen.js";
import { utf8Length } from "../core/bytes.js";
import { type Effect, succeed } from "../core/Effect.js";
import { shown } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import { subscribeWork } from "../core/subscribeWork.js";
import { decodePageBy } from "../log/decodePage.js";
import type { EventCodec, EventMap } from "../log/EventCodec.js";
import type { EventLog } from "../log/EventLog.js";
import { eventLog } from "../log/makeEventLog.js";
import type { Reading } from "../log/Reading.js";
import type { Store } from "../port/Store.js";
import { records } from "../records/makeRecords.js";
import type { Records } from "../records/Records.js";
import type { LoadError } from "./Aggregate.js";
import type { ResolvedAggregate, Versioned } from "./AggregateDefinition.js";
import { CommandRecords } from "./commands/CommandRecords.js";
import type { Known } from "./Known.js";
import { Loader } from "./Loader.js";
import { EntrySink } from "./LogEntry.js";
import type { Slot } from "./pool/Place.js";
import { type Left, Pool } from "./pool/Pool.js";
import { type Named, Snapshotter } from "./Snapshotter.js";

/** Beside the id of a command this has to fit into the id of a record. */
const STREAM_BYTES_MAX = 300;

export class Category<C, S, E, X> {
  readonly log: EventLog<EventMap>;
  readonly reading: Reading;
  readonly entries: EntrySink;
  readonly loader: Loader<S, E>;
  readonly pool: Pool<Known<S>, "terminal" | "closed">;
  readonly commandRecords: CommandRecords;
  /** Those that were created without an event. */
  readonly births: Records<true, Record<never, never>>;
  private readonly snapshotter: Snapshotter<S> | undefined;

  constructor(
    readonly store: Store,
    readonly definition: ResolvedAggregate<C, S, E, X>,
    codec: EventCodec<EventMap>,
  ) {
    const { category, decider, snapshots, logger, pool } = definition;
    this.log = eventLog(store, codec);
    this.reading = { store, coding: codec.coding, decode: decodePageBy(store, codec.coding) };
    this.entries = new EntrySink(category, logger, store.logger);
    this.snapshotter = snapshots === undefined ? undefined : new Snapshotter(store, snapshots, this.entries);
    this.loader = new Loader({
      store,
      decode: this.reading.decode,
      decider,
      snapshotter: this.snapshotter,
      entries: this.entries,
    });
    this.pool = new Pool({
      ...pool,
      scheduler: store.scheduler,
      doneBecause: (known, id) => this.doneBecause(known, id),
      onLeft: (left) => this.left(left),
    });
    this.commandRecords = new CommandRecords(store, definition.commandIdTtlMs);
    this.births = records(store, { name: "sluice.births", codec: t.literal(true) });
  }

  /** The stream of this id, or throws `InvalidConfig`. */
  named(id: string): Named {
    if (typeof id !== "string" || id === "")
      throw invalidConfig("id", `id must be a text that is not empty, not ${shown(id)}.`);
    const stream = `${this.definition.category}/${id}`;
    if (stream.length * 3 > STREAM_BYTES_MAX && utf8Length(stream) > STREAM_BYTES_MAX)
      throw invalidConfig(
        "id",
        `id must have, with its category, at most ${STREAM_BYTES_MAX} UTF-8 bytes; hash longer ones.`,
      );
    return { id, stream };
  }

  /** The latest state, which the pool knows from then on. What has no event is not kept: anybody may ask for any id. */
  latest(slot: Slot<Known<S>>, named: Named): Effect<Known<S>, LoadError> {
    const { value } = slot;
    if (value !== undefined) this.entries.tell("Hit", { id: named.id, version: value.version });
    return andThen(this.loader.load(named, value), (known) => {
      if (known.version > 0 || value !== undefined) slot.set(known);
      return succeed(known);
    });
  }

  /** Told of a state whose events were stored just now. */
  learn(named: Named, known: Known<S>): void {
    this.entries.tell("Decided", { id: named.id, version: known.version });
    const now = this.snapshotIfDue(named, known);
    const slot = this.pool.peek(named.id);
    if (slot !== undefined && (slot.value?.version ?? 0) <= now.version) slot.set(now);
  }

  /** Nobody waits for a snapshot: a command is answered before it is stored. */
  private snapshotIfDue(named: Named, known: Known<S>): Known<S> {
    const { snapshotter } = this;
    if (snapshotter?.isDue(versioned(named.id, known), known.snapshotAt) !== true) return known;
    snapshotter.write(named, known).run(
      () => undefined,
      (error) => this.entries.tell("Snapshot", { id: named.id, version: known.version }, error),
    );
    return { ...known, snapshotAt: known.version };
  }

  private doneBecause({ state, version, closed }: Known<S>, id: string): "terminal" | "closed" | undefined {
    if (closed) return "closed";
    const { isTerminal } = this.definition.decider;
    try {
      return isTerminal?.(state) === true ? "terminal" : undefined;
    } catch (cause) {
      this.entries.tell("DeciderThrew", { id, version }, cause);
      return undefined;
    }
  }

  private left({ id, value, because }: Left<Known<S>, "terminal" | "closed">): void {
    const { version } = value;
    this.entries.tell("Evicted", { id, version });
    const { closure } = this.definition;
    if (closure === undefined) return;
    const failed = (cause: unknown): void => this.entries.tell("HandlerThrew", { id, version }, cause);
    try {
      const work = closure({ ...versioned(id, value), because });
      if (work === undefined) return;
      subscribeWork(work, {
        subscription: undefined,
        next: () => undefined,
        error: failed,
        complete: () => undefined,
      });
    } catch (cause) {
      failed(cause);
    }
  }
}

/** As users see it. */
export const versioned = <S>(id: string, { state, version }: Pick<Known<S>, "state" | "version">): Versioned<S> => ({
  id,
  state,
  version,
});
