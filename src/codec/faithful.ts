/**
 * Finds what JSON would lose without a word. `JSON.stringify` empties a Map, an error or an iterator. It makes `null` of NaN, of
 * an invalid Date and of a hole in an array, it makes an object of indexes of a typed array, and it leaves out functions. Its text
 * does not tell these from values that are meant so; therefore the encoded value is walked as well.
 */
import { oneLine } from "../core/cause.js";
import { shownName } from "./declared.js";

const LOSSES_MAX = 10;

/** The places at which the JSON of this value would lose something, as lines for people; undefined where there are none. */
export const lossesOf = (codec: object, encoded: unknown): ReadonlyArray<string> | undefined => {
  if (isPlain(encoded)) return undefined;
  const losses: Array<string> = [];
  look({ codec, losses }, encoded, { holder: undefined, name: "" });
  return losses.length > 0 ? losses : undefined;
};

/**
 * Whether a value consists of texts, finite numbers, booleans, null, plain objects and arrays alone. Nearly every payload does, and
 * this check costs a tenth of its `JSON.stringify`.
 */
const isPlain = (value: unknown): boolean => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || isPlainObject(value);
    default:
      return false;
  }
};

const isPlainObject = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) {
    for (const name in value) {
      const part = (value as Readonly<Record<string, unknown>>)[name];
      if (name === "__proto__" || (part !== undefined && !isPlain(part))) return false;
    }
    return true;
  }
  if (prototype !== Array.prototype || !Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) if (!isPlain(value[i])) return false;
  return true;
};

interface Looking {
  readonly codec: object;
  readonly losses: Array<string>;
}

/** Where a value stands: in which object or array, if in any, and under which name. */
interface Place {
  readonly holder: object | undefined;
  readonly name: string;
}

/** Looks at a value as JSON does: where it has a `toJSON`, at the answer of that, whose own `toJSON` is not called. */
const look = (looking: Looking, given: unknown, place: Place): void => {
  const { codec, losses } = looking;
  const { holder, name } = place;
  if (losses.length >= LOSSES_MAX) return;
  const lost = (what: string): void => {
    losses.push(`${whereIs(codec, place)}: ${what}`);
  };
  const value = jsonOf(given, name);
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) lost(`${value} has no JSON form`);
      return;
    case "undefined":
      if (given !== undefined) lost("its toJSON answers undefined");
      else if (Array.isArray(holder)) lost("undefined has no JSON form in an array");
      return;
    case "function":
    case "symbol":
      // `toJSON` itself, which was called just now, is no data.
      if (Array.isArray(holder)) lost(`${typeof value} has no JSON form in an array`);
      else if (name !== "toJSON") lost(`a ${typeof value} has no JSON form`);
      return;
    case "object":
      if (value === null) {
        if (given instanceof Date || tagOf(given) === "Date") lost("an invalid Date has no JSON form");
      } else lookInside(looking, lost, value);
      return;
    case "string":
    case "boolean":
    case "bigint":
      return;
  }
};

const lookInside = (looking: Looking, lost: (what: string) => void, value: object): void => {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) look(looking, value[i], { holder: value, name: String(i) });
    return;
  }
  const boxed = unboxed(value);
  if (boxed !== undefined) {
    if (typeof boxed === "number" && !Number.isFinite(boxed)) lost(`${boxed} has no JSON form`);
    return;
  }
  const kind = hollow(value);
  if (kind !== undefined) {
    lost(`a ${oneLine(kind, 40)} has no JSON form`);
    return;
  }
  for (const [name, part] of Object.entries(value)) {
    if (name === "__proto__") looking.losses.push("a property may not be named __proto__");
    else look(looking, part, { holder: value, name });
  }
};

const jsonOf = (value: unknown, name: string): unknown => {
  if ((typeof value !== "object" || value === null) && typeof value !== "bigint") return value;
  const { toJSON } = value as { readonly toJSON?: unknown };
  return typeof toJSON === "function" ? (toJSON.call(value, name) as unknown) : value;
};

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** What JSON writes for the object of a number, text or boolean; undefined for all other objects. */
const unboxed = (value: object): unknown => {
  const type = boxes.find((box) => value instanceof box || tagOf(value) === box.name);
  try {
    // Throws for an object that is only tagged so.
    (type?.prototype.valueOf as ((this: object) => unknown) | undefined)?.call(value);
    return type?.(value);
  } catch {
    return undefined;
  }
};

const boxes = [Number, String, Boolean] as const;

/** The tags of objects whose whole content JSON sees. */
const open: ReadonlySet<string> = new Set(["Object", "Array", "Number", "String", "Boolean", "Arguments"]);

/**
 * The kind of an object that keeps its content where JSON does not look; undefined for all others. Such an object descends from a
 * class of the language other than Object, or has another tag and no enumerable property, or is an iterator by its tag.
 */
const hollow = (value: object): string | undefined => {
  const tag = tagOf(value);
  const base = nativeBase(value);
  if (base !== undefined) return open.has(tag) ? base : tag;
  return open.has(tag) || (Object.keys(value).length > 0 && !/(?:Iterator|Generator)$/.test(tag)) ? undefined : tag;
};

/** The name of the class of the language or platform that an object descends from; undefined where that is Object. */
const nativeBase = (value: object): string | undefined => {
  let depth = 0;
  for (let one = prototypeOf(value); one !== undefined && depth < 100; one = prototypeOf(one)) {
    const made: unknown = Object.getOwnPropertyDescriptor(one, "constructor")?.value;
    if (typeof made === "function" && NATIVE.test(Function.prototype.toString.call(made)))
      return made.name === "Object" ? undefined : made.name;
    depth += 1;
  }
  return undefined;
};

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

const prototypeOf = (value: object): object | undefined => (Object.getPrototypeOf(value) as object | null) ?? undefined;

const whereIs = (codec: object, { holder, name }: Place): string => {
  if (holder === undefined) return "value";
  return Array.isArray(holder) ? `[${name}]` : shownName(codec, name);
};
