/**
 * JSONPath (RFC 9535) by json-p3, which passes the compliance suite of the RFC; and plain property reads for paths that name one place,
 * as most do. Payloads are of strangers, so only paths are taken that look at each value a bounded number of times: see `safePath.ts`.
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { JSONPathEnvironment, type JSONPathQuery, jsonpath } from "json-p3";
import { describeMessage } from "../../core/cause.js";
import { PAYLOAD_DEPTH_MAX } from "./limits.js";
import { type Patterns, patternsOf } from "./safePath.js";

export interface JsonPath {
  /** The same text for the same path. */
  readonly source: string;
  /** Of a path that names one place: the value there, or undefined. */
  readonly one: ((payload: unknown) => unknown) | undefined;
  /** All values that it finds in the order of RFC 9535, by the library. The payload was cut by `shallow`. */
  readonly all: (payload: unknown) => ReadonlyArray<unknown>;
}

/** A path, or why it is none, or none that is safe. */
export const compilePath = (source: string): Either<string, JsonPath> => {
  const patterns: Map<string, Patterns> = new Map();
  let query: JSONPathQuery;
  try {
    query = environmentWith(patterns).compile(source);
  } catch (cause) {
    return left(`is no JSONPath of RFC 9535 (${describeMessage(cause)})`);
  }
  if (query.segments.length >= PAYLOAD_DEPTH_MAX)
    return left(`has ${query.segments.length} segments, at most ${PAYLOAD_DEPTH_MAX - 1} are allowed`);
  const safe = patternsOf(query);
  if (isLeft(safe)) return safe;
  for (const [pattern, compiled] of safe.right) patterns.set(pattern, compiled);
  const steps = stepsOf(query);
  return right({
    source,
    one: steps === undefined ? undefined : readerOf(steps),
    all: (payload) => foundBy(query, payload),
  });
};

/** The functions `match` and `search` of filters, whose patterns are compiled with the path, for an engine of linear time. */
const environmentWith = (patterns: ReadonlyMap<string, Patterns>): JSONPathEnvironment => {
  // A payload is cut far above this depth.
  const environment = new JSONPathEnvironment({ maxRecursionDepth: 10 * PAYLOAD_DEPTH_MAX });
  const { ValueType, LogicalType } = jsonpath.FunctionExpressionType;
  for (const name of ["match", "search"] as const)
    environment.functionRegister.set(name, {
      argTypes: [ValueType, ValueType],
      returnType: LogicalType,
      call: (text: unknown, pattern: unknown) =>
        typeof text === "string" && patterns.get(String(pattern))?.[name](text) === true,
    });
  return environment;
};

const foundBy = (query: JSONPathQuery, payload: unknown): ReadonlyArray<unknown> => {
  const values: Array<unknown> = [];
  // The library's type of JSON; a payload is what its codec encoded.
  for (const { value } of query.lazyQuery(payload as Parameters<JSONPathQuery["lazyQuery"]>[0]))
    if (value !== undefined) values.push(value);
  return values;
};

/** The payload without what is deeper than paths look: most often itself. */
export const shallow = (payload: unknown): unknown => (isDeep(payload, 0) ? cut(payload, 0) : payload);

const isDeep = (value: unknown, depth: number): boolean => {
  if (typeof value !== "object" || value === null) return false;
  if (depth >= PAYLOAD_DEPTH_MAX) return true;
  if (Array.isArray(value)) {
    for (const part of value as ReadonlyArray<unknown>) if (isDeep(part, depth + 1)) return true;
    return false;
  }
  for (const name of Object.keys(value))
    if (isDeep((value as Readonly<Record<string, unknown>>)[name], depth + 1)) return true;
  return false;
};

/** What stands at the greatest depth is there, and empty. */
const cut = (value: unknown, depth: number): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return depth >= PAYLOAD_DEPTH_MAX ? [] : value.map((part) => cut(part, depth + 1));
  // Without a prototype, so that a name `__proto__` of the payload is a name.
  const copy = Object.create(null) as Record<string, unknown>;
  if (depth < PAYLOAD_DEPTH_MAX) for (const [name, part] of Object.entries(value)) copy[name] = cut(part, depth + 1);
  return copy;
};

type Step = string | number;

/** The names and indexes of a path that names one place; undefined for any other. */
const stepsOf = (query: JSONPathQuery): ReadonlyArray<Step> | undefined => {
  if (!query.singularQuery()) return undefined;
  const steps: Array<Step> = [];
  for (const { selectors } of query.segments) {
    const [selector] = selectors;
    if (selector instanceof jsonpath.selectors.NameSelector) steps.push(selector.name);
    else if (selector instanceof jsonpath.selectors.IndexSelector) steps.push(selector.index);
    else return undefined;
  }
  return steps;
};

const readerOf = (steps: ReadonlyArray<Step>): ((payload: unknown) => unknown) => {
  const [first] = steps;
  if (steps.length === 1 && typeof first === "string") return (payload) => memberOf(payload, first);
  return (payload) => {
    let value = payload;
    for (const step of steps) {
      value = typeof step === "string" ? memberOf(value, step) : elementOf(value, step);
      if (value === undefined) return undefined;
    }
    return value;
  };
};

/** Own properties alone: a payload has no `constructor` unless it brings one. */
const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const elementOf = (value: unknown, index: number): unknown =>
  Array.isArray(value) ? (value as ReadonlyArray<unknown>)[index < 0 ? value.length + index : index] : undefined;
