/** Short texts in the place of values of any length: two that differ have two texts. */
import { createHash } from "node:crypto";
import { type Either, isLeft, right } from "fp-ts/lib/Either.js";
import { ask } from "../../core/ask.js";
import type { SluiceError } from "../../core/SluiceError.js";

/** 22 characters are 132 bits: no two texts will ever meet. */
const LENGTH = 22;

/** The digest of any plain value, whatever the order of its properties; `EncodeRefused` of one that has no such text. */
export const digestOf = (command: unknown): Either<SluiceError, string> => {
  const text = ask("command", () => canonical(command, []));
  if (isLeft(text)) return text;
  return right(shortDigest(text.right));
};

/** The digest of a text. */
export const shortDigest = (text: string): string =>
  createHash("sha256").update(text).digest("base64url").slice(0, LENGTH);

/** One text for each value. Each kind begins otherwise, so that values of two kinds are never the same. */
const canonical = (value: unknown, above: ReadonlyArray<object>): string => {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "0" : String(value);
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      return value === null ? "null" : canonicalObject(value, above);
    case "function":
    case "symbol":
      throw new TypeError(`a ${typeof value} is no data, so a command with one cannot be told from others`);
  }
};

const canonicalObject = (value: object, above: ReadonlyArray<object>): string => {
  if (above.includes(value)) throw new TypeError("it contains itself");
  const within = [...above, value];
  // A Date, a URL, a Buffer say what they are by this, and have no properties.
  if (hasJson(value)) return `json ${canonical(value.toJSON(), within)}`;
  if (Array.isArray(value)) return `[${Array.from(value, (part: unknown) => canonical(part, within)).join()}]`;
  if (value instanceof Map) return `map${canonicalObject(Array.from<unknown>(value), within)}`;
  if (value instanceof Set) return `set${canonicalObject(Array.from<unknown>(value), within)}`;
  if (!isPlain(value))
    throw new TypeError("it holds an object whose data nobody can see, so it cannot be told from others");
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, part]) => `${JSON.stringify(name)}:${canonical(part, within)}`);
  return `{${parts.join()}}`;
};

/** Of a RegExp, an Error, a buffer or a promise the properties say nothing. */
const isPlain = (value: object): boolean =>
  Object.prototype.toString.call(value) === "[object Object]" || ArrayBuffer.isView(value);

const hasJson = (value: object): value is { readonly toJSON: () => unknown } =>
  "toJSON" in value && typeof value.toJSON === "function";
