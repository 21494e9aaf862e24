/** Stored events as users see them: ours, malformed, or not ours. */
import { isLeft } from "fp-ts/lib/Either.js";
import { decodePayload } from "../codec/envelope.js";
import { describeMessage } from "../core/cause.js";
import type { StoredEvent } from "../port/LogPort.js";
import type { Coding, EventKind } from "./EventCodec.js";
import { noMeta, type ReadMeta, readMeta } from "./meta.js";
import { type MalformedEvent, malformed, type Recorded, recorded } from "./recorded.js";

/** An event of ours. */
export type OurEvent = Recorded<unknown> | MalformedEvent;

/** A stored event of ours, before its data is looked at. */
export interface Ours {
  readonly stored: StoredEvent;
  readonly kind: EventKind;
  /** Undefined where it cannot be read. */
  readonly meta: ReadMeta | undefined;
}

/** This event, if it is ours. */
export const oneOfOurs = ({ kinds }: Coding, stored: StoredEvent): Ours | undefined => {
  const kind = kinds.get(stored.type);
  return kind === undefined ? undefined : { stored, kind, meta: readMeta(stored.meta) };
};

/** Those of these events that are ours. */
export const oursOf = (coding: Coding, events: ReadonlyArray<StoredEvent>): ReadonlyArray<Ours> => {
  const ours: Array<Ours> = [];
  for (const stored of events) {
    const one = oneOfOurs(coding, stored);
    if (one !== undefined) ours.push(one);
  }
  return ours;
};

/** `opened` are its personal fields; undefined where there are none, or they are forgotten. */
export const decodeEvent = (
  { stored, kind, meta }: Ours,
  opened: Readonly<Record<string, unknown>> | undefined,
): OurEvent => {
  if (meta === undefined) return malformed(stored, ["its meta is none of an event log"], noMeta);
  const { type, upcasts } = kind;
  if (meta.version > upcasts.length + 1)
    return malformed(
      stored,
      [
        `version ${meta.version} of ${type} is newer than the ${upcasts.length + 1} that this program knows: give its codec the upcasts of the program that wrote it`,
      ],
      meta.meta,
    );
  const preparing: Preparing = { stored, kind, version: meta.version, opened };
  const prepare = needsNothing(preparing) ? undefined : (json: unknown) => prepared(json, preparing);
  const decoded = decodePayload(kind.codec, stored.data, prepare);
  if (isLeft(decoded)) return malformed(stored, decoded.left, meta.meta);
  const event = decoded.right;
  if (!isOfKind(kind, event)) return malformed(stored, [`its tag is another one than ${type}`], meta.meta);
  return recorded(stored, { type, event, meta: meta.meta });
};

interface Preparing {
  readonly stored: StoredEvent;
  readonly kind: EventKind;
  readonly version: number;
  readonly opened: Readonly<Record<string, unknown>> | undefined;
}

const needsNothing = ({ stored, kind, version, opened }: Preparing): boolean =>
  opened === undefined && version > kind.upcasts.length && stored.type === kind.type;

/** The JSON of today's version: with the personal fields, the name of today, and the steps from its version on. */
const prepared = (json: unknown, { stored, kind, version, opened }: Preparing): unknown => {
  let value = opened === undefined ? json : withFields(json, opened);
  if (kind.tag !== undefined && stored.type !== kind.type) value = withFields(value, { [kind.tag]: kind.type });
  let from = version;
  for (const upcast of kind.upcasts.slice(version - 1)) {
    try {
      value = upcast(value);
    } catch (cause) {
      throw new Error(`the upcast from version ${from} of ${kind.type} threw: ${describeMessage(cause)}`);
    }
    from += 1;
  }
  return value;
};

/** The same object with these fields; what is no object is left to the codec. */
const withFields = (json: unknown, fields: Readonly<Record<string, unknown>>): unknown =>
  typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json, ...fields } : json;

/** Whether its tag says so: the codec may be that of the whole union. */
const isOfKind = ({ tag, type }: EventKind, event: unknown): boolean => {
  if (tag === undefined) return true;
  try {
    return (event as Readonly<Record<string, unknown>>)[tag] === type;
  } catch {
    return false;
  }
};
