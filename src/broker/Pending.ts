/**
 * An event that stands in the line of a target: the payload of a message. A small event is copied, so that it is delivered without a read
 * of the log; a large one is named, and read when it is delivered.
 */
import * as t from "io-ts";
import { ENVELOPE_VERSION } from "../codec/envelope.js";
import type { EventId } from "../core/EventId.js";
import { type Position, parsePosition } from "../core/Position.js";
import type { StoredEvent } from "../port/LogPort.js";

/** An event, or its name: then its data and meta are read from the log. */
export type EventOrName = StoredEvent | Omit<StoredEvent, "data" | "meta">;

export interface Pending {
  /** Which of the broker's sources has it. */
  readonly source: number;
  /** The names of its reactions at this target. */
  readonly reactions: ReadonlyArray<string>;
  /** Why no target could be told: then this is the line of its own stream. */
  readonly fault: string | undefined;
  readonly event: EventOrName;
}

/** A longer event stands in its messages by its name alone, and so does one whose copies would be longer together. In UTF-16 units. */
const COPIED_LENGTH_MAX = 32 * 1024;
const COPIES_LENGTH_MAX = 1024 * 1024;

/** The payload that says so; of `copies` messages in all. */
export const payloadOf = ({ source, reactions, fault, event }: Pending, copies: number): string => {
  const { id, type, stream, version, position, appendedAtMs } = event;
  if ("data" in event && isShort(event.data.length + event.meta.length, copies)) {
    const { data, meta } = event;
    return (
      ENVELOPE_VERSION +
      JSON.stringify([source, reactions, fault, id, type, stream, version, position, appendedAtMs, data, meta])
    );
  }
  const name = [source, reactions, fault, id, type, stream, version, position, appendedAtMs];
  return ENVELOPE_VERSION + JSON.stringify(name);
};

const isShort = (length: number, copies: number): boolean =>
  length <= COPIED_LENGTH_MAX && length * copies <= COPIES_LENGTH_MAX;

const Names = t.array(t.string);

export const PendingCodec: t.Type<Pending, unknown> = new t.Type<Pending, unknown>(
  "Pending",
  (value): value is Pending => typeof value === "object" && value !== null && "event" in value && "reactions" in value,
  (json, context) => {
    const pending = Array.isArray(json) ? read(json) : undefined;
    return pending === undefined
      ? t.failure(json, context, "it is no pending event of this version")
      : t.success(pending);
  },
  () => {
    throw new TypeError("a broker makes the payloads of its messages itself");
  },
);

const read = (parts: ReadonlyArray<unknown>): Pending | undefined => {
  const [source, reactions, fault, id, type, stream, version, at, appendedAtMs, data, meta] = parts;
  const position: Position | undefined = typeof at === "string" ? parsePosition(at) : undefined;
  if (typeof source !== "number" || !Names.is(reactions) || position === undefined) return undefined;
  if (typeof id !== "string" || typeof type !== "string" || typeof stream !== "string") return undefined;
  if (typeof version !== "number" || typeof appendedAtMs !== "number") return undefined;
  const event =
    typeof data === "string" && typeof meta === "string"
      ? { id: id as EventId, type, stream, version, position, appendedAtMs, data, meta }
      : { id: id as EventId, type, stream, version, position, appendedAtMs };
  return { source, reactions, fault: typeof fault === "string" ? fault : undefined, event };
};
