/** The personal fields of an event: taken out of it and sealed, and opened again. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { ENVELOPE_VERSION, parseJson } from "../codec/envelope.js";
import { KEY_BYTES_MAX } from "../codec/parts.js";
import { ask } from "../core/ask.js";
import { utf8Length } from "../core/bytes.js";
import { encodeRefused, type SluiceError } from "../core/SluiceError.js";
import type { StoredEvent } from "../port/LogPort.js";
import type { EventKind, Personal } from "./EventCodec.js";
import { encodeEvent } from "./encodeEvent.js";
import type { Sealed } from "./meta.js";
import type { ReadKeys } from "./PersonalKeys.js";
import { open } from "./seal.js";

type Fields = Readonly<Record<string, unknown>>;

/** An event in two parts. */
export interface Parted {
  /** Its data as it reads once the subject is forgotten. */
  readonly data: string;
  readonly subject: string;
  /** The JSON of the fields that are to be sealed. */
  readonly secret: string;
}

/** Parts an event whose encoded form is `data`; undefined where it has none of its personal fields. */
export const part = (
  kind: EventKind,
  event: unknown,
  { personal, data }: { readonly personal: Personal<unknown>; readonly data: string },
): Either<SluiceError, Parted | undefined> => {
  const option = `personal.${kind.type}`;
  const refuse = (sentence: string): Either<SluiceError, never> => left(encodeRefused([`${option}${sentence}`]));
  const forgotten = ask(option, () => presentOf(personal.forgotten, event));
  if (isLeft(forgotten)) return forgotten;
  const names = Object.keys(forgotten.right);
  if (names.length === 0) return right(undefined);
  const subject = ask(`${option}.subject`, () => personal.subject(event));
  if (isLeft(subject)) return subject;
  if (typeof subject.right !== "string" || subject.right === "" || utf8Length(subject.right) > KEY_BYTES_MAX)
    return refuse(`.subject must answer a text of 1 to ${KEY_BYTES_MAX} UTF-8 bytes`);
  const clear = encodeEvent(kind, { ...(event as object), ...forgotten.right });
  if (isLeft(clear)) return refuse(".forgotten makes an event that its codec refuses: see what its fields may be");
  const [whole, without] = [fieldsOf(data), fieldsOf(clear.right)];
  if (whole === undefined || without === undefined) return refuse(": only the fields of an object can be personal");
  // Also what a codec stores under another name than it reads it, or makes of a personal field.
  const sealed = Object.keys(whole).filter((name) => names.includes(name) || !sameJson(whole[name], without[name]));
  if (Object.keys(without).some((name) => !Object.hasOwn(whole, name)))
    return refuse(".forgotten makes an event with fields that the event itself does not have");
  const secret = JSON.stringify(Object.fromEntries(sealed.map((name) => [name, whole[name]])));
  return right({ data: clear.right, subject: subject.right, secret });
};

/** Those of the forgotten fields that the event has. */
const presentOf = (forgotten: object, event: unknown): Fields => {
  if (typeof event !== "object" || event === null) return {};
  return Object.fromEntries(Object.entries(forgotten).filter(([name]) => (event as Fields)[name] !== undefined));
};

/** The fields of an encoded event; undefined where it is no object. */
const fieldsOf = (data: string): Fields | undefined => {
  const json = parseJson(data.slice(ENVELOPE_VERSION.length));
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Fields) : undefined;
};

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The sealed fields; undefined where the subject is forgotten; a sentence where they cannot be opened. */
export const openFields = ({ type, id }: StoredEvent, sealed: Sealed, keys: ReadKeys): Fields | string | undefined => {
  const key = keys.get(sealed.subject);
  if (key === "damaged") return "the record of its subject's key is damaged";
  // A subject that was forgotten may have a new key for what came after.
  if (key?.revision !== sealed.key) return undefined;
  const text = open(sealed.text, key.bytes, { subject: sealed.subject, type, id });
  return text === undefined
    ? "its personal fields cannot be opened: they were changed, or moved from another event"
    : (fieldsOf(ENVELOPE_VERSION + text) ?? "its personal fields are none");
};
