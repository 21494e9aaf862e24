/** io-ts validation errors as short sentences for people: where, what was expected, never the payload itself. */
import type { Errors } from "io-ts";
import { shownKey } from "./declared.js";

const LINES_MAX = 10;

/**
 * At most ten lines like `total: expected number, got string`. Neither the text of the value is shown, nor a key that came
 * with the data: of a record `prices.*: expected number, got string`.
 */
export const reportOf = (errors: Errors): ReadonlyArray<string> => {
  const lines = errors.slice(0, LINES_MAX).map(({ context, message, value }) => {
    const path = context
      .slice(1)
      .map(({ key }, i) => shownKey(context[i]?.type, key))
      .join(".");
    const expected = message ?? `expected ${context.at(-1)?.type.name ?? "another value"}, got ${kindOf(value)}`;
    return `${path === "" ? "value" : path}: ${expected}`;
  });
  return errors.length > LINES_MAX ? [...lines, `and ${errors.length - LINES_MAX} more`] : lines;
};

const kindOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
