/**
 * Decoding that stops at its eleventh error. An io-ts codec gathers all errors of a value, each with its whole context, and copies
 * them at each node on the way up. A union does so for each member: for 200,000 elements that fit none of twenty members it took
 * 13 s and 3.4 GB, to show ten lines.
 *
 * So each combinator of a codec is made once more, by io-ts itself and so with the same meaning. Its parts note their errors
 * here, and throw once there are enough. A combinator is known by its class and by the text of its `validate`. Any other codec (the
 * user's own) is taken as it is, with all the errors that it gathers.
 */
import { type Either, isLeft, left } from "fp-ts/lib/Either.js";
import * as t from "io-ts";

/** How many errors are gathered: one more than a report shows, so that it can say "and more". */
export const ERRORS_MAX = 11;

type Codec = t.Mixed;
type Validate = t.Validate<unknown, unknown>;

/** The same as `codec.decode(value)`, with no more than the first errors. */
export const decodeBounded = <A>(codec: t.Type<A, unknown>, value: unknown): Either<t.Errors, A> => {
  const bounded = roots.get(codec) ?? rootOf(codec);
  if (bounded === codec) return codec.decode(value);
  // The bounded codec decodes to the same value as the codec: the same combinators made both.
  return gathering(bounded, value, [{ key: "", type: bounded, actual: value }]) as Either<t.Errors, A>;
};

/** The errors of the decoding under way. */
let errors: Array<t.ValidationError> | undefined;

/** Thrown where enough errors were gathered. No codec of the user's stands between the throw and the catch, so nobody sees it. */
const enough = new Error("enough errors");

/** Runs a part with a list of errors of its own. Where these become enough, they are its answer. */
const gathering = (codec: Codec, value: unknown, context: t.Context): t.Validation<unknown> => {
  const outer = errors;
  errors = undefined;
  try {
    return codec.validate(value, context);
  } catch (cause) {
    if (cause !== enough) throw cause;
    return left(errors ?? []);
  } finally {
    errors = outer;
  }
};

const note = (found: t.Errors): void => {
  errors ??= [];
  // exact and refinement hand up the errors of their part as they are: these were noted already.
  if (found[0] === errors.at(-1)) return;
  for (const error of found) {
    errors.push(error);
    if (errors.length >= ERRORS_MAX) throw enough;
  }
};

/** By which codec each codec is decoded: by itself, where it is none of io-ts's own. */
const roots = new WeakMap<object, Codec>();

const rootOf = (codec: Codec): Codec => {
  const root = isOwn(codec) ? boundedOf(codec) : codec;
  roots.set(codec, root);
  return root;
};

const known = new WeakMap<object, Codec>();

const boundedOf = (codec: Codec): Codec => {
  const before = known.get(codec);
  if (before !== undefined) return before;
  if (codec instanceof t.RecursiveType && isOwn(codec)) {
    // Made before its parts are looked at, since it is one of them.
    const again: Codec = t.recursion(codec.name, () => boundedOf((codec as t.RecursiveType<Codec>).type));
    const made = sameText(codec, again) ? again : noting(codec);
    known.set(codec, made);
    return made;
  }
  const made = remade(codec);
  known.set(codec, made);
  return made;
};

const remade = (codec: Codec): Codec => {
  if (isOwn(codec)) {
    if (codec instanceof t.UnknownType || codec instanceof t.AnyType) return codec;
    if (codec instanceof t.ReadonlyType && codec.validate === partOf(codec).validate)
      return withValidate(codec, boundedOf(partOf(codec)).validate);
    const again = combined(codec);
    if (again !== undefined && sameText(codec, again)) return isUntagged(again) ? askingEach(again) : notingOwn(again);
  }
  return noting(codec);
};

