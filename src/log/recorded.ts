/** Events as users see them. In logs and JSON they show what names them, never what they carry. */
import type { EventId } from "../core/EventId.js";
import { showAs } from "../core/inspecting.js";
import type { Position } from "../core/Position.js";
import type { StoredEvent } from "../port/LogPort.js";
import type { EventMeta } from "./meta.js";

/** An event as it is stored. */
export interface Recorded<out E> {
  readonly _tag: "Event";
  /** A UUIDv7, made by the client: the idempotency key of whatever is done on the event. */
  readonly id: EventId;
  readonly type: string;
  readonly event: E;
  readonly stream: string;
  /** Its number in the stream, from 1. */
  readonly version: number;
  /** Its place in the order of all events. */
  readonly position: Position;
  /** By the store's clock, milliseconds since 1970. */
  readonly appendedAtMs: number;
  readonly meta: EventMeta;
}

/** An event of ours that its codec refuses: told in its place, and kept as it is stored. */
export interface MalformedEvent extends Omit<Recorded<string>, "_tag"> {
  readonly _tag: "Malformed";
  readonly report: ReadonlyArray<string>;
}

/** What names an event: all of it that logs and JSON show. */
export const named = ({
  id,
  type,
  stream,
  version,
  position,
}: Pick<Recorded<unknown>, "id" | "type" | "stream" | "version" | "position">): object => ({
  id,
  type,
  stream,
  version,
  position,
});

interface Decoded<out E> {
  /** Its name of today. */
  readonly type: string;
  readonly event: E;
  readonly meta: EventMeta;
}

class RecordedEvent<E> implements Recorded<E> {
  readonly _tag = "Event";
  readonly id: EventId;
  readonly type: string;
  readonly event: E;
  readonly stream: string;
  readonly version: number;
  readonly position: Position;
  readonly appendedAtMs: number;
  readonly meta: EventMeta;

  constructor({ id, stream, version, position, appendedAtMs }: StoredEvent, { type, event, meta }: Decoded<E>) {
    this.id = id;
    this.type = type;
    this.event = event;
    this.stream = stream;
    this.version = version;
    this.position = position;
    this.appendedAtMs = appendedAtMs;
    this.meta = meta;
  }

  toJSON(): object {
    return { _tag: this._tag, ...named(this) };
  }
}
showAs(RecordedEvent, "Event", named);

class Refused implements MalformedEvent {
  readonly _tag = "Malformed";
  readonly id: EventId;
  readonly type: string;
  readonly event: string;
  readonly stream: string;
  readonly version: number;
  readonly position: Position;
  readonly appendedAtMs: number;

  constructor(
    { id, type, data, stream, version, position, appendedAtMs }: StoredEvent,
    readonly report: ReadonlyArray<string>,
    readonly meta: EventMeta,
  ) {
    this.id = id;
    this.type = type;
    this.event = data;
    this.stream = stream;
    this.version = version;
    this.position = position;
    this.appendedAtMs = appendedAtMs;
  }

  toJSON(): object {
    return { _tag: this._tag, ...named(this), report: this.report };
  }
}

showAs(Refused, "MalformedEvent", ({ report, ...event }) => ({ ...named(event), report }));

export const recorded = <E>(stored: StoredEvent, decoded: Decoded<E>): Recorded<E> =>
  new RecordedEvent(stored, decoded);

export const malformed = (stored: StoredEvent, report: ReadonlyArray<string>, meta: EventMeta): MalformedEvent =>
  new Refused(stored, report, meta);
