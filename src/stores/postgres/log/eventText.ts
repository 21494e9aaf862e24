/** Texts of the log: events as the server shows them, and positions. */
import type { EventId } from "../../../core/EventId.js";
import { unescapeText } from "../../../core/escapeText.js";
import { invariant } from "../../../core/invariant.js";
import { type Position, tailIn, tailOf } from "../../../core/Position.js";
import type { StoredEvent } from "../../../port/LogPort.js";
import { decodeText, FIELD } from "../connection/text.js";

/** Hex digits of a place in this store's positions. */
const PLACE_LENGTH = 16;

const POSITION_LENGTH = 22;

/** Greater than all places: of a position of another store, which this log never had. */
const NOWHERE = "9223372036854775807";

/** Place (decimal) and tail of a position. */
export const partsOf = (position: Position): readonly [place: string, tail: string] =>
  position.length === POSITION_LENGTH && position < "8"
    ? [BigInt(`0x${position.slice(0, PLACE_LENGTH)}`).toString(), tailIn(position)]
    : [NOWHERE, tailIn(position)];

/** A position as the server writes it: "" where there is none. */
export const positionIn = (text: string | undefined): Position | undefined =>
  text === undefined || text === "" ? undefined : (text as Position);

/** The position of an event at this place, as the server writes places: in hex, without zeros in front. */
export const positionAt = (place: string, id: EventId): Position =>
  `${place.padStart(PLACE_LENGTH, "0")}${tailOf(id)}` as Position;

export const readEvent = (text: string): StoredEvent => {
  const fields = text.split(FIELD);
  invariant(fields.length === 8, "an event has eight fields");
  const [place = "", at, version, id = "", stream = "", type = "", meta = "", data = ""] = fields;
  return {
    id: id as EventId,
    type: decodeText(type),
    stream: unescapeText(stream),
    version: Number(version),
    position: positionAt(place, id as EventId),
    appendedAtMs: Number(at),
    data: decodeText(data),
    meta: decodeText(meta),
  };
};
