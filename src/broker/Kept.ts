/** The records of a broker: what its processes agree upon, and how far each lane and each catch-up has come. */
import * as t from "io-ts";
import { map, type Observable } from "rxjs";
import type { Revision } from "../core/Revision.js";
import type { RecordConflict, WriteError } from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type { RecordsStore } from "../port/Store.js";
import { records } from "../records/makeRecords.js";
import type { Records, Stored, UpdateError } from "../records/Records.js";
import { type Control, ControlCodec, VectorCodec } from "./Control.js";
import { collectionOf } from "./names.js";
import type { Vector } from "./vector.js";

/** How far the correlation of a lane has come. */
export interface Checkpoint {
  readonly at: Vector;
  /** Who wrote it, as a hint for the others; undefined where that one has stopped. What fences a write is the revision. */
  readonly by: string | undefined;
  /** Whether that one does not know all reactions of the lane: whoever does goes first. */
  readonly lacks: boolean;
}

/** How far a catch-up has come. */
export interface Progress {
  readonly at: Vector;
  /** Whether the lines of the targets that are replayed were empty, so that the replay has begun. */
  readonly begun: boolean;
}

/** A value with its revision; both undefined where nothing stands there. */
export type Found<A> = Partial<Pick<Stored<A>, "value" | "revision">>;

const CheckpointCodec: t.Type<Checkpoint, unknown> = t.type({
  at: VectorCodec,
  by: t.union([t.string, t.undefined]),
  lacks: t.boolean,
});

const ProgressCodec: t.Type<Progress, unknown> = t.type({ at: VectorCodec, begun: t.boolean });

type Value =
  | { readonly is: "control"; readonly value: Control }
  | { readonly is: "lane"; readonly value: Checkpoint }
  | { readonly is: "catch-up"; readonly value: Progress };

const ValueCodec: t.Type<Value, unknown> = t.union([
  t.type({ is: t.literal("control"), value: ControlCodec }),
  t.type({ is: t.literal("lane"), value: CheckpointCodec }),
  t.type({ is: t.literal("catch-up"), value: ProgressCodec }),
]);

const CONTROL = "control";
const laneId = (lane: string): string => `lane/${lane}`;
const catchUpId = (id: string): string => `catch-up/${id}`;

/** What is read in one moment. */
export interface Moment {
  readonly control: Found<Control>;
  readonly lanes: ReadonlyArray<Found<Checkpoint>>;
  readonly catchUps: ReadonlyArray<Found<Progress>>;
}

/** What to read besides the control. */
export interface MomentRequest {
  readonly lanes: ReadonlyArray<string>;
  readonly catchUps: ReadonlyArray<string>;
}

export class Kept {
  private readonly records: Records<Value, Record<never, never>>;

  constructor(store: RecordsStore, broker: string) {
    this.records = records(store, { name: collectionOf(broker), codec: ValueCodec, valueBytesMax: VALUE_BYTES_MAX });
  }

  read({ lanes, catchUps }: MomentRequest): Observable<Moment> {
    return this.records.getAll([CONTROL, ...lanes.map(laneId), ...catchUps.map(catchUpId)]).pipe(
      map(([control, ...rest]) => ({
        // Each id is written by the calls below alone, so what stands there is of its kind.
        control: found(control) as Found<Control>,
        lanes: lanes.map((_, i) => found(rest[i]) as Found<Checkpoint>),
        catchUps: catchUps.map((_, i) => found(rest[lanes.length + i]) as Found<Progress>),
      })),
    );
  }

  putControl(value: Control, was: Revision | undefined): Write<Revision, UpdateError> {
    return this.records.update(CONTROL, { is: "control", value }, was);
  }

  checkControl(was: Revision | undefined): Write<void, WriteError | RecordConflict> {
    return this.records.check(CONTROL, was);
  }

  putLane(lane: string, value: Checkpoint, was: Revision | undefined): Write<Revision, UpdateError> {
    return this.records.update(laneId(lane), { is: "lane", value }, was);
  }

  checkLane(lane: string, was: Revision | undefined): Write<void, WriteError | RecordConflict> {
    return this.records.check(laneId(lane), was);
  }

  /** Joined with the control that does not name it any more. */
  removeLane(lane: string): Write<boolean, WriteError> {
    return this.records.remove(laneId(lane));
  }

  putCatchUp(id: string, value: Progress, was: Revision | undefined): Write<Revision, UpdateError> {
    return this.records.update(catchUpId(id), { is: "catch-up", value }, was);
  }

  checkCatchUp(id: string, was: Revision | undefined): Write<void, WriteError | RecordConflict> {
    return this.records.check(catchUpId(id), was);
  }

  /** Joined with the control that does not name it any more. */
  removeCatchUp(id: string): Write<boolean, WriteError> {
    return this.records.remove(catchUpId(id));
  }
}

/** A control of a thousand targets with long names fits. */
const VALUE_BYTES_MAX = 4 * 1024 * 1024;

const found = (stored: Stored<Value> | undefined): Found<unknown> =>
  stored === undefined ? {} : { value: stored.value.value, revision: stored.revision };
