/** The length of a text in UTF-8, the unit of all size limits. */
export const utf8Length = (text: string): number => Buffer.byteLength(text, "utf8");

/**
 * The same text, in one piece. V8 keeps a concatenation as a tree until somebody reads it, and a text that has waited
 * in a queue is pieced together behind everything else: old memory that refers to new, which costs the collector most.
 */
export const flat = (text: string): string => {
  text.charCodeAt(0);
  return text;
};
