/** The record that says how far a version has come, and the collection that it stands in. */
import * as t from "io-ts";
import { PositionCodec } from "../../codec/PositionCodec.js";
import { type Effect, failingWith, mapEffect } from "../../core/Effect.js";
import type { Position } from "../../core/Position.js";
import type { Revision } from "../../core/Revision.js";
import type { DecodeRefused, ReadError } from "../../core/SluiceError.js";
import type { Write } from "../../core/Write.js";
import type { RecordsStore } from "../../port/Store.js";
import { records } from "../../records/makeRecords.js";
import type { Records, UpdateError } from "../../records/Records.js";

/** What is stored of one version, and where its events stop. */
export interface Kept<out T> {
  /** Undefined: nothing is stored yet. */
  readonly revision: Revision | undefined;
  /** Every event up to there is in it. */
  readonly position: Position | undefined;
  /** Who wrote it, as a hint for the others; undefined where that one has stopped. What fences a write is the revision. */
  readonly by: string | undefined;
  /** Somebody is about to remove it. */
  readonly dropping: boolean;
  readonly state: T;
}

/** Fits into one atomic write, with what stands around it. */
export const VALUE_BYTES_MAX: number = 8 * 1024 * 1024 - 64 * 1024;

/** The only record of its collection. */
const ID = "checkpoint";

const codecOf = <T>(state: t.Type<T, unknown>): t.Type<Stored<T>, unknown> =>
  t.type({
    position: t.union([PositionCodec, t.null]),
    by: t.union([t.string, t.null]),
    dropping: t.boolean,
    state,
  });

interface Stored<out T> {
  readonly position: Position | null;
  readonly by: string | null;
  readonly dropping: boolean;
  readonly state: T;
}

interface Options<T> {
  readonly collection: string;
  /** What there is before the first write, and the position behind which events are wanted. */
  readonly initial: T;
  readonly after: Position | undefined;
  readonly state: t.Type<T, unknown>;
}

/** Reads and writes the checkpoint of one version. */
export class Checkpoints<T> {
  private readonly records: Records<Stored<T>, Record<never, never>>;

  constructor(
    store: RecordsStore,
    private readonly options: Options<T>,
  ) {
    const { collection, state } = options;
    this.records = records(store, { name: collection, codec: codecOf(state), valueBytesMax: VALUE_BYTES_MAX });
  }

  read(): Effect<Kept<T>, ReadError | DecodeRefused> {
    return failingWith<ReadError | DecodeRefused>()(
      mapEffect(this.records.get(ID), (found) => {
        if (found === undefined) {
          const { initial, after } = this.options;
          return { revision: undefined, position: after, by: undefined, dropping: false, state: initial };
        }
        const { position, by, dropping, state } = found.value;
        return { revision: found.revision, position: position ?? undefined, by: by ?? undefined, dropping, state };
      }),
    );
  }

  /** Upon the one of this revision alone, else `RecordConflict`. */
  write(
    { position, by, dropping, state }: Omit<Kept<T>, "revision">,
    was: Revision | undefined,
  ): Write<Revision, UpdateError> {
    return this.records.update(ID, { position: position ?? null, by: by ?? null, dropping, state }, was);
  }

  /** Its name, for steps that remove or check it. */
  get name(): { readonly collection: string; readonly id: string } {
    return { collection: this.options.collection, id: ID };
  }
}
