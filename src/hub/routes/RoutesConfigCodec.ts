/** The codec of a config of routes: JSON from anywhere, refused whole with all that is wrong in it. */
import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { ConditionCodec, PathCodec } from "./ConditionCodec.js";
import { compilePath } from "./JsonPath.js";
import { CONDITIONS_MAX, DESTINATION_RULE, isDestination, RETRIES_MAX, ROUTES_MAX, SECONDS_MAX } from "./limits.js";
import { plainCopy } from "./plainCopy.js";
import type { Condition, RetryDelay, Route, RoutesConfig } from "./Routes.js";
import { checkedBy, codecOf, type Fields, isObject, kindOf, listOf, strictObject, validateFields } from "./strict.js";

const whole = (max: number, unit: string): t.Type<number, number, unknown> =>
  checkedBy(unit, (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max
      ? undefined
      : `must be a whole number of ${unit} from 0 to ${max}${typeof value === "number" ? "" : `, not ${kindOf(value)}`}`,
  );

const SecondsCodec = whole(SECONDS_MAX, "seconds");
const RetriesCodec = whole(RETRIES_MAX, "retries");

const typeIs = (type: string): t.Mixed =>
  checkedBy("type", (value) => (value === type ? undefined : `must be ${type}`));

const Constant = { required: { type: typeIs("constant"), interval: SecondsCodec }, optional: {} };
const Exponential = {
  required: { type: typeIs("exponential"), base: SecondsCodec, max: SecondsCodec },
  optional: {},
};

const validateRetryDelay: t.Validate<unknown, RetryDelay> = (value, context) => {
  if (!isObject(value)) return t.failure(value, context, `must be an object, not ${kindOf(value)}`);
  if (value["type"] === "constant") return validateFields<RetryDelay>(Constant, value, context);
  if (value["type"] !== "exponential")
    return t.failure(value, [...context, { key: "type", type: t.string }], 'must be "constant" or "exponential"');
  const decoded = validateFields<Extract<RetryDelay, { type: "exponential" }>>(Exponential, value, context);
  return !isLeft(decoded) && decoded.right.base > decoded.right.max
    ? t.failure(value, context, "has a base above its max")
    : decoded;
};

const RetryDelayCodec = codecOf("RetryDelay", validateRetryDelay);

const destinationOf = (known: ReadonlySet<string> | undefined): t.Mixed =>
  checkedBy("Destination", (value) => {
    if (!isDestination(value)) return DESTINATION_RULE;
    return known === undefined || known.has(value)
      ? undefined
      : `is ${JSON.stringify(value)}, which no destination is called`;
  });

const KeyCodec = checkedBy<string>("Key", (value) => {
  const path = PathCodec.validate(value, []);
  if (isLeft(path)) return path.left[0]?.message;
  const compiled = compilePath(path.right);
  return isLeft(compiled) || compiled.right.one !== undefined
    ? undefined
    : "must name one place, such as $.order.id, since a dispatch has one key";
});

const routeOf = (destinations: ReadonlySet<string> | undefined): t.Type<Route<string>, Route<string>, unknown> =>
  strictObject("Route", {
    required: { condition: ConditionCodec, destination: destinationOf(destinations) },
    optional: { delaySeconds: SecondsCodec, maxRetries: RetriesCodec, retryDelay: RetryDelayCodec, key: KeyCodec },
  });

const fieldsOf = (destinations: ReadonlySet<string> | undefined): Fields => {
  const codec = routeOf(destinations);
  return {
    required: { routes: listOf("Routes", { max: ROUTES_MAX, codec }) },
    optional: {
      defaultDelaySeconds: SecondsCodec,
      defaultMaxRetries: RetriesCodec,
      defaultRetryDelay: RetryDelayCodec,
    },
  };
};

const validateConfig = (fields: Fields, given: unknown, context: t.Context): t.Validation<RoutesConfig<string>> => {
  const copy = plainCopy(given);
  if (isLeft(copy)) return t.failure(given, context, copy.left);
  const decoded = validateFields<RoutesConfig<string>>(fields, copy.right, context);
  if (isLeft(decoded)) return decoded;
  const count = decoded.right.routes.reduce((sum, { condition }) => sum + countOf(condition), 0);
  return count > CONDITIONS_MAX
    ? t.failure(given, context, `has ${count} conditions, at most ${CONDITIONS_MAX} are allowed`)
    : decoded;
};

const countOf = (condition: Condition): number => {
  if ("not" in condition) return 1 + countOf(condition.not);
  const parts = "allOf" in condition ? condition.allOf : "anyOf" in condition ? condition.anyOf : [];
  return parts.reduce((sum, part) => sum + countOf(part), 1);
};

/**
 * To and from plain JSON, with these destinations alone where there are any. Its errors have paths and say what to change; `linesOf`
 * makes lines of them.
 */
export const routesConfigCodec = (
  destinations?: ReadonlyArray<string>,
): t.Type<RoutesConfig<string>, RoutesConfig<string>, unknown> => {
  const fields = fieldsOf(destinations === undefined ? undefined : new Set(destinations));
  return codecOf("RoutesConfig", (value, context) => validateConfig(fields, value, context));
};

/** With any destinations. */
export const RoutesConfigCodec: t.Type<RoutesConfig<string>, RoutesConfig<string>, unknown> = routesConfigCodec();
