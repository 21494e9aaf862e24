/** Checks what comes with the data: keys, headers, ids. Stores keep these as they are. */
import { utf8Length } from "../core/bytes.js";
import type { MessageHeaders } from "../core/Envelope.js";
import { type MessageId, parseMessageId } from "../core/MessageId.js";
import { shown, unreadable } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";

/** A key or dedupe id has at most this many UTF-8 bytes. */
export const KEY_BYTES_MAX = 512;
/** All headers of one message together have at most this many UTF-8 bytes, names and values. */
export const HEADERS_BYTES_MAX: number = 8 * 1024;

/** Any text of at most 512 bytes, the empty one included, or `InvalidConfig`. */
export const checkKey = (option: string, key: string): string => {
  if (typeof key === "string" && (key.length * 3 <= KEY_BYTES_MAX || utf8Length(key) <= KEY_BYTES_MAX)) return key;
  throw invalidConfig(option, `${option} must be a text of at most ${KEY_BYTES_MAX} UTF-8 bytes; hash longer ones.`);
};

/** A copy of the headers without a prototype, or `InvalidConfig`. */
export const checkHeaders = (headers: MessageHeaders): MessageHeaders => {
  let bytes = 0;
  const copy: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of entriesOf(headers)) {
    if (typeof value !== "string")
      throw invalidConfig("headers", `headers.${name} must be a text, not ${typeof value}.`);
    if (name === "__proto__") throw invalidConfig("headers", "a header may not be named __proto__.");
    bytes += utf8Length(name) + utf8Length(value);
    copy[name] = value;
  }
  if (bytes > HEADERS_BYTES_MAX)
    throw invalidConfig(
      "headers",
      `headers hold ${bytes} bytes, at most ${HEADERS_BYTES_MAX} fit; put more into the data.`,
    );
  return copy;
};

const entriesOf = (headers: object): ReadonlyArray<readonly [name: string, value: unknown]> => {
  try {
    if (typeof headers === "object" && !Array.isArray(headers)) return Object.entries(headers);
  } catch {
    throw unreadable("headers");
  }
  throw invalidConfig("headers", "headers must be an object of texts.");
};

/** The id that a caller gave, or `InvalidConfig` where it is no UUID. */
export const checkId = (id: string): MessageId => {
  const parsed = typeof id === "string" ? parseMessageId(id) : undefined;
  if (parsed !== undefined) return parsed;
  throw invalidConfig("id", `id must be a UUID, not ${shown(id)}; give other texts as dedupe: { id }.`);
};
