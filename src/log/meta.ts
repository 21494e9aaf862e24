/**
 * What stands beside an event's data: its version number, where it comes from, and its sealed part. It is stored as one line of JSON,
 * empty where there is nothing to say.
 */
import { parseJson } from "../codec/envelope.js";
import { checkHeaders, checkKey, KEY_BYTES_MAX } from "../codec/parts.js";
import { utf8Length } from "../core/bytes.js";
import { type Options, optionsOf, wholeNumber } from "../core/options.js";

/** Where an event comes from, as whoever appends it says. Each text has at most 512 UTF-8 bytes, the headers 8 KiB together. */
export type EventMeta = Options<{
  /** What this event belongs to: a request, a process. */
  correlationId: string;
  /** The id of the event or command that led to it. */
  causationId: string;
  /** Who did it. */
  actor: string;
  headers: Readonly<Record<string, string>>;
  /** How many reactions led to it, one after the other. A whole number; not said where none did. `caused` of a `Causing` counts on. */
  hops: number;
}>;

/** The personal part of an event, encrypted. */
export interface Sealed {
  readonly subject: string;
  /** The revision of the record with the key. */
  readonly key: string;
  /** Base64 of nonce, ciphertext and tag. */
  readonly text: string;
}

/** What is stored, field by field. `v` is left out where it is 1. */
export interface StoredMeta extends EventMeta {
  readonly v?: number | undefined;
  readonly sealed?: Sealed | undefined;
}

const NAMES = ["correlationId", "causationId", "actor", "headers", "hops"] as const;

/** Checks what the caller gave, or throws `InvalidConfig`. */
export const checkMeta = (given: EventMeta | undefined): EventMeta => {
  if (given === undefined || given === noMeta) return noMeta;
  const { headers, hops, ...texts } = optionsOf(given, NAMES, "meta");
  const meta: { -readonly [K in keyof EventMeta]: EventMeta[K] } = {};
  for (const name of ["correlationId", "causationId", "actor"] as const) {
    const text = texts[name];
    if (text !== undefined) meta[name] = checkKey(`meta.${name}`, text);
  }
  if (headers !== undefined) meta.headers = checkHeaders(headers);
  if (hops !== undefined) meta.hops = wholeNumber("meta.hops", hops, { min: 0, max: Number.MAX_SAFE_INTEGER });
  return meta;
};

/** As it is stored. JSON escapes line breaks. */
export const metaText = (meta: StoredMeta): string => {
  if (meta === noMeta) return "";
  const text = JSON.stringify(meta);
  return text === "{}" ? "" : text;
};

export const noMeta: EventMeta = Object.freeze({});

/** What stands in a stored meta; undefined where that is none. */
export interface ReadMeta {
  readonly version: number;
  readonly meta: EventMeta;
  readonly sealed: Sealed | undefined;
}

const plainMeta: ReadMeta = Object.freeze({ version: 1, meta: noMeta, sealed: undefined });

/** Reads it; undefined where it is no such text. What a later version of this library may have added is passed over. */
export const readMeta = (text: string): ReadMeta | undefined => {
  if (text === "") return plainMeta;
  const json = jsonOf(text);
  if (!isObject(json)) return undefined;
  const { v = 1, sealed, correlationId, causationId, actor, headers, hops } = json;
  if (typeof v !== "number" || !Number.isInteger(v) || v < 1) return undefined;
  if (sealed !== undefined && !isSealed(sealed)) return undefined;
  if (headers !== undefined && !isHeaders(headers)) return undefined;
  if (hops !== undefined && !isCount(hops)) return undefined;
  const meta: { -readonly [K in keyof EventMeta]: EventMeta[K] } = {};
  for (const [name, value] of Object.entries({ correlationId, causationId, actor })) {
    if (value === undefined) continue;
    if (typeof value !== "string") return undefined;
    meta[name as "actor"] = value;
  }
  if (headers !== undefined) meta.headers = headers;
  if (hops !== undefined) meta.hops = hops;
  return { version: v, meta, sealed };
};

const jsonOf = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isSealed = (value: unknown): value is Sealed =>
  isObject(value) &&
  [value["subject"], value["key"], value["text"]].every((text) => typeof text === "string") &&
  utf8Length(value["subject"] as string) <= KEY_BYTES_MAX;

const isHeaders = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((header) => typeof header === "string");
