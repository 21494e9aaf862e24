/** Parts of the codec of routes: what io-ts's own would take too lightly (other fields), or report too broadly. */
import { isLeft, left } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { oneLine } from "../../core/cause.js";
import { FAULTS_MAX } from "./limits.js";

/** What is wrong with a value, or undefined. */
type Complaint = string | undefined;

/** A codec of this name which takes what nobody complains about. */
export const checkedBy = <A>(name: string, complain: (value: unknown) => Complaint): t.Type<A, A, unknown> => {
  const is = (value: unknown): value is A => complain(value) === undefined;
  return new t.Type<A, A, unknown>(
    name,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context, complain(value) ?? "")),
    t.identity,
  );
};

export interface Fields {
  readonly required: Readonly<Record<string, t.Mixed>>;
  readonly optional: Readonly<Record<string, t.Mixed>>;
}

/** Unknown fields that are told of one object. */
const UNKNOWN_MAX = 10;

/** An object of these fields and no others, which comes out with its fields in this order. */
export const validateFields = <A>(
  { required, optional }: Fields,
  value: unknown,
  context: t.Context,
): t.Validation<A> => {
  if (!isObject(value)) return t.failure(value, context, `must be an object, not ${kindOf(value)}`);
  const errors: Array<t.ValidationError> = [];
  const decoded: Record<string, unknown> = {};
  for (const [name, codec] of [...Object.entries(required), ...Object.entries(optional)]) {
    const at = t.appendContext(context, name, codec, value[name]);
    if (value[name] === undefined) {
      if (Object.hasOwn(required, name)) errors.push({ value: undefined, context: at, message: "is missing" });
      continue;
    }
    const part = codec.validate(value[name], at);
    if (isLeft(part)) append(errors, part.left);
    else decoded[name] = part.right;
  }
  const known = { ...required, ...optional };
  for (const name of Object.keys(value)
    .filter((name) => !Object.hasOwn(known, name))
    .slice(0, UNKNOWN_MAX))
    errors.push({
      value: undefined,
      context: t.appendContext(context, name, t.never),
      message: `is no field here; there are ${Object.keys(known).join(", ")}`,
    });
  // The fields were decoded by their codecs, which the type of a record cannot say.
  return errors.length > 0 ? left(errors) : t.success(decoded as A);
};

/** An object of these fields and no others. */
export const strictObject = <A>(name: string, fields: Fields): t.Type<A, A, unknown> =>
  codecOf(name, (value, context) => validateFields<A>(fields, value, context));

/** A list of at most `max` of these. */
export const listOf = <A>(
  name: string,
  { max, codec }: { readonly max: number; readonly codec: t.Type<A, A, unknown> },
): t.Type<ReadonlyArray<A>, ReadonlyArray<A>, unknown> =>
  codecOf(name, (value, context) => {
    if (!Array.isArray(value)) return t.failure(value, context, `must be an array, not ${kindOf(value)}`);
    if (value.length > max)
      return t.failure(value, context, `has ${value.length} elements, at most ${max} are allowed`);
    const errors: Array<t.ValidationError> = [];
    const decoded: Array<A> = [];
    value.forEach((part: unknown, i) => {
      const one = codec.validate(part, t.appendContext(context, String(i), codec, part));
      if (isLeft(one)) append(errors, one.left);
      else decoded.push(one.right);
    });
    return errors.length > 0 ? left(errors) : t.success(decoded);
  });

/** The codec that `validate` is all of: JSON on both sides. */
export const codecOf = <A>(name: string, validate: t.Validate<unknown, A>): t.Type<A, A, unknown> =>
  new t.Type<A, A, unknown>(name, (value): value is A => !isLeft(validate(value, [])), validate, t.identity);

/** As many as are told, and one. A spread of all would fill the stack. */
const append = (errors: Array<t.ValidationError>, more: t.Errors): void => {
  for (const error of more) if (errors.length <= FAULTS_MAX) errors.push(error);
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const kindOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "an array"
      : `${/^[aeiou]/u.test(typeof value) ? "an" : "a"} ${typeof value}`;

/** Errors as lines like `routes[0].condition.match: …`, in the order of the config; a thousand of them, and "and more". No value is shown. */
export const linesOf = (errors: t.Errors): ReadonlyArray<string> => {
  const lines = errors
    .slice(0, FAULTS_MAX)
    .map(({ context, message }) => `${pathOf(context)}: ${message ?? "is not what is expected here"}`);
  return errors.length > FAULTS_MAX ? [...lines, "and more"] : lines;
};

const pathOf = (context: t.Context): string => {
  let path = "";
  for (const { key } of context.slice(1)) {
    if (INDEX.test(key)) path += `[${key}]`;
    else if (NAME.test(key)) path += path === "" ? key : `.${key}`;
    else path += `[${JSON.stringify(oneLine(key, 40))}]`;
  }
  return path === "" ? "config" : path;
};

const INDEX = /^\d+$/u;
const NAME = /^[A-Za-z_]\w{0,39}$/u;
