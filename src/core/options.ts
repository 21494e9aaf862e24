/** Checks of options. What is out of range is refused at construction, by a sentence that says what to change. */
import { describeCause, oneLine } from "./cause.js";
import { type InvalidConfig, invalidConfig } from "./SluiceError.js";

/** Every option may be left out or be an explicit `undefined`. */
export type Options<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A range of numbers, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The longest time of a timer or a lease (milliseconds): 24 days, somewhat less than a 32-bit timer can hold. */
export const DURATION_MS_MAX: number = 24 * 24 * 60 * 60 * 1000;

/** From 0 to the longest time. */
export const duration: Range = { min: 0, max: DURATION_MS_MAX };

/** The longest time until a message is due (milliseconds): ten years. Due times stand in the store, not in a timer. */
export const DELAY_MS_MAX: number = 10 * 365 * 24 * 60 * 60 * 1000;

/** A refused value, for a message. A text is in quotes, so that "5" is told from 5. Any value may be given. */
export const shown = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(oneLine(value, 200)) : describeCause(value);

/**
 * Reads each of these options once. The object is the user's, so a getter or a proxy may throw: that is `InvalidConfig` with the
 * name of the option. What was thrown is not shown, since it may quote anything.
 */
export const optionsOf = <O extends object, K extends keyof O & string>(
  options: O,
  names: ReadonlyArray<K>,
  called = "options",
): Pick<O, K> => {
  if (typeof options !== "object" || (options as O | null) === null)
    throw invalidConfig(called, `${called} must be an object, not ${shown(options)}.`);
  const read: Partial<Pick<O, K>> = {};
  for (const name of names) {
    try {
      read[name] = options[name];
    } catch {
      throw unreadable(name);
    }
  }
  return read as Pick<O, K>;
};

/** The refusal of an option that throws when it is read. */
export const unreadable = (option: string): InvalidConfig =>
  invalidConfig(option, `${option} cannot be read, since a getter or a proxy of it throws; give plain values.`);

/** A whole number within the range, or `InvalidConfig`. */
export const wholeNumber = (option: string, value: number, { min, max }: Range): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidConfig(option, `${option} must be a whole number from ${min} to ${max}, not ${shown(value)}.`);
};

/** A number within the range, fractions allowed, or `InvalidConfig`. `Infinity` passes where the range includes it. */
export const realNumber = (option: string, value: number, { min, max }: Range): number => {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw invalidConfig(option, `${option} must be a number from ${min} to ${max}, not ${shown(value)}.`);
};

/** A function, or `InvalidConfig`. */
export const callable = <F>(option: string, value: F): F => {
  if (typeof value === "function") return value;
  throw invalidConfig(option, `${option} must be a function, not ${shown(value)}.`);
};

/** One of the words, or `InvalidConfig`. */
export const oneOf = <W extends string>(option: string, value: W, words: ReadonlyArray<W>): W => {
  if (words.includes(value)) return value;
  throw invalidConfig(option, `${option} must be one of ${words.join(", ")}, not ${shown(value)}.`);
};

/** The refusal of a value that is no outcome, though one is needed. An object that looks like one (from JSON, say) is none. */
export const notAnOutcome = (option: string): InvalidConfig =>
  invalidConfig(option, `${option} must be an Outcome: Ack, or what Retry, Release, Reject or Block has made.`);

// Names become parts of names on Redis. What could break out of one, out of a hash tag or of a log line is refused, not escaped.
const NAME = /^[\p{L}\p{N}_.:@/-]{1,128}$/u;

/** A name of 1 to 128 letters, digits and `_ . : @ / -`, or `InvalidConfig`. */
export const wellFormedName = (option: string, value: string): string => {
  if (typeof value === "string" && NAME.test(value)) return value;
  throw invalidConfig(
    option,
    `${option} must have 1 to 128 characters, letters, digits and _ . : @ / - only (no braces, spaces or line breaks), not ${shown(value)}.`,
  );
};
