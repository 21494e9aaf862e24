/** Conditions as closures, made once for all events. */
import { compilePath, type JsonPath } from "./JsonPath.js";
import { orDefect } from "./orDefect.js";
import { compilePattern } from "./pattern.js";
import type { Comparator, Condition } from "./Routes.js";

/** What the paths with several values have found in one event, each at most once. */
export interface Found {
  readonly of: (path: JsonPath) => ReadonlyArray<unknown>;
}

/** Whether an event satisfies a condition. */
export type Holds = (payload: unknown, found: Found) => boolean;

/** Of a condition that its codec has taken. */
export const compileCondition = (condition: Condition): Holds => {
  if ("allOf" in condition) {
    const parts = condition.allOf.map(compileCondition);
    return (payload, found) => parts.every((holds) => holds(payload, found));
  }
  if ("anyOf" in condition) {
    const parts = condition.anyOf.map(compileCondition);
    return (payload, found) => parts.some((holds) => holds(payload, found));
  }
  if ("not" in condition) {
    const holds = compileCondition(condition.not);
    return (payload, found) => !holds(payload, found);
  }
  return compileComparator(condition);
};

const compileComparator = (comparator: Comparator): Holds => {
  const path = orDefect(compilePath(comparator.path));
  const satisfies = testOf(comparator);
  const { one } = path;
  if (one === undefined) return (_, found) => found.of(path).some(satisfies);
  return (payload) => {
    const value = one(payload);
    return value !== undefined && satisfies(value);
  };
};

const testOf = (comparator: Comparator): ((value: unknown) => boolean) => {
  if ("exact" in comparator) {
    const { exact } = comparator;
    return (value) => value === exact;
  }
  if ("match" in comparator) {
    const finds = orDefect(compilePattern(comparator.match));
    return (value) => typeof value === "string" && finds(value);
  }
  if ("lte" in comparator) return numbers((value) => value <= comparator.lte);
  if ("gte" in comparator) return numbers((value) => value >= comparator.gte);
  if ("lt" in comparator) return numbers((value) => value < comparator.lt);
  if ("gt" in comparator) return numbers((value) => value > comparator.gt);
  // exists: that there is a value is all.
  return () => comparator.exists;
};

const numbers =
  (satisfies: (value: number) => boolean) =>
  (value: unknown): boolean =>
    typeof value === "number" && satisfies(value);
