/**
 * The text form of a message in Redis; `lua/include/parcel.lua` says what stands where. The payload is last and opaque.
 * Everything before it is ASCII or ends in a line break, so TypeScript and Lua read it by position.
 */
import { type MessageHeaders, noHeaders, plainHeaders } from "../../../core/Envelope.js";
import { escapeText, unescapeText } from "../../../core/escapeText.js";
import { invariant } from "../../../core/invariant.js";
import type { MessageId } from "../../../core/MessageId.js";
import type { EnqueueStep } from "../../../core/steps/Enqueue.js";
import type { PastFailure, StoredMessage } from "../../../port/Inspect.js";
import { compactId, wholeId } from "../scripts/compactId.js";
import { isPlainText, jsonText } from "../scripts/text.js";

const TIME_LENGTH = 11;
// Places in the tail, which is all behind the time.
const FAILURES = 2;
const ID = 5;
const BODY = 37;
// The code of the kind of a bare parcel, and places in it.
const BARE = 48;
const FAILURES_AT = TIME_LENGTH + FAILURES;
const ID_AT = TIME_LENGTH + ID;
const PAYLOAD_AT = TIME_LENGTH + BODY;

/** Whether the message has no dedupe id, no delay, no expiry and no mark: it is added at once, whatever was added before. */
export const isPlain = (step: EnqueueStep): boolean =>
  !(step.delayMs > 0) && step.dedupe === undefined && step.expiresInMs === undefined && step.mark === undefined;

// Places in the line of marks. A new message has no suspicion and no returns.
const SUSPICION = TIME_LENGTH;
const RETURNS = SUSPICION + 1;
const DEDUPE = RETURNS + 3;
const MARKS = /^[0-9a-f-]{11}[012][0-9a-f]{3}$/;

/** The line of a new message's marks, or an empty text; `lua/include/marks.lua` says what stands where. */
const encodeMarks = ({ expiresInMs, dedupe }: EnqueueStep): string => {
  const endless = dedupe?.windowMs === Number.POSITIVE_INFINITY;
  if (expiresInMs === undefined && !endless) return "";
  const expires = expiresInMs === undefined ? "-".repeat(TIME_LENGTH) : hexMs(expiresInMs);
  return `${expires}0000${endless ? `d${escapeText(dedupe.id)}` : ""}\n`;
};

const hexMs = (ms: number): string => Math.floor(ms).toString(16).padStart(TIME_LENGTH, "0");

/** The parcel of a new message without its beginning: the server adds the time. The text has no NUL. */
export const encodeTail = (step: EnqueueStep): string => {
  const { id, priority, key, headers } = step;
  invariant(Number.isInteger(priority) && priority >= 0 && priority <= 9, "a priority is a whole number from 0 to 9");
  const compact = compactId(id);
  invariant(compact.length < id.length, "a message id is a UUID");
  const escapes = !isPlainText(step.payload);
  const payload = escapes ? JSON.stringify(step.payload) : step.payload;
  const marks = encodeMarks(step);
  if (key === undefined && headers === undefined && marks === "")
    return `${escapes ? "2" : "0"}${priority}000${compact}${payload}`;
  const kind = (escapes ? 3 : 1) + (marks === "" ? 0 : 4);
  const name = key === undefined ? "" : `k${escapeText(key)}`;
  const texts = headers === undefined ? "" : JSON.stringify(headers);
  return `${kind}${priority}000${compact}${marks}${name}\n\n\n${texts}\n${payload}`;
};

/** A message as its parcel has it. */
export interface ReadParcel extends StoredMessage {
  /** The key as it stands in tokens and names. */
  readonly escapedKey: string | undefined;
  /** Whether its latest lease ended unsettled. */
  readonly suspect: boolean;
  /** Whether a dedupe id stands for it until it leaves the queue. */
  readonly deduped: boolean;
}

/** Whether the message has no failures and no more than an id, a level and a payload, which stand in fixed places. */
export const isBare = (parcel: string): boolean =>
  parcel.charCodeAt(TIME_LENGTH) === BARE && parcel.startsWith("000", FAILURES_AT) && parcel.length >= PAYLOAD_AT;

export const enqueuedAtMsOf = (parcel: string): number => Number.parseInt(parcel.slice(0, TIME_LENGTH), 16);
export const idOf = (parcel: string): MessageId => wholeId(parcel.slice(ID_AT, PAYLOAD_AT)) as MessageId;
export const barePayloadOf = (parcel: string): string => parcel.slice(PAYLOAD_AT);

/** Reads a parcel. One that this version cannot read is shown raw, as a payload, and says so: nothing is thrown. */
export const readParcel = (parcel: string): ReadParcel =>
  readWhole(parcel, TIME_LENGTH, enqueuedAtMsOf(parcel)) ?? unreadableParcel(parcel);

