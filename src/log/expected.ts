/** What an append expects of its stream, and which streams there may be. */
import { checkKey } from "../codec/parts.js";
import { parseEventId } from "../core/EventId.js";
import { optionsOf, type Range, shown, wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { StreamExpected } from "../core/steps/Append.js";
import type { Expected } from "./EventLog.js";

const words: { readonly [K in Extract<Expected, string>]: StreamExpected } = {
  any: { _tag: "Any" },
  absent: { _tag: "Absent" },
  present: { _tag: "Present" },
};

/** As the step has it, or throws `InvalidConfig`. */
export const checkExpected = (expected: Expected = "any"): StreamExpected => {
  if (typeof expected === "string" && Object.hasOwn(words, expected)) return words[expected];
  if (typeof expected !== "object" || (expected as object | null) === null)
    throw invalidConfig(
      "expected",
      `expected must be "any", "absent", "present", or { version } as an append or head has answered it, not ${shown(expected)}.`,
    );
  const { version, lastId } = optionsOf(expected, ["version", "lastId"], "expected");
  const id = lastId === undefined ? undefined : parseEventId(lastId);
  if (lastId !== undefined && id === undefined)
    throw invalidConfig("expected.lastId", `expected.lastId must be the id of an event, not ${shown(lastId)}.`);
  return { _tag: "At", version: wholeNumber("expected.version", version, versions), lastId: id };
};

/** All version numbers, 0 for a stream without an event included. */
export const versions: Range = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** A text of 1 to 512 bytes, or `InvalidConfig`. */
export const checkStream = (stream: string): string => {
  if (stream === "") throw invalidConfig("stream", 'stream must not be empty: it is a name such as "order/1".');
  return checkKey("stream", stream);
};
