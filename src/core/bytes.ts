/** The length of a text in UTF-8, the unit of all size limits. */
export const utf8Length = (text: string): number => Buffer.byteLength(text, "utf8");

/**
 * The same text, in one piece. V8 keeps a concatenation as a tree until somebody reads it. Where a text has waited in a queue
 * before that, old memory then refers to the new text, and that costs the garbage collector most.
 */
export const flat = (text: string): string => {
  text.charCodeAt(0);
  return text;
};
