/**
 * Tells names that a codec declares from keys that came with the data. The keys of a `t.record` may be e-mail addresses or account
 * numbers, which belong in no log.
 */

/** The properties of an io-ts codec that are read here. A codec without a known tag declares nothing that can be seen. */
interface Codec {
  readonly _tag?: string;
  readonly props?: Readonly<Record<string, Codec>>;
  readonly type?: Codec;
  readonly types?: ReadonlyArray<Codec>;
  readonly domain?: Codec;
  readonly codomain?: Codec;
  readonly keys?: object;
  readonly value?: unknown;
}

/** Stands in the place of a key that came with the data. */
const HIDDEN = "*";

const wrappers: ReadonlySet<string | undefined> = new Set([
  "RefinementType",
  "ReadonlyType",
  "ExactType",
  "RecursiveType",
]);
const positional: ReadonlySet<string | undefined> = new Set([
  "ArrayType",
  "ReadonlyArrayType",
  "TupleType",
  "UnionType",
  "IntersectionType",
]);

/** A key from the path of an error, as a codec put it there: as it is where the codec declares it, else hidden. */
export const shownKey = (parent: object | undefined, key: string): string => {
  const codec = unwrapped(parent);
  if (codec === undefined) return HIDDEN;
  return (positional.has(codec._tag) ? /^\d+$/.test(key) : declares(codec, key)) ? key : HIDDEN;
};

/** A name of a property: as it is where the codec or any part of it declares it, else hidden. */
export const shownName = (codec: object, name: string): string => (mentions(codec, name, new Set()) ? name : HIDDEN);

const unwrapped = (codec: Codec | undefined): Codec | undefined =>
  codec !== undefined && wrappers.has(codec._tag) ? unwrapped(codec.type) : codec;

const declares = ({ _tag, props, domain }: Codec, key: string): boolean => {
  if (_tag === "DictionaryType") return domain !== undefined && enumerates(domain, key);
  return props !== undefined && Object.hasOwn(props, key);
};

/** Whether the domain of a `t.record` lists its keys, and this one is among them. */
const enumerates = ({ _tag, keys, types, value }: Codec, key: string): boolean => {
  if (_tag === "KeyofType") return keys !== undefined && Object.hasOwn(keys, key);
  if (_tag === "UnionType") return types?.some((each) => enumerates(each, key)) ?? false;
  return _tag === "LiteralType" && value === key;
};

const mentions = (codec: Codec, name: string, seen: Set<Codec>): boolean => {
  if (seen.has(codec)) return false;
  seen.add(codec);
  const { props = {}, type, types = [], codomain } = codec;
  const parts = [...Object.values(props), ...types, type, codomain];
  return declares(codec, name) || parts.some((part) => part !== undefined && mentions(part, name, seen));
};
