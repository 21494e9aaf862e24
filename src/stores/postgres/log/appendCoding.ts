/** How an append goes to the server. */
import { escapeText } from "../../../core/escapeText.js";
import { tailOf } from "../../../core/Position.js";
import type { AppendedResult, AppendStep, StreamExpected } from "../../../core/steps/Append.js";
import { encodeText } from "../connection/text.js";
import { lockOf } from "../write/locks.js";
import type { StepCoding } from "../write/StepCoding.js";
import { positionAt } from "./eventText.js";

export const Append: StepCoding<AppendStep, AppendedResult> = {
  encode: ({ stream, expected, events, closes }, body) => {
    body.lock(lockOf("stream", stream));
    if (events.length > 0) body.appends();
    return [
      "p",
      escapeText(stream),
      expectedText(expected),
      closes,
      events.map(({ id, type, data, meta }) => [id, encodeText(type), encodeText(data), encodeText(meta)]),
    ];
  },
  result: (word, { events }) => {
    const [version = "", place = ""] = word.split(":");
    const last = events.at(-1);
    return { _tag: "Appended", version: Number(version), position: last && positionAt(place, last.id) };
  },
  subject: ({ stream }) => `stream ${stream}`,
};

const expectedText = (expected: StreamExpected): string => {
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
