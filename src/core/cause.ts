/** A cause of failure as one short line of text, for dead letters and events: never the payload, never unbounded. */

/** The most characters that a described cause has. */
export const CAUSE_LENGTH_MAX = 256;

/** Describes any thrown or returned thing: an error by name and message, a tagged value by its tag, text as it is. */
export const describeCause = (cause: unknown): string => {
  const text = textOf(cause).replace(/\s+/gu, " ").trim();
  return text.length > CAUSE_LENGTH_MAX ? `${text.slice(0, CAUSE_LENGTH_MAX - 1).replace(HALF_CHARACTER, "")}…` : text;
};

/** A lead surrogate at the end of a text that was cut. */
const HALF_CHARACTER = /[\ud800-\udbff]$/;

const textOf = (cause: unknown): string => {
  if (typeof cause === "string") return cause;
  if (cause instanceof Error) return cause.message === "" ? cause.name : `${cause.name}: ${cause.message}`;
  if (typeof cause !== "object" || cause === null) return String(cause);
  const { _tag, message } = cause as { readonly _tag?: unknown; readonly message?: unknown };
  const parts = [_tag, message].filter((part) => typeof part === "string");
  return parts.length > 0 ? parts.join(": ") : "an object without a message";
};
