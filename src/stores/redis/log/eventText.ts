/** Texts of the log: events, as `lua/include/logText.lua` lays them out, and what is expected of a stream. */

import type { EventId } from "../../../core/EventId.js";
import { escapeText, unescapeText } from "../../../core/escapeText.js";
import { invariant } from "../../../core/invariant.js";
import { positionOf, tailOf } from "../../../core/Position.js";
import type { NewEvent, StreamExpected } from "../../../core/steps/Append.js";
import type { StoredEvent } from "../../../port/LogPort.js";
import { compactId, wholeId } from "../scripts/compactId.js";
import { isPlainText, jsonText } from "../scripts/text.js";

// Which of its texts are JSON strings.
const DATA = 2;
const META = 1;

/** What is expected of a stream, as `lua/include/expectedVersion.lua` reads it. */
export const expectedText = (expected: StreamExpected): string => {
  switch (expected._tag) {
    case "Any":
      return "*";
    case "Absent":
      return "-";
    case "Present":
      return "+";
    case "At":
      return expected.lastId === undefined ? `=${expected.version}` : `=${expected.version}:${tailOf(expected.lastId)}`;
  }
};

/** The part of an event that its client makes. */
export const encodeEvent = (stream: string, { id, type, data, meta }: NewEvent): string => {
  const plainData = isPlainText(data);
  const plainMeta = isPlainText(meta);
  const kind = (plainData ? 0 : DATA) + (plainMeta ? 0 : META);
  const head = `${compactId(id)}${kind}${escapeText(type)}\t${escapeText(stream)}\n`;
  return `${head}${plainMeta ? meta : JSON.stringify(meta)}\n${plainData ? data : JSON.stringify(data)}`;
};

const MS_LENGTH = 11;
const ID_AT = 19;
const KIND_AT = 51;
const TYPE_AT = 52;

/** The event at this place. */
const readEvent = (place: number, text: string): StoredEvent => {
  const endOfType = text.indexOf("\t", TYPE_AT);
  const endOfStream = text.indexOf("\n", endOfType + 1);
  const endOfMeta = text.indexOf("\n", endOfStream + 1);
  invariant(
    endOfType > 0 && endOfStream > endOfType && endOfMeta > endOfStream,
    "an event has the form of this version",
  );
  const id = wholeId(text.slice(ID_AT, KIND_AT)) as EventId;
  const kind = Number(text[KIND_AT]);
  const meta = text.slice(endOfStream + 1, endOfMeta);
  const data = text.slice(endOfMeta + 1);
  return {
    id,
    type: unescapeText(text.slice(TYPE_AT, endOfType)),
    stream: unescapeText(text.slice(endOfType + 1, endOfStream)),
    version: Number.parseInt(text.slice(MS_LENGTH, ID_AT), 16),
    position: positionOf(place, tailOf(id)),
    appendedAtMs: Number.parseInt(text.slice(0, MS_LENGTH), 16),
    meta: (kind & META) === 0 ? meta : jsonText(meta),
    data: (kind & DATA) === 0 ? data : jsonText(data),
  };
};

/** Events of a reply, in which place and text of each stand one behind the other. */
export const readEvents = (reply: ReadonlyArray<unknown>): ReadonlyArray<StoredEvent> => {
  const events: Array<StoredEvent> = [];
  for (let i = 0; i + 1 < reply.length; i += 2) {
    const text = reply[i + 1];
    invariant(typeof text === "string", "an event is a text");
    events.push(readEvent(Number(reply[i]), text));
  }
  return events;
};
