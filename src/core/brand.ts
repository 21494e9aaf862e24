/**
 * Marks by which values of ours are known again. A class is another one in each copy of the library that a program has loaded
 * (two versions, a bundle); these marks are the same in all.
 */

/** The mark of this kind of value. */
export const brandOf = (kind: string): symbol => Symbol.for(`sluice/${kind}`);

/** Whether the value bears the mark, itself or by its class. A proxy that throws when it is asked bears none. */
export const hasBrand = (value: unknown, brand: symbol): boolean => asked(value, (object) => brand in object);

/** Whether the value itself bears the mark: what inherits from it does not. */
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

/** Marks a class, or one value, where it does not show. */
export const mark = (value: object, brand: symbol): void => {
  Object.defineProperty(value, brand, { value: true });
};
