/** Finds the types of the events of a union: the texts that its codec allows at the tag, and which member has which. */
import type { Type } from "io-ts";

/** The properties of an io-ts codec that are read here. A codec without a known tag tells nothing. */
interface Codec {
  readonly _tag?: string;
  readonly props?: Readonly<Record<string, Codec>>;
  readonly type?: Codec;
  readonly types?: ReadonlyArray<Codec>;
  readonly keys?: object;
  readonly value?: unknown;
}

type Texts = ReadonlyArray<string> | undefined;

/**
 * For each type the member of the union that alone has it; where several have it, or the union stands within another codec, that whole
 * codec. Undefined where the codec does not tell its types.
 */
export const typesOf = (
  codec: Type<unknown, unknown>,
  tag: string,
): ReadonlyMap<string, Type<unknown, unknown>> | undefined => {
  const found = new Map<string, Type<unknown, unknown>>();
  for (const member of membersOf(codec as object, new Set())) {
    const types = typesAt(member, tag, new Set());
    if (types === undefined) return undefined;
    // A member is a codec of io-ts as its union is.
    for (const type of types) found.set(type, found.has(type) ? codec : (member as Type<unknown, unknown>));
  }
  return found.size === 0 ? undefined : found;
};

/** The members of a union, and of unions in it. */
const membersOf = (codec: Codec, seen: Set<Codec>): ReadonlyArray<Codec> => {
  if (seen.has(codec)) return [];
  seen.add(codec);
  if (codec._tag === "UnionType") return (codec.types ?? []).flatMap((member) => membersOf(member, seen));
  if (codec._tag === "RecursiveType" && codec.type !== undefined) return membersOf(codec.type, seen);
  return [codec];
};

/** The texts that may stand at the tag; undefined where that is not known. */
const typesAt = (codec: Codec, tag: string, seen: Set<Codec>): Texts => {
  if (seen.has(codec)) return undefined;
  seen.add(codec);
  const { _tag, props = {}, type, types = [] } = codec;
  switch (_tag) {
    case "InterfaceType":
      return Object.hasOwn(props, tag) ? textsOf(props[tag]) : undefined;
    case "ExactType":
    case "RefinementType":
    case "ReadonlyType":
    case "RecursiveType":
      return type && typesAt(type, tag, seen);
    case "UnionType":
      return all(types.map((member) => typesAt(member, tag, seen)));
    case "IntersectionType":
      return common(types.map((part) => typesAt(part, tag, seen)));
    default:
      return undefined;
  }
};

/** The texts that a codec of one text allows; undefined where it is not one of such a list. */
const textsOf = (codec: Codec | undefined): Texts => {
  switch (codec?._tag) {
    case "LiteralType":
      return typeof codec.value === "string" ? [codec.value] : undefined;
    case "KeyofType":
      return Object.keys(codec.keys ?? {});
    case "UnionType":
      return all((codec.types ?? []).map(textsOf));
    case "IntersectionType":
      return common((codec.types ?? []).map(textsOf));
    case "RefinementType":
    case "ReadonlyType":
      return textsOf(codec.type);
    default:
      return undefined;
  }
};

/** Of alternatives: what each of them allows, where all tell it. */
const all = (texts: ReadonlyArray<Texts>): Texts =>
  texts.every((one) => one !== undefined) ? [...new Set(texts.flat())] : undefined;

/** Of parts that all hold: what all of those that tell it allow. */
const common = (texts: ReadonlyArray<Texts>): Texts => {
  const [first, ...rest] = texts.filter((one) => one !== undefined);
  return first?.filter((text) => rest.every((other) => other.includes(text)));
};