/** The combinator made once more, of bounded parts; undefined where the codec is no combinator. */
const combined = (codec: Codec): Codec | undefined => {
  const { name } = codec;
  if (codec instanceof t.ArrayType) return t.array(boundedOf(partOf(codec)), name);
  if (codec instanceof t.ReadonlyArrayType) return t.readonlyArray(boundedOf(partOf(codec)), name);
  if (codec instanceof t.InterfaceType) return t.type(mapProps(codec, boundedOf), name);
  // An absent property stays absent, whatever its codec makes of undefined.
  if (codec instanceof t.PartialType) return t.partial(mapProps(codec, unlessUndefined), name);
  if (codec instanceof t.ExactType) return t.exact(boundedOf(partOf(codec)) as t.HasProps, name);
  if (codec instanceof t.TupleType) return t.tuple(typesOf(codec).map(boundedOf) as [Codec, Codec], name);
  if (codec instanceof t.IntersectionType) return t.intersection(typesOf(codec).map(boundedOf) as [Codec, Codec], name);
  if (codec instanceof t.UnionType) return t.union(typesOf(codec).map(boundedOf) as [Codec, Codec], name);
  if (codec instanceof t.RefinementType) {
    const { predicate } = codec as t.RefinementType<Codec>;
    return t.refinement(boundedOf(partOf(codec)), predicate, name);
  }
  if (codec instanceof t.DictionaryType) {
    const { domain, codomain } = codec as t.DictionaryType<t.Type<string>, Codec>;
    return t.record(domain, boundedOf(codomain), name);
  }
  return undefined;
};

/** Whether it asks one member after the other. A tagged union asks one member alone, whose errors are those of the union. */
const isUntagged = (codec: Codec): boolean => codec instanceof t.UnionType && !(codec instanceof t.TaggedUnionType);

/** A union of bounded members. Each member has a list of errors of its own; they count once all members have failed. */
const askingEach = (union: Codec): Codec => {
  const members = typesOf(union);
  return withValidate(union, (value, context) => {
    const all: Array<t.ValidationError> = [];
    for (let i = 0; i < members.length; i++) {
      const member = members[i] as Codec;
      const own = gathering(member, value, t.appendContext(context, String(i), member, value));
      if (!isLeft(own)) return own;
      if (all.length < ERRORS_MAX) all.push(...own.left);
    }
    note(all);
    return left(all);
  });
};

const unlessUndefined = (codec: Codec): Codec => {
  const bounded = boundedOf(codec);
  return withValidate(bounded, (value, context) => (value === undefined ? codec : bounded).validate(value, context));
};

/** A codec that is no combinator: notes all errors that it finds. */
const noting = (codec: Codec): Codec =>
  withValidate(codec, (value, context) => {
    const decoded = codec.validate(value, context);
    if (isLeft(decoded)) note(decoded.left);
    return decoded;
  });

/** A combinator: notes the errors of its own place alone, since its parts have noted theirs. */
const notingOwn = (codec: Codec): Codec =>
  withValidate(codec, (value, context) => {
    const decoded = codec.validate(value, context);
    if (isLeft(decoded) && decoded.left[0]?.context === context) note(decoded.left);
    return decoded;
  });

/** The same codec, with the same class and parts, and another `validate`. */
const withValidate = <C extends Codec>(codec: C, validate: Validate): C =>
  Object.assign(Object.create(Object.getPrototypeOf(codec) as object) as C, codec, { validate });

const mapProps = (codec: Codec, change: (codec: Codec) => Codec): Record<string, Codec> =>
  Object.fromEntries(
    Object.entries((codec as t.InterfaceType<Record<string, Codec>>).props).map(([name, part]) => [name, change(part)]),
  );

const partOf = (codec: Codec): Codec => (codec as t.ArrayType<Codec>).type;
const typesOf = (codec: Codec): ReadonlyArray<Codec> => (codec as t.UnionType<Array<Codec>>).types;

/** Whether it is one of io-ts's own, with the `decode` of its class. */
const isOwn = (codec: Codec): boolean => codec instanceof t.Type && codec.decode.name === t.string.decode.name;

const sameText = (codec: Codec, again: Codec): boolean => String(codec.validate) === String(again.validate);
