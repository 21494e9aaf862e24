/**
 * Texts of users as Postgres keeps them: as they are, but for those that hold what it has no form for (NUL, lone surrogates) or what the
 * store's own replies are parted by. These stand behind a U+0001, each such unit as U+0002 and what follows.
 */

const MARK = "\u0001";
const ESCAPE = "\u0002";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are escaped
const SPECIAL = /[\0\u0001\u0002\u001d-\u001f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are escaped
const EACH = /[\0\u0001\u0002\u001d-\u001f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are escaped
const ESCAPED = /\u0002(?:u([0-9a-f]{4})|([@-_]))/g;

/** Two characters for each control character, so that a key of these alone still fits into an index; six for a lone surrogate. */
const escapeUnit = (unit: string): string => {
  const code = unit.charCodeAt(0);
  return code < 0x20 ? `${ESCAPE}${String.fromCharCode(code + 0x40)}` : `${ESCAPE}u${code.toString(16)}`;
};

const unescapeUnit = (_: string, surrogate: string | undefined, control: string | undefined): string =>
  String.fromCharCode(surrogate === undefined ? (control ?? "").charCodeAt(0) - 0x40 : Number.parseInt(surrogate, 16));

export const encodeText = (text: string): string =>
  !SPECIAL.test(text) && text.isWellFormed() ? text : `${MARK}${text.replace(EACH, escapeUnit)}`;

export const decodeText = (encoded: string): string =>
  encoded.startsWith(MARK) ? encoded.slice(1).replace(ESCAPED, unescapeUnit) : encoded;

/** Part the records and the fields of a reply. */
export const RECORD = "\u001e";
export const FIELD = "\u001f";
/** Parts the failures of a history. */
export const ITEM = "\u001d";
