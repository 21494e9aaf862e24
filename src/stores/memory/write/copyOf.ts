/**
 * A copy of what a store keeps, as a replica has one: whatever is done to the one never shows in the other.
 *
 * It knows no class: it copies Maps, Sets, arrays and objects with their prototypes, so a field that a class gains later is copied too. Each
 * object is copied once, however many places refer to it. It is a loop, since messages refer to each other in lines of any length.
 */
import { types } from "node:util";
import { invariant } from "../../../core/invariant.js";

export interface CopyOptions {
  /** What stands in the copy for this object. Undefined: its own copy. `copied` answers the copies of others. */
  readonly instead: (value: object, copied: <A>(other: A) => A) => object | undefined;
}

/**
 * Copies everything that `root` refers to. Shared are functions, errors, and what is frozen: nobody changes them. Iterators cannot be copied:
 * the copy has undefined for them, and whoever keeps one begins anew.
 */
export const copyOf = <T extends object>(root: T, { instead }: CopyOptions): T => {
  const copies = new Map<object, object>();
  const unfilled: Array<readonly [from: object, to: object]> = [];
  const copied = <A>(value: A): A => {
    if (typeof value !== "object" || value === null) return value;
    const known = copies.get(value);
    // A copy has the type of what it is a copy of.
    if (known !== undefined) return known as A;
    if (Object.isFrozen(value) || types.isNativeError(value)) return value;
    // Whoever keeps an iterator says by its type that it may be undefined.
    if (types.isMapIterator(value) || types.isSetIterator(value)) return undefined as A;
    const stands = instead(value, copied);
    const made = stands ?? emptyOf(value);
    copies.set(value, made);
    if (stands === undefined) unfilled.push([value, made]);
    return made as A;
  };
  const copy = copied(root);
  for (let next = unfilled.pop(); next !== undefined; next = unfilled.pop()) fill(next, copied);
  return copy;
};

const emptyOf = (value: object): object => {
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  if (Array.isArray(value)) return [];
  invariant(isPlain(value), "a store keeps an object that cannot be copied by its properties");
  return Object.create(Object.getPrototypeOf(value) as object | null) as object;
};

/** Whether all that an object of this kind is stands in its properties. Others name themselves: a Date, a typed array, a timer. */
const isPlain = (value: object): boolean => Object.prototype.toString.call(value) === "[object Object]";

const fill = ([from, to]: readonly [from: object, to: object], copied: <A>(value: A) => A): void => {
  if (from instanceof Map)
    for (const [key, value] of from) (to as Map<unknown, unknown>).set(copied(key), copied(value));
  if (from instanceof Set) for (const value of from) (to as Set<unknown>).add(copied(value));
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(from)))
    Object.defineProperty(to, name, "value" in property ? { ...property, value: copied(property.value) } : property);
};
