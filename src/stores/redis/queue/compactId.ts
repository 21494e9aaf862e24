/**
 * Message ids as the server keeps them: a UUID without its four dashes. In a message of a hundred bytes they are a
 * fortieth of all that is kept, and say nothing.
 */
import type { MessageId } from "../../../core/MessageId.js";

const WHOLE_LENGTH = 36;
const COMPACT_LENGTH = 32;

const isWhole = (id: string): boolean =>
  id.length === WHOLE_LENGTH && id[8] === "-" && id[13] === "-" && id[18] === "-" && id[23] === "-";

/** A UUID without its dashes, in its own case; any other text, as the id of an unknown record is, stays as it is. */
export const compactId = (id: string): string =>
  isWhole(id) ? id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24) : id;

/** The id that was made compact. */
export const wholeId = (compact: string): MessageId =>
  (compact.length === COMPACT_LENGTH
    ? `${compact.slice(0, 8)}-${compact.slice(8, 12)}-${compact.slice(12, 16)}-${compact.slice(16, 20)}-${compact.slice(20)}`
    : compact) as MessageId;
