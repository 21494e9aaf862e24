/** Checks where a page is to go on: what is no `next` of a page is a typed error, and reaches no store. */
import { shown } from "../../core/options.js";
import { invalidConfig } from "../../core/SluiceError.js";
import { parseDispatchId } from "../ids.js";

/** The id of the last one of a page, or `InvalidConfig`. */
export const checkAfter = (after: string | undefined): string | undefined => {
  if (after === undefined) return undefined;
  const id = typeof after === "string" ? parseDispatchId(after) : undefined;
  if (id !== undefined) return id;
  throw refused(after);
};

/** A sort, which is that of a time, and an id. */
const PLACE = /^[!-~]{10} ([0-9a-f-]{36})$/;

/** The place of the last one of a page in the index of what is due, or `InvalidConfig`. */
export const checkPlace = (after: string | undefined): string | undefined => {
  if (after === undefined) return undefined;
  if (typeof after === "string" && parseDispatchId(PLACE.exec(after)?.[1] ?? "") !== undefined) return after;
  throw refused(after);
};

const refused = (after: unknown): Error =>
  invalidConfig("after", `after must be the next of a page of the same list, not ${shown(after)}.`);
