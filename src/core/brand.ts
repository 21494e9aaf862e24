/**
 * Marks by which the library knows its own values. A program may have loaded several copies of the library (two versions, a
 * bundle), and each has classes of its own; the marks are the same in all copies.
 */

/** The mark of this kind of value. */
export const brandOf = (kind: string): symbol => Symbol.for(`sluice/${kind}`);

/** Whether the value has the mark, itself or by its class. A proxy that throws when it is asked has none. */
export const hasBrand = (value: unknown, brand: symbol): boolean => asked(value, (object) => brand in object);

/** Whether the value has the mark itself, and does not inherit it. */
export const isMarked = (value: unknown, brand: symbol): boolean =>
  asked(value, (object) => Object.hasOwn(object, brand));

const asked = (value: unknown, ask: (object: object) => boolean): boolean => {
  if (typeof value !== "object" || value === null) return false;
  try {
    return ask(value);
  } catch {
    return false;
  }
};

/** Marks a prototype, or one value, by a property that does not show. */
export const mark = (value: object, brand: symbol): void => {
  Object.defineProperty(value, brand, { value: true });
};