/** Reads a parcel without its time, which stands in the text from `from` to the end. */
export const readHandedParcel = (text: string, from: number, enqueuedAtMs: number): ReadParcel =>
  readWhole(text, from, enqueuedAtMs) ??
  unreadableParcel(enqueuedAtMs.toString(16).padStart(TIME_LENGTH, "0") + text.slice(from));

/** Undefined where the parcel is of another version, or damaged. */
const readWhole = (text: string, from: number, enqueuedAtMs: number): ReadParcel | undefined => {
  try {
    return readTail(text, from, enqueuedAtMs);
  } catch {
    return undefined; // a part of it is no JSON; the error is dropped, as it would quote the payload
  }
};

const readTail = (text: string, from: number, enqueuedAtMs: number): ReadParcel | undefined => {
  const kind = text.charCodeAt(from) - 48;
  if (text.length < from + BODY || kind < 0 || kind > 7 || kind === 4 || kind === 6) return undefined;
  const failuresHex = text.slice(from + FAILURES, from + ID);
  const failures = failuresHex === "000" ? 0 : Number.parseInt(failuresHex, 16);
  const id = wholeId(text.slice(from + ID, from + BODY)) as MessageId;
  let at = from + BODY;
  if (kind === 0)
    return {
      id,
      key: undefined,
      escapedKey: undefined,
      suspect: false,
      deduped: false,
      headers: noHeaders,
      payload: text.slice(at),
      failures,
      enqueuedAtMs,
      firstEnqueuedAtMs: enqueuedAtMs,
      history: [],
    };
  const marksAt = at;
  if (kind > 3) {
    if (!MARKS.test(text.slice(at, at + DEDUPE))) return undefined;
    at = text.indexOf("\n", at) + 1;
  }
  const fields: Array<string> = [];
  if (kind % 2 === 1)
    while (fields.length < 4) {
      const end = text.indexOf("\n", at);
      if (end === -1) return undefined;
      fields.push(text.slice(at, end));
      at = end + 1;
    }
  const [name = "", first = "", history = "", headers = ""] = fields;
  const escapedKey = name === "" ? undefined : name.slice(1);
  const payload = text.slice(at);
  return {
    id,
    key: escapedKey === undefined ? undefined : unescapeText(escapedKey),
    escapedKey,
    suspect: kind > 3 && text.charAt(marksAt + SUSPICION) !== "0",
    deduped: kind > 3 && text.charAt(marksAt + DEDUPE) === "d",
    headers: headers === "" ? noHeaders : plainHeaders(JSON.parse(headers) as MessageHeaders),
    payload: kind % 4 >= 2 ? jsonText(payload) : payload,
    failures,
    enqueuedAtMs,
    firstEnqueuedAtMs: first === "" ? enqueuedAtMs : Number.parseInt(first, 16),
    history: history === "" ? [] : history.split("\t").map(readFailure),
  };
};

const readFailure = (text: string): PastFailure => ({
  atMs: Number.parseInt(text.slice(0, 11), 16),
  cause: jsonText(text.slice(11)),
});

/** The cause in a JSON string; a text that is none stays as it is. */
export const readCause = (json: string): string => {
  try {
    return jsonText(json);
  } catch {
    return json;
  }
};

/** The line of the key is the first or second behind the head in every kind that has one. */
const KEY = /^(?:[^k\n][^\n]*\n)?k([^\n]*)\n/;
const UNREADABLE =
  "it was written by another version of Sluice, or is damaged: it is kept as it stands; redrive it with a consumer of that version";

/** What can be read of a parcel of any version; `lua/include/parcel.lua` says what stays in its place in all of them. */
const unreadableParcel = (parcel: string): ReadParcel => {
  const hasLines = parcel.charCodeAt(TIME_LENGTH) % 2 === 1;
  const escapedKey = hasLines ? KEY.exec(parcel.slice(TIME_LENGTH + BODY))?.[1] : undefined;
  const enqueuedAtMs = hexOf(parcel.slice(0, TIME_LENGTH));
  return {
    id: idOf(parcel),
    key: escapedKey === undefined ? undefined : unescapeText(escapedKey),
    escapedKey,
    suspect: false,
    deduped: false,
    headers: noHeaders,
    payload: parcel,
    failures: hexOf(parcel.slice(FAILURES_AT, ID_AT)),
    enqueuedAtMs,
    firstEnqueuedAtMs: enqueuedAtMs,
    history: [],
    unreadable: UNREADABLE,
  };
};

const hexOf = (text: string): number => (/^[0-9a-f]+$/.test(text) ? Number.parseInt(text, 16) : 0);

/** A message as people look at it. */
export const storedOf = ({ escapedKey: _, suspect: _s, deduped: _d, ...stored }: ReadParcel): StoredMessage => stored;
