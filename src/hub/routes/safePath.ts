/**
 * Which paths are safe. RFC 9535 has queries that look at each value again and again: `$..*..*` for each that it stands in,
 * `$[*,*][*,*]` twice as often with each segment, and a filter that reads the whole payload does so for each element. On a payload of
 * 1 MiB that a stranger made these stand still for minutes. So a path has one `..`, few selectors side by side, and filters that read
 * what they filter alone.
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { JSONPathNodeList, type JSONPathQuery, jsonpath } from "json-p3";
import { compilePattern, type Pattern } from "./pattern.js";

/** A pattern in the functions of filters: of a whole text, and anywhere in it. */
export interface Patterns {
  readonly match: Pattern;
  readonly search: Pattern;
}

/** In how many ways a path may come to one place. */
const WAYS_MAX = 16;

/**
 * So deep do filters look into what they filter behind `..`, where each depth costs a look at the whole payload. With 16 of them a MiB
 * of empty arrays took 34 s, with 4 of them 5 s.
 */
const DEPTH_MAX = 4;

/** The patterns that the path has, by their sources; or why it is not safe. */
export const patternsOf = (query: JSONPathQuery): Either<string, ReadonlyMap<string, Patterns>> => {
  const seen: Seen = { descents: 0, ways: 1, depth: 0, patterns: new Map(), faults: [] };
  lookAtQuery(seen, query);
  if (seen.descents > 0 && seen.depth > DEPTH_MAX)
    seen.faults.push(`has filters behind .. that look more than ${DEPTH_MAX} values deep`);
  if (seen.descents > 1) seen.faults.push("has more than one ..");
  if (seen.ways > WAYS_MAX)
    seen.faults.push(`has selectors side by side that come to one place in more than ${WAYS_MAX} ways`);
  const [fault] = seen.faults;
  return fault === undefined ? right(seen.patterns) : left(fault);
};

interface Seen {
  descents: number;
  ways: number;
  /** Segments of filters that find more than one value. */
  depth: number;
  readonly patterns: Map<string, Patterns>;
  readonly faults: Array<string>;
}

const { expressions, selectors: kinds } = jsonpath;
type Expression = jsonpath.expressions.FilterExpression;

const lookAtQuery = (seen: Seen, { segments }: JSONPathQuery, isOfFilter = false): void => {
  for (const { token, selectors } of segments) {
    if (isOfFilter && !isOne(selectors)) seen.depth++;
    if (token.kind === jsonpath.TokenKind.DDOT) seen.descents++;
    const names = new Set(selectors.map((selector) => (selector instanceof kinds.NameSelector ? selector.name : "")));
    // Several different names come to several places.
    if (names.size < selectors.length || !selectors.every((selector) => selector instanceof kinds.NameSelector))
      seen.ways *= selectors.length;
    for (const selector of selectors)
      if (selector instanceof kinds.FilterSelector) lookAtExpression(seen, selector.expression);
  }
};

/** One name or one index. */
const isOne = ([first, ...others]: ReadonlyArray<jsonpath.selectors.JSONPathSelector>): boolean =>
  others.length === 0 && (first instanceof kinds.NameSelector || first instanceof kinds.IndexSelector);

const lookAtExpression = (seen: Seen, expression: Expression): void => {
  if (expression instanceof expressions.LogicalExpression) lookAtExpression(seen, expression.expression);
  else if (expression instanceof expressions.PrefixExpression) lookAtExpression(seen, expression.right);
  else if (expression instanceof expressions.InfixExpression) {
    lookAtExpression(seen, expression.left);
    lookAtExpression(seen, expression.right);
  } else if (expression instanceof expressions.RelativeQuery) {
    findsInTurn(expression.path);
    lookAtQuery(seen, expression.path, true);
  } else if (expression instanceof expressions.RootQuery)
    seen.faults.push("reads $ in a filter, which may read @ alone");
  else if (expression instanceof expressions.FunctionExtension) lookAtFunction(seen, expression);
  else if (!(expression instanceof expressions.FilterExpressionLiteral))
    seen.faults.push("has a filter that RFC 9535 does not have");
};

/** The library finds what a filter asks for by `push(...all)`, which fills the stack with some 100,000 values. Its other way finds the same. */
const findsInTurn = (path: JSONPathQuery): void => {
  path.query = (value) => new JSONPathNodeList(Array.from(path.lazyQuery(value)));
};

const lookAtFunction = (seen: Seen, { name, args }: jsonpath.expressions.FunctionExtension): void => {
  for (const argument of args) lookAtExpression(seen, argument);
  if (name !== "match" && name !== "search") return;
  const [, pattern] = args;
  if (!(pattern instanceof expressions.StringLiteral)) {
    seen.faults.push(`has a pattern of ${name} that is no text in quotes`);
    return;
  }
  const match = compilePattern(`\\A(?:${pattern.value})\\z`);
  const search = compilePattern(pattern.value);
  if (isLeft(match) || isLeft(search))
    seen.faults.push(
      `has a pattern of ${name} that ${isLeft(search) ? search.left : "is no whole regular expression"}`,
    );
  else seen.patterns.set(pattern.value, { match: match.right, search: search.right });
};
