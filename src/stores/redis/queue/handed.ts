/**
 * The text form of a message that is handed over to a consumer that waits, as a blocking read brings it. `lua/include/handed.lua`
 * says what stands where.
 */
import { FORMAT } from "../scripts/format.js";
import { type ReadParcel, readHandedParcel, readParcel } from "./parcel.js";
import { tokenStem } from "./token.js";

/** A text that was handed over, taken apart. */
export interface HandedText {
  readonly parcel: ReadParcel;
  /** The beginning of its token. */
  readonly stem: string;
  /** When it was leased, by the server's clock. */
  readonly atMs: number;
  /** For how long it is leased. */
  readonly leaseMs: number;
}

/** Stands before a whole parcel, which a follower has: it was enqueued at another time. */
const WHOLE = "+";
/** Order, length of the lease, moment, request. */
const HANDED = new RegExp(`^${FORMAT}:([0-9a-f]{10})([0-9a-f]{8})(\\d+(?:\\.\\d+)?)(h-[^\\n]*)\\n`);

/** Takes such a text apart. A text of another format, or a damaged one, is undefined: it counts as a wake-up. */
export const readHandedText = (text: string): HandedText | undefined => {
  const match = HANDED.exec(text);
  if (match === null) return undefined;
  const [head, order = "", length = "", moment = "", request = ""] = match;
  const atMs = msOf(moment);
  const parcel =
    text.charAt(head.length) === WHOLE
      ? readParcel(text.slice(head.length + 1))
      : readHandedParcel(text, head.length, atMs);
  return { parcel, stem: tokenStem(order, request), atMs, leaseMs: Number.parseInt(length, 16) };
};

/** A moment: seconds and microseconds parted by a dot, or the milliseconds that a test gives. */
const msOf = (moment: string): number => {
  const dot = moment.indexOf(".");
  if (dot === -1) return Number(moment);
  return Number(moment.slice(0, dot)) * 1_000 + Math.floor(Number(moment.slice(dot + 1)) / 1_000);
};
