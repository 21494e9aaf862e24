/** The table of fates of a value, once more: what of it arrives, apart from how the library does it. */
import * as fc from "fast-check";

/** Values of all kinds, such as JSON keeps and such as it loses. */
export const anything: fc.Arbitrary<unknown> = fc.anything({
  maxDepth: 3,
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  values: [
    fc.constantFrom<unknown>(
      "x",
      1,
      -0,
      Number.NaN,
      null,
      undefined,
      Symbol("s"),
      new Date(Number.NaN),
      new Error("e"),
    ),
    fc.func(fc.anything()),
    fc.string(),
  ],
});

/** What stands for a value that is refused. */
export const LOST: unique symbol = Symbol("lost");

/** The table of fates, once more, for the values that fast-check makes. */
export const byTheTable = (value: unknown, isPart = false): unknown => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : LOST;
  if (value === undefined) return isPart ? undefined : LOST;
  if (typeof value !== "object") return LOST;
  if (value instanceof Number || value instanceof String || value instanceof Boolean)
    return byTheTable(value.valueOf());
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? LOST : value.toISOString();
  if (Array.isArray(value)) {
    const items = Array.from(value as ReadonlyArray<unknown>, (item) => byTheTable(item));
    return items.includes(LOST) ? LOST : items;
  }
  if (Object.getPrototypeOf(value) !== null && Object.getPrototypeOf(value) !== Object.prototype) return LOST;
  const parts: Array<[string, unknown]> = Object.entries(value).map(([name, part]) => [name, byTheTable(part, true)]);
  if (parts.some(([name, part]) => name === "__proto__" || part === LOST)) return LOST;
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined));
};
