/** The length of a text in UTF-8, the unit of all size limits. */
export const utf8Length = (text: string): number => Buffer.byteLength(text, "utf8");
