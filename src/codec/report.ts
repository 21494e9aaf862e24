/** Validation errors of io-ts as short sentences for people: where, and what was expected. The payload itself is never shown. */
import type { Errors } from "io-ts";
import { oneLine } from "../core/cause.js";
import { shownKey } from "./declared.js";

const LINES_MAX = 10;
/** Lines are cut, since names of codecs and messages of the user's may be of any length. */
const LINE_LENGTH_MAX = 200;

/**
 * At most ten lines of 200 characters each, like `total: expected number, got string`, and "and more" where there are more. Neither
 * the value is shown, nor a key that came with the data: for a `t.record` it is `prices.*: expected number, got string`.
 */
export const reportOf = (errors: Errors): ReadonlyArray<string> => {
  const lines = errors.slice(0, LINES_MAX).map(({ context, message, value }) => {
    const path = context
      .slice(1)
      .map(({ key }, i) => shownKey(context[i]?.type, key))
      .join(".");
    const expected = message ?? `expected ${context.at(-1)?.type.name ?? "another value"}, got ${kindOf(value)}`;
    return oneLine(`${path === "" ? "value" : path}: ${expected}`, LINE_LENGTH_MAX);
  });
  return errors.length > LINES_MAX ? [...lines, "and more"] : lines;
};

const kindOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
