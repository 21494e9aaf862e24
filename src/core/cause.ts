/**
 * A cause of failure as one short line of text, for dead letters and events: never the payload, never unbounded.
 *
 * A cause is a value of the user's: any part of it may throw when it is read (getters, proxies, `toString`), be of any length, or
 * refer back to the cause. So each part is read by itself, within a guard, and a part that cannot be read is left out.
 */

/** The most characters that a described cause has. */
export const CAUSE_LENGTH_MAX = 256;
/** How many causes of causes are followed, and how many errors of an AggregateError. */
const DEPTH_MAX = 4;
const BRANCHES_MAX = 3;
/** How many characters of each text are read, before consecutive spaces become one. */
const TEXT_LENGTH_MAX = 4 * CAUSE_LENGTH_MAX;

/**
 * Describes any thrown or returned thing, and never throws: an error by name and message, a tagged value by its tag, text as
 * it is. The `cause` of an error, or its `errors`, stand behind it in brackets.
 */
export const describeCause = (cause: unknown): string => line(() => textOf(cause, { names: "all", above: [] }));

/** The same without the name of an error that has a message, for use within a sentence. */
export const describeMessage = (cause: unknown): string => line(() => textOf(cause, { names: "needed", above: [] }));

/** Any text as one line of at most `lengthMax` characters. */
export const oneLine = (text: string, lengthMax: number): string => {
  const short = text
    .slice(0, 4 * lengthMax)
    .replace(/\s+/gu, " ")
    .trim();
  const cut = short.length > lengthMax || text.length > 4 * lengthMax;
  return cut ? `${short.slice(0, lengthMax - 1).replace(HALF_CHARACTER, "")}…` : short;
};

/** A lead surrogate at the end of a text that was cut. */
const HALF_CHARACTER = /[\ud800-\udbff]$/;

const line = (text: () => string): string => {
  try {
    return oneLine(text(), CAUSE_LENGTH_MAX);
  } catch {
    return "a cause that cannot be read";
  }
};

interface Way {
  /** Which errors are told by name: all; those that are not simply called "Error"; or those that say nothing else. */
  readonly names: "all" | "special" | "needed";
  /** The causes that led here. */
  readonly above: ReadonlyArray<object>;
}

const textOf = (cause: unknown, way: Way): string => {
  switch (typeof cause) {
    case "string":
      return cause;
    case "symbol":
      return `Symbol(${cause.description?.slice(0, TEXT_LENGTH_MAX) ?? ""})`;
    case "bigint":
      return -BIG < cause && cause < BIG ? String(cause) : "a bigint of many digits";
    case "function":
      return "a function";
    case "object":
      return cause === null ? "null" : objectText(cause, way);
    default:
      return String(cause);
  }
};

/** To write the digits of a bigint takes more than linear time. */
const BIG = 10n ** 40n;

const objectText = (cause: object, way: Way): string => {
  const own = isError(cause) ? errorText(cause, way) : partsOf(cause, ["_tag", "code", "message", "msg"]).join(": ");
  const inner = innerText(cause, { names: "special", above: [...way.above, cause] });
  if (inner === "" || own.includes(inner)) return own === "" ? "an object without a message" : own;
  return own === "" ? inner : `${own} (${inner})`;
};

const errorText = (error: object, { names }: Way): string => {
  const [name = "Error"] = partsOf(error, ["name"]);
  const [said] = partsOf(error, ["message", "code"]);
  if (said === undefined) return names === "needed" && gathers(error) ? "" : name;
  return names === "needed" || (names === "special" && name === "Error") ? said : `${name}: ${said}`;
};

/** Whether an error without a message has inner errors that are told in its place, as an AggregateError may. */
const gathers = (error: object): boolean => innersOf(error).length > 0;

const innerText = (cause: object, way: Way): string => {
  if (way.above.length > DEPTH_MAX) return "";
  const texts = innersOf(cause)
    .filter((inner) => !way.above.some((one) => one === inner))
    .map((inner) => guarded(() => textOf(inner, way)) ?? "");
  return texts.filter((text) => text !== "").join("; ");
};

const innersOf = (cause: object): ReadonlyArray<unknown> =>
  guarded(() => {
    const inner = read(cause, "cause");
    if (inner !== undefined && inner !== null) return [inner];
    const errors = read(cause, "errors");
    return Array.isArray(errors) ? Array.from<unknown>(errors.slice(0, BRANCHES_MAX)) : [];
  }) ?? [];

/** The values of these properties, where they are texts that are not blank. A `code` may be a number. */
const partsOf = (cause: object, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.flatMap((name) => {
    const part = read(cause, name);
    if (typeof part === "number" && name === "code") return [String(part)];
    return typeof part === "string" && part.trim() !== "" ? [part.slice(0, TEXT_LENGTH_MAX)] : [];
  });

const read = (cause: object, name: string): unknown =>
  guarded(() => (cause as Readonly<Record<string, unknown>>)[name]);

const isError = (cause: object): boolean => guarded(() => cause instanceof Error) ?? false;

const guarded = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch {
    return undefined;
  }
};
