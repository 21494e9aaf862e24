/** Texts of users as plain ASCII, for names that are put together of several. */

// Everything else is escaped: the separators of names and tokens, braces, and whatever is not ASCII, so that one character of
// a name is one byte, and names from user text cannot run into other names.
const PLAIN = /^[A-Za-z0-9_.@/-]*$/;

/** A text as plain ASCII, one `%XXXX` per UTF-16 unit where it must be; lone surrogates too. Different texts stay different. */
export const escapeText = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text.replace(
        /[^A-Za-z0-9_.@/-]/g,
        (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
      );

/** The text that was escaped. */
export const unescapeText = (escaped: string): string =>
  escaped.includes("%")
    ? escaped.replace(/%([0-9A-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : escaped;
