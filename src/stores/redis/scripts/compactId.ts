/**
 * Ids as the server keeps them: a UUID without its four dashes, which say nothing. In a message of a hundred bytes they would be a
 * fortieth of all that is kept.
 */

const WHOLE_LENGTH = 36;
const COMPACT_LENGTH = 32;

const isWhole = (id: string): boolean =>
  id.length === WHOLE_LENGTH && id[8] === "-" && id[13] === "-" && id[18] === "-" && id[23] === "-";

/** A UUID without its dashes, in its own case. Any other text, such as the id of an unknown parcel, stays as it is. */
export const compactId = (id: string): string =>
  isWhole(id) ? id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24) : id;

/** The id of a compact text. */
export const wholeId = (compact: string): string =>
  compact.length === COMPACT_LENGTH
    ? `${compact.slice(0, 8)}-${compact.slice(8, 12)}-${compact.slice(12, 16)}-${compact.slice(16, 20)}-${compact.slice(20)}`
    : compact;
