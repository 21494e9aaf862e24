import {
  CONDITIONS_MAX,
  DESTINATION,
  EXACT_LENGTH_MAX,
  RETRIES_MAX,
  ROUTES_MAX,
  SECONDS_MAX,
  TEXT_LENGTH_MAX,
} from "./limits.js";

type Schema = Readonly<Record<string, unknown>>;

/** An object of these fields and no others. */
const object = (
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema => ({
  type: "object",
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});

const refer = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const seconds: Schema = { type: "integer", minimum: 0, maximum: SECONDS_MAX };
const retries: Schema = { type: "integer", minimum: 0, maximum: RETRIES_MAX };
const number: Schema = { type: "number" };
const conditions: Schema = { type: "array", items: refer("condition"), maxItems: CONDITIONS_MAX };

/** What one comparison takes; `exact` stands beside these. */
const comparisons: Readonly<Record<string, Schema>> = {
  exact: {
    anyOf: [{ type: "string", maxLength: EXACT_LENGTH_MAX }, { type: "number" }, { type: "boolean" }, { type: "null" }],
  },
  match: { type: "string", maxLength: TEXT_LENGTH_MAX, description: "A regular expression in the syntax of RE2." },
  exists: { const: true },
  lte: number,
  gte: number,
  lt: number,
  gt: number,
};

const condition: Schema = {
  description: "A comparator, allOf, anyOf or not.",
  oneOf: [
    ...Object.entries(comparisons).map(([name, schema]) => object({ path: refer("path"), [name]: schema })),
    object({ allOf: conditions }),
    object({ anyOf: conditions }),
    object({ not: refer("condition") }),
  ],
};

const route: Schema = object(
  {
    condition: refer("condition"),
    destination: { type: "string", pattern: DESTINATION.source, not: { const: "__proto__" } },
  },
  { delaySeconds: seconds, maxRetries: retries, retryDelay: refer("retryDelay"), key: refer("path") },
);

const retryDelay: Schema = {
  oneOf: [
    object({ type: { const: "constant" }, interval: seconds }),
    object({ type: { const: "exponential" }, base: seconds, max: seconds }),
  ],
};

const frozen = (schema: Schema): Schema => {
  for (const part of Object.values(schema)) if (typeof part === "object" && part !== null) frozen(part as Schema);
  return Object.freeze(schema);
};

/**
 * The JSON Schema (2020-12) of a `RoutesConfig`, for editors, for checks of infrastructure code and for other languages. `parseRoutes`
 * refuses all that it refuses, and besides: a path that is no JSONPath, or no safe one; a key that does not name one place; what is no regular
 * expression; an exponential delay with its base above its max; more than 64 conditions within each other; more than 10,000 conditions or
 * 524,288 characters in all.
 */
export const routesSchema: Readonly<Record<string, unknown>> = frozen({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Routes of a hub",
  ...object(
    { routes: { type: "array", items: refer("route"), maxItems: ROUTES_MAX } },
    { defaultDelaySeconds: seconds, defaultMaxRetries: retries, defaultRetryDelay: refer("retryDelay") },
  ),
  $defs: {
    path: { type: "string", maxLength: TEXT_LENGTH_MAX, description: "A JSONPath (RFC 9535).", pattern: "^\\$" },
    condition,
    route,
    retryDelay,
  },
});
