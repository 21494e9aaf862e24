/** A copy of what a user gives as data. Reading may throw anywhere (getters, proxies), and may have no end; here alone it is touched. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { CONFIG_LENGTH_MAX } from "./limits.js";

/** More values, and more of them within each other, than any config within the other limits has. */
const VALUES_MAX = 200_000;
const DEPTH_MAX = 1_000;

/** Plain objects and arrays, without what is undefined; or why there is no copy. Anything else stays as it is. */
export const plainCopy = (given: unknown): Either<string, unknown> => {
  try {
    return right(copied({ values: 0, length: 0 }, given, 0));
  } catch (cause) {
    return left(cause instanceof TooLarge ? cause.message : "cannot be read, since a getter or a proxy of it throws");
  }
};

class TooLarge extends Error {}

interface Size {
  values: number;
  length: number;
}

const copied = (size: Size, given: unknown, depth: number): unknown => {
  size.values++;
  if (size.values > VALUES_MAX) throw new TooLarge(`has more than ${VALUES_MAX} values`);
  if (depth > DEPTH_MAX) throw new TooLarge(`is nested deeper than ${DEPTH_MAX} values`);
  if (typeof given === "string") counted(size, given);
  if (typeof given !== "object" || given === null) return given;
  if (Array.isArray(given)) return Array.from(given, (part: unknown) => copied(size, part, depth + 1));
  // Without a prototype, `__proto__` is a name like any other.
  const copy = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    counted(size, name);
    const part = (given as Readonly<Record<string, unknown>>)[name];
    if (part !== undefined) copy[name] = copied(size, part, depth + 1);
  }
  return copy;
};

const counted = (size: Size, text: string): void => {
  size.length += text.length;
  if (size.length > CONFIG_LENGTH_MAX)
    throw new TooLarge(`has more than ${CONFIG_LENGTH_MAX} characters in its texts and names`);
};
