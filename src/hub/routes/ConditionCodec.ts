/** The codec of conditions. It asks first which of their kinds a value is, so that its faults are those of this one kind. */
import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { compilePath } from "./JsonPath.js";
import { CONDITION_DEPTH_MAX, CONDITIONS_MAX, EXACT_LENGTH_MAX, TEXT_LENGTH_MAX } from "./limits.js";
import { compilePattern } from "./pattern.js";
import type { Condition } from "./Routes.js";
import { checkedBy, codecOf, isObject, kindOf, listOf, validateFields } from "./strict.js";

/** Counted in whole characters, as a JSON Schema counts them. */
const tooLong = (text: string, max: number): string | undefined => {
  const length = text.length > max ? Array.from(text).length : 0;
  return length > max ? `has ${length} characters, at most ${max} are allowed` : undefined;
};

const text = (name: string, complain: (text: string) => string | undefined): t.Type<string, string, unknown> =>
  checkedBy(name, (value) => {
    if (typeof value !== "string") return `must be a string, not ${kindOf(value)}`;
    return tooLong(value, TEXT_LENGTH_MAX) ?? complain(value);
  });

/** A JSONPath. */
export const PathCodec: t.Type<string, string, unknown> = text("JSONPath", (source) => {
  const compiled = compilePath(source);
  return isLeft(compiled) ? compiled.left : undefined;
});

const PatternCodec = text("RegularExpression", (source) => {
  const compiled = compilePattern(source);
  return isLeft(compiled) ? compiled.left : undefined;
});

const ExactCodec = checkedBy("Exact", (value) => {
  if (typeof value === "string") return tooLong(value, EXACT_LENGTH_MAX);
  if (value === null || typeof value === "boolean" || Number.isFinite(value)) return undefined;
  return typeof value === "number"
    ? "must be a finite number"
    : `must be a string, a number, a boolean or null, not ${kindOf(value)}`;
});

const ExistsCodec = checkedBy("true", (value) =>
  value === true ? undefined : "must be true; for what is not there, put it into not",
);

const NumberCodec = checkedBy("number", (value) =>
  Number.isFinite(value)
    ? undefined
    : typeof value === "number"
      ? "must be a finite number"
      : `must be a number, not ${kindOf(value)}`,
);

/** The comparisons, and what they take. */
const COMPARISONS: Readonly<Record<string, t.Mixed>> = {
  exact: ExactCodec,
  match: PatternCodec,
  exists: ExistsCodec,
  lte: NumberCodec,
  gte: NumberCodec,
  lt: NumberCodec,
  gt: NumberCodec,
};

/** What one of these stands in is that kind of condition. */
const KINDS = ["allOf", "anyOf", "not", "path"] as const;

const validateComparator = (value: Readonly<Record<string, unknown>>, context: t.Context): t.Validation<Condition> => {
  const given = Object.entries(COMPARISONS).filter(([name]) => value[name] !== undefined);
  if (given.length > 1)
    return t.failure(
      value,
      context,
      `has ${given.map(([name]) => name).join(" and ")}: one comparison stands beside a path`,
    );
  if (given.length === 0)
    return t.failure(
      value,
      context,
      `has no comparison: one of ${Object.keys(COMPARISONS).join(", ")} stands beside a path`,
    );
  return validateFields({ required: { path: PathCodec, ...Object.fromEntries(given) }, optional: {} }, value, context);
};

const validateCondition = (value: unknown, context: t.Context, depth: number): t.Validation<Condition> => {
  if (!isObject(value)) return t.failure(value, context, `must be an object, not ${kindOf(value)}`);
  if (depth > CONDITION_DEPTH_MAX)
    return t.failure(value, context, `is nested deeper than ${CONDITION_DEPTH_MAX} conditions`);
  const kinds = KINDS.filter((kind) => value[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined) return t.failure(value, context, `has none of ${KINDS.join(", ")}`);
  if (kinds.length > 1) return t.failure(value, context, `has ${kinds.join(" and ")}: a condition is one of them`);
  if (kind === "path") return validateComparator(value, context);
  const codec = kind === "not" ? below(depth) : listOf("Conditions", { max: CONDITIONS_MAX, codec: below(depth) });
  return validateFields({ required: { [kind]: codec }, optional: {} }, value, context);
};

const known = new Map<number, t.Type<Condition, Condition, unknown>>();

/** The codec of what stands within so many conditions. */
const below = (depth: number): t.Type<Condition, Condition, unknown> => {
  const before = known.get(depth);
  if (before !== undefined) return before;
  const codec = codecOf<Condition>("Condition", (value, context) => validateCondition(value, context, depth + 1));
  known.set(depth, codec);
  return codec;
};

export const ConditionCodec: t.Type<Condition, Condition, unknown> = below(0);
