/**
 * Stores states as records, and reads them. A snapshot is a shortcut and never a truth: one that cannot be read is passed over, and one
 * that cannot be stored fails no command.
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import type { Type } from "io-ts";
import * as t from "io-ts";
import { decodeBounded } from "../codec/bounded.js";
import { reportOf } from "../codec/report.js";
import { andThen, orElse } from "../core/andThen.js";
import { describeMessage } from "../core/cause.js";
import { type Effect, fail, failingWith, mapEffect, succeed } from "../core/Effect.js";
import { parseEventId } from "../core/EventId.js";
import { type Defect, decodeRefused, type ReadError } from "../core/SluiceError.js";
import type { RecordsStore } from "../port/Store.js";
import { records } from "../records/makeRecords.js";
import type { Records, Stored } from "../records/Records.js";
import type { Snapshots, Versioned } from "./AggregateDefinition.js";
import type { Known } from "./Known.js";
import type { EntrySink } from "./LogEntry.js";

/** The state is decoded by itself, once its schema is known to be ours. */
const Snapshot = t.type({
  schema: t.number,
  version: t.number,
  lastId: t.union([t.string, t.null]),
  state: t.unknown,
});
type Snapshot = t.TypeOf<typeof Snapshot>;

/** Whatever one atomic write holds. */
const VALUE_BYTES_MAX = 8 * 1024 * 1024 - 1;

/** Which aggregate, and the stream that its snapshot is called by. */
export interface Named {
  readonly id: string;
  readonly stream: string;
}

export class Snapshotter<S> {
  private readonly stored: Records<Snapshot, Record<never, never>>;

  constructor(
    store: RecordsStore,
    private readonly snapshots: Snapshots<S>,
    private readonly entries: EntrySink,
  ) {
    this.stored = records(store, { name: "sluice.snapshots", codec: Snapshot, valueBytesMax: VALUE_BYTES_MAX });
  }

  /** What the snapshot of this stream says, or undefined where there is none that can be read. */
  read({ id, stream }: Named): Effect<Known<S> | undefined, ReadError> {
    const found = orElse(this.stored.get(stream), (error): Effect<undefined> => {
      if (error._tag !== "DecodeRefused") return fail(error);
      this.entries.tell("Snapshot", { id, version: 0 }, error);
      return succeed(undefined);
    });
    return failingWith<ReadError>()(
      mapEffect(found, (record) => (record === undefined ? undefined : this.decoded(id, record))),
    );
  }

  /** Whether it is time for one. */
  isDue(now: Versioned<S>, snapshotAt: number): boolean {
    const { every, when } = this.snapshots;
    const sinceLast = now.version - snapshotAt;
    if (every !== undefined && sinceLast >= every) return true;
    try {
      return when?.(now, sinceLast) === true;
    } catch (cause) {
      this.entries.tell("HandlerThrew", now, cause);
      return false;
    }
  }

  /** Stores one, unless there is a later one. Emits whether it did; what fails is told as an entry. */
  write({ id, stream }: Named, { state, version, lastId }: Known<S>): Effect<boolean, Defect> {
    const { schema, codec } = this.snapshots;
    const { entries, stored } = this;
    const put = (found: Stored<Snapshot> | Unreadable | undefined): Effect<boolean> => {
      if (found !== undefined && found !== UNREADABLE && found.value.version >= version) return succeed(false);
      const value = { schema, version, lastId: lastId ?? null, state: codec.encode(state) };
      const write = found === UNREADABLE ? stored.put(stream, value) : stored.update(stream, value, found?.revision);
      return mapEffect(write, () => {
        entries.tell("Snapshot", { id, version });
        return true;
      });
    };
    return orElse(andThen(this.found(stream), put), (error) => {
      // Where another process stored one meanwhile, that is as good.
      if (error._tag !== "RecordConflict") entries.tell("Snapshot", { id, version }, error);
      return succeed(false);
    });
  }

  private found(stream: string): Effect<Stored<Snapshot> | Unreadable | undefined> {
    return orElse(this.stored.get(stream), (error) =>
      error._tag === "DecodeRefused" ? succeed(UNREADABLE) : fail(error),
    );
  }

  private decoded(id: string, { value }: Stored<Snapshot>): Known<S> | undefined {
    const { schema, codec } = this.snapshots;
    const { version } = value;
    if (value.schema !== schema) return undefined;
    const state = stateOf(codec, value.state);
    if (isLeft(state)) {
      this.entries.tell("Snapshot", { id, version }, decodeRefused("a snapshot", state.left));
      return undefined;
    }
    const lastId = value.lastId === null ? undefined : parseEventId(value.lastId);
    return { state: state.right, version, lastId, closed: false, snapshotAt: version };
  }
}

/** A record in the place of a snapshot that is none. */
const UNREADABLE = "unreadable";
type Unreadable = typeof UNREADABLE;

const stateOf = <S>(codec: Type<S, unknown>, encoded: unknown): Either<ReadonlyArray<string>, S> => {
  try {
    const decoded = decodeBounded(codec, encoded);
    return isLeft(decoded) ? left(reportOf(decoded.left)) : right(decoded.right);
  } catch (cause) {
    return left([describeMessage(cause)]);
  }
};
