/** JSONPath (RFC 9535) by json-p3, with plain property reads for the paths that name one place. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { JSONPathEnvironment, type JSONPathQuery, jsonpath } from "json-p3";
import { describeMessage } from "../../core/cause.js";
import { PAYLOAD_DEPTH_MAX } from "./limits.js";

export interface JsonPath {
  /** The same text for the same path. */
  readonly source: string;
  /** Of a path that names one place: the value there, or undefined. */
  readonly one: ((payload: unknown) => unknown) | undefined;
  /** All values that it finds, in the order of RFC 9535. */
  readonly all: (payload: unknown) => ReadonlyArray<unknown>;
}

/** Deeper than any payload that it is given, so that it never stops for that. */
const environment = new JSONPathEnvironment({ maxRecursionDepth: 10 * PAYLOAD_DEPTH_MAX });

/** A path, or why it is none. */
export const compilePath = (source: string): Either<string, JsonPath> => {
  let query: JSONPathQuery;
  try {
    query = environment.compile(source);
  } catch (cause) {
    return left(`is no JSONPath of RFC 9535 (${describeMessage(cause)})`);
  }
  const steps = stepsOf(query);
  return right({
    source,
    one: steps === undefined ? undefined : readerOf(steps),
    all: (payload) => foundBy(query, payload),
  });
};

const foundBy = (query: JSONPathQuery, payload: unknown): ReadonlyArray<unknown> => {
  const values: Array<unknown> = [];
  // What is not JSON was refused before: payloads are what their codec encoded.
  for (const { value } of query.lazyQuery(payload as Parameters<JSONPathQuery["lazyQuery"]>[0]))
    if (value !== undefined) values.push(value);
  return values;
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

const readerOf =
  (steps: ReadonlyArray<Step>) =>
  (payload: unknown): unknown => {
    let value = payload;
    for (const step of steps) {
      value = typeof step === "string" ? memberOf(value, step) : elementOf(value, step);
      if (value === undefined) return undefined;
    }
    return value;
  };

/** Own properties alone: a payload has no `constructor` unless it brings one. */
const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const elementOf = (value: unknown, index: number): unknown =>
  Array.isArray(value) ? (value as ReadonlyArray<unknown>)[index < 0 ? value.length + index : index] : undefined;
