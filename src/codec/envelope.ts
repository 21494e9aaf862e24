/**
 * The text form of a message's data. A payload is one version character and JSON. Stores keep it as it is, so a value has the
 * same fate on every store:
 *
 * | value | fate |
 * |---|---|
 * | `Date`, `bigint`, `Map`, … | what the io-ts codec encodes them to; a bigint that reaches JSON is refused |
 * | an object with a `toJSON` (a valid `Date`, `URL`, `Buffer`) | arrives as what that answers; refused where it answers undefined, or a `Date` is invalid |
 * | `Map`, `Set`, `RegExp`, `Error`, `Promise`, `ArrayBuffer`, typed arrays, iterators, `Intl` objects, … that no codec encodes | refused at enqueue, with properties of its own or without (JSON would silently empty them) |
 * | an instance of another class that no codec encodes | arrives as an object of its own enumerable properties |
 * | the object of a number, text or boolean (`new Number(5)`) | arrives as that number, text or boolean |
 * | `undefined` property | left out; the codec sees it absent |
 * | a function or symbol as a property | refused at enqueue (JSON would silently leave it out) |
 * | a property that is named by a symbol, not enumerable, or on an array | left out: it is no data |
 * | `undefined` or a hole in an array, `NaN`, `±Infinity`, also boxed | refused at enqueue (JSON would silently make them `null`) |
 * | `-0` | arrives as `0` |
 * | an own `__proto__` key | refused at enqueue, poison on delivery |
 * | NUL characters, lone surrogates, emoji, `[]`, `{}` | arrive unchanged |
 * | a number beyond 2^53 in foreign JSON | rounded by `JSON.parse`, as everywhere in JavaScript; use strings |
 * | JSON too deep for the stack | refused at enqueue; foreign JSON of that kind is poison where its codec recurses |
 */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import type { Type } from "io-ts";
import { utf8Length } from "../core/bytes.js";
import { describeMessage } from "../core/cause.js";
import { encodeRefused, payloadTooLarge, type SluiceError } from "../core/SluiceError.js";
import { decodeBounded } from "./bounded.js";
import { lossesOf } from "./faithful.js";
import { reportOf } from "./report.js";

/** The envelope version that this library writes and reads. */
export const ENVELOPE_VERSION = "1";

/** How large an encoded value may be, and by which option that is raised. */
export interface BytesMax {
  readonly bytesMax: number;
  readonly option: string;
}

/** Encodes data by its codec, or says why not: `EncodeRefused`, or `PayloadTooLarge` above `bytesMax` UTF-8 bytes. */
export const encodePayload = <A>(
  codec: Type<A, unknown>,
  data: A,
  { bytesMax, option }: BytesMax,
): Either<SluiceError, string> => {
  const json = toJson(codec, data);
  if (typeof json !== "string") return left(encodeRefused(json));
  // A text of n UTF-16 units has n to 3n UTF-8 bytes, so most need no exact count.
  if (json.length * 3 > bytesMax) {
    const bytes = utf8Length(json);
    if (bytes > bytesMax) return left(payloadTooLarge(bytes, bytesMax, option));
  }
  return right(ENVELOPE_VERSION + json);
};

const toJson = <A>(codec: Type<A, unknown>, data: A): string | ReadonlyArray<string> => {
  try {
    if (!codec.is(data)) return refusal(codec, data);
    const encoded = codec.encode(data);
    // Before `lossesOf`, since it refuses cycles.
    const json: string | undefined = JSON.stringify(encoded);
    if (json === undefined) return ["the encoded value has no JSON form (undefined, a function or a symbol)"];
    return lossesOf(codec, encoded) ?? json;
  } catch (cause) {
    return [`encoding failed: ${sentenceOf(cause)}`];
  }
};

const refusal = <A>(codec: Type<A, unknown>, data: A): ReadonlyArray<string> => {
  const decoded = decodeBounded(codec, data);
  return decoded._tag === "Left" ? reportOf(decoded.left) : [`the value is not a ${codec.name}`];
};

/**
 * Decodes a payload, or reports for people why it is poison: version, JSON, or codec. Never throws. `prepare` may change the JSON
 * before the codec reads it.
 */
export const decodePayload = <A>(
  codec: Type<A, unknown>,
  payload: string,
  prepare?: (json: unknown) => unknown,
): Either<ReadonlyArray<string>, A> => {
  if (!payload.startsWith(ENVELOPE_VERSION))
    return left([
      `envelope version ${JSON.stringify(payload.slice(0, 1))} is not ${ENVELOPE_VERSION}: written by another version of Sluice; redrive it with a consumer of that version, or with upcast`,
    ]);
  try {
    const json = parseJson(payload.slice(ENVELOPE_VERSION.length));
    const decoded = decodeBounded(codec, prepare === undefined ? json : prepare(json));
    if (decoded._tag === "Left") return left(reportOf(decoded.left));
    // Read within the try: a codec of the user's may answer anything, also a value that throws.
    const { _tag, right: data } = decoded;
    return _tag === "Right" ? right(data) : left(["not decodable: its codec answered no Either"]);
  } catch (cause) {
    return left([`not decodable: ${sentenceOf(cause)}`]);
  }
};

// A syntax error quotes the text around it, which is payload, so only its place is shown.
const sentenceOf = (cause: unknown): string =>
  isSyntaxError(cause)
    ? `not JSON${/ at position \d+/.exec(describeMessage(cause))?.[0] ?? ""}`
    : describeMessage(cause);

const isSyntaxError = (cause: unknown): boolean => {
  try {
    return cause instanceof SyntaxError;
  } catch {
    return false;
  }
};

/** The value of this JSON, or throws; so it does where a property is named `__proto__`. */
export const parseJson = (json: string): unknown =>
  // Escapes could hide a "__proto__" key, so a text with either is parsed key by key.
  json.includes("__proto__") || json.includes("\\u") ? JSON.parse(json, refuseProto) : JSON.parse(json);

const refuseProto = (name: string, value: unknown): unknown => {
  if (name === "__proto__") throw new Error("a property is named __proto__");
  return value;
};

/** The value of a payload's JSON, for people, whatever its envelope version; the text itself where it is no JSON. */
export const shownJson = (payload: string): unknown => {
  const text = payload.slice(ENVELOPE_VERSION.length);
  try {
    return parseJson(text);
  } catch {
    return text;
  }
};

/** The value of a payload's JSON, for upcasting, whatever its envelope version; undefined where it is no JSON. */
export const rawJson = (payload: string): unknown => {
  try {
    return parseJson(payload.slice(ENVELOPE_VERSION.length));
  } catch {
    return undefined;
  }
};
