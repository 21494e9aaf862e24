/** Opaque texts of users as Redis keeps them: UTF-8 where they have such a form. */

/** Whether it may stand as it is: a lone surrogate has no UTF-8 form, and NULs part the messages of a write. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** "0" and the text, or "2" and its JSON string. */
export const encodeText = (text: string): string => (isPlainText(text) ? `0${text}` : `2${JSON.stringify(text)}`);

/** The text that a JSON string stands for; throws where it is none. What the parser says of it would quote it, so that is not told. */
export const jsonText = (json: string): string => {
  const text = parsed(json);
  if (typeof text !== "string") throw new TypeError("no JSON string");
  return text;
};

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

/** The text that was encoded, of which the kind is its first character. */
export const decodeText = (encoded: string): string =>
  encoded.startsWith("2") ? jsonText(encoded.slice(1)) : encoded.slice(1);
