/** The text form of a message that is set aside, blocked or dead; `lua/include/shelf.lua` says what stands where. */
import type { StoredMessage } from "../../../port/Inspect.js";
import { readParcel, storedOf } from "./parcel.js";

const POSITION_LENGTH = 10;
const NOTE = 21;
const SCOPE_AND_ORIGIN_LENGTH = 14;

/** An entry taken apart. */
export interface Shelved {
  readonly position: number;
  readonly atMs: number;
  /** The cause of a dead letter; for a blocked message see `readBlockNote`. */
  readonly note: string;
  readonly stored: StoredMessage;
}

export const readShelved = (entry: string): Shelved => {
  const end = entry.indexOf("\n", NOTE);
  return {
    position: Number.parseInt(entry.slice(0, POSITION_LENGTH), 16),
    atMs: Number.parseInt(entry.slice(POSITION_LENGTH, NOTE), 16),
    note: entry.slice(NOTE, end),
    stored: storedOf(readParcel(entry.slice(end + 1))),
  };
};

/** What a blocked message blocks, and the cause as a JSON string. */
export const readBlockNote = (note: string): { readonly scope: "key" | "queue"; readonly cause: string } => ({
  scope: note.startsWith("q") ? "queue" : "key",
  cause: note.slice(SCOPE_AND_ORIGIN_LENGTH),
});
