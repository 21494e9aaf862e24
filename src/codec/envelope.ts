/**
 * The text form of a message's data. A payload is one version character and JSON; stores keep it as it is, so every value
 * has the same fate on every store:
 *
 * | value | fate |
 * |---|---|
 * | `Date`, `bigint`, `Map`, … | what the io-ts codec encodes them to; a bigint that reaches JSON is refused |
 * | `Map`, `Set`, `RegExp`, `Error`, `Promise`, … that no codec encodes | refused at enqueue (JSON would silently make them `{}`) |
 * | an instance of another class that no codec encodes | arrives as an object of its own enumerable properties |
 * | `undefined` property | left out; the codec sees it absent |
 * | `undefined` in an array, `NaN`, `±Infinity` | refused at enqueue (JSON would silently make them `null`) |
 * | `-0` | arrives as `0` |
 * | an own `__proto__` key | refused at enqueue, poison on delivery |
 * | NUL characters, lone surrogates, emoji, `[]`, `{}` | arrive unchanged |
 * | a number beyond 2^53 in foreign JSON | rounded by `JSON.parse`, as everywhere in JavaScript; use strings |
 * | JSON too deep for the stack | refused at enqueue; foreign JSON of that kind is poison where its codec recurses |
 */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import type { Type } from "io-ts";
import { utf8Length } from "../core/bytes.js";
import { describeCause } from "../core/cause.js";
import { encodeRefused, payloadTooLarge, type SluiceError } from "../core/SluiceError.js";
import { shownName } from "./declared.js";
import { reportOf } from "./report.js";

/** The envelope version that this library writes and reads. */
export const ENVELOPE_VERSION = "1";

/** Encodes data by its codec, or says why not: `EncodeRefused`, or `PayloadTooLarge` above `bytesMax` UTF-8 bytes. */
export const encodePayload = <A>(codec: Type<A, unknown>, data: A, bytesMax: number): Either<SluiceError, string> => {
  const json = toJson(codec, data);
  if (typeof json !== "string") return left(encodeRefused(json));
  // A text of n UTF-16 units has n to 3n UTF-8 bytes: most need no counting.
  if (json.length * 3 > bytesMax) {
    const bytes = utf8Length(json);
    if (bytes > bytesMax) return left(payloadTooLarge(bytes, bytesMax));
  }
  return right(ENVELOPE_VERSION + json);
};

const toJson = <A>(codec: Type<A, unknown>, data: A): string | ReadonlyArray<string> => {
  try {
    if (!codec.is(data)) return refusal(codec, data);
    const json: string | undefined = JSON.stringify(codec.encode(data));
    if (json === undefined) return ["the encoded value has no JSON form (undefined, a function or a symbol)"];
    return suspicious(json) ? (unfaithful(codec, codec.encode(data)) ?? json) : json;
  } catch (cause) {
    return [`encoding failed: ${sentenceOf(cause)}`];
  }
};

const refusal = <A>(codec: Type<A, unknown>, data: A): ReadonlyArray<string> => {
  const decoded = codec.decode(data);
  return decoded._tag === "Left" ? reportOf(decoded.left) : [`the value is not a ${codec.name}`];
};

// Only a text that shows one of these can hide a loss; all others skip the slow walk.
const suspicious = (json: string): boolean =>
  json.includes("null") || json.includes("{}") || json.includes("__proto__");

const unfaithful = (codec: object, encoded: unknown): ReadonlyArray<string> | undefined => {
  const losses: Array<string> = [];
  JSON.stringify(encoded, function (this: unknown, name: string, value: unknown) {
    if (name === "__proto__") losses.push("a property may not be named __proto__");
    if (typeof value === "number" && !Number.isFinite(value))
      losses.push(`${whereIs(codec, this, name)}: ${value} has no JSON form`);
    if (Array.isArray(this) && (value === undefined || typeof value === "function" || typeof value === "symbol"))
      losses.push(`[${name}]: ${typeof value} has no JSON form in an array`);
    const kind = hollow(value);
    if (kind !== undefined) losses.push(`${whereIs(codec, this, name)}: a ${kind} has no JSON form`);
    return value;
  });
  return losses.length > 0 ? losses : undefined;
};

// What JSON writes by its value is none of these: arrays, and the objects of numbers, strings and booleans.
const OPAQUE = /^\[object (?!Object|Array|Number|String|Boolean)(\w+)\]$/;

/** The kind of an object that keeps its content where JSON does not look, so that it would be written as `{}`. */
const hollow = (value: unknown): string | undefined => {
  if (typeof value !== "object" || value === null || Object.keys(value).length > 0) return undefined;
  return OPAQUE.exec(Object.prototype.toString.call(value))?.[1];
};

const whereIs = (codec: object, holder: unknown, name: string): string => {
  if (name === "") return "value";
  return Array.isArray(holder) ? `[${name}]` : shownName(codec, name);
};

/** Decodes a payload, or reports for people why it is poison: version, JSON, or codec. Never throws. */
export const decodePayload = <A>(codec: Type<A, unknown>, payload: string): Either<ReadonlyArray<string>, A> => {
  if (!payload.startsWith(ENVELOPE_VERSION))
    return left([
      `envelope version ${JSON.stringify(payload.slice(0, 1))} is not ${ENVELOPE_VERSION}: written by another version of Sluice; redrive it with a consumer of that version, or with upcast`,
    ]);
  try {
    const decoded = codec.decode(parse(payload.slice(ENVELOPE_VERSION.length)));
    return decoded._tag === "Left" ? left(reportOf(decoded.left)) : decoded;
  } catch (cause) {
    return left([`not decodable: ${sentenceOf(cause)}`]);
  }
};

// A syntax error quotes the text around it, and that is payload; only its place is shown.
const sentenceOf = (cause: unknown): string =>
  cause instanceof SyntaxError
    ? `not JSON${/ at position \d+/.exec(cause.message)?.[0] ?? ""}`
    : describeCause(cause instanceof Error ? cause.message : cause);

// A "__proto__" key could be hidden behind escapes, so any text with one is looked at key by key.
const parse = (json: string): unknown =>
  json.includes("__proto__") || json.includes("\\u") ? JSON.parse(json, refuseProto) : JSON.parse(json);

const refuseProto = (name: string, value: unknown): unknown => {
  if (name === "__proto__") throw new Error("a property is named __proto__");
  return value;
};

/** The JSON of a payload whatever its envelope version, for people; the text where it is none. */
export const shownJson = (payload: string): unknown => {
  const text = payload.slice(ENVELOPE_VERSION.length);
  try {
    return parse(text);
  } catch {
    return text;
  }
};

/** The JSON of a payload whatever its envelope version, for upcasting; undefined where there is none to read. */
export const rawJson = (payload: string): unknown => {
  try {
    return parse(payload.slice(ENVELOPE_VERSION.length));
  } catch {
    return undefined;
  }
};
