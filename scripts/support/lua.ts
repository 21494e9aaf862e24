/**
 * The convention of a Redis script, which `check-lua` checks; `build-lua` takes the includes in.
 *
 * A script is `src/stores/redis/lua/<name>.lua`. It opens with a comment block without an empty line in it:
 *
 *     -- Moves what is due from the delayed set to the ready list.       purpose: one line or more
 *     -- KEYS[1] delayed zset what waits for its due time                KEYS[n] name type meaning
 *     -- KEYS[2] ready list ids that may be delivered
 *     -- KEYS[3...] streams stream one for each appended stream          a tail of any length: the last KEYS line
 *     -- ARGV[1] nowMs integer ms                                        ARGV[n] name type unit
 *     -- ARGV[2...] ids string -                                         a tail of any length: the last ARGV line
 *     -- Returns the number of messages moved                            each case; further lines are indented
 *     -- Errors none
 *     -- Cost O(m log n) for m moved
 *
 * Types of keys: string, hash, list, set, zset, stream. Types of arguments: string, integer, number, flag, json, msgpack.
 * A unit is ms, s, bytes, count, ... or `-` where there is none.
 *
 * Then come the bindings, KEYS before ARGV, in order, under the names of the header, singly or several to a line, an
 * argument possibly through one conversion:
 *
 *     local delayed, ready = KEYS[1], KEYS[2]
 *     local nowMs = tonumber(ARGV[1])
 *
 * A tail is not bound, and a script without one does not mention KEYS or ARGV again after its bindings.
 * Only after the bindings stand the includes: a line `--- @include <name>` is replaced by `lua/include/<name>.lua`, once.
 * An include opens with a comment that says what it is for, includes others alike, and never mentions KEYS or ARGV.
 * What texts are made of is known to includes alone that say so, by a first line that begins with "Layout of": everywhere else
 * `string.sub(record, 17, 48)` and its like are refused. Getters of such an include, or its constants, serve instead.
 * No file has more than 100 lines without its opening comment.
 */

import { includeIn } from "../../src/stores/redis/scripts/splice.js";

interface LuaParameter {
  readonly kind: "KEYS" | "ARGV";
  readonly index: number;
  readonly variadic: boolean;
  readonly name: string;
}

export interface LuaScript {
  readonly header: ReadonlyArray<string>;
  /** From the first line that is no comment; empty and comment lines included. */
  readonly body: ReadonlyArray<string>;
  readonly parameters: ReadonlyArray<LuaParameter>;
  readonly problems: ReadonlyArray<string>;
}

const linesMax = 100;

const parameterLine = /^(KEYS|ARGV)\[(\d+)(\.\.\.|…)?\]\s*(.*)$/;
const sectionLine = /^(Returns|Errors|Cost)\b:?\s*(.*)$/;
const types = {
  KEYS: ["string", "hash", "list", "set", "zset", "stream"],
  ARGV: ["string", "integer", "number", "flag", "json", "msgpack"],
} as const;

const isInclude = (line: string): boolean => includeIn(line) !== undefined;

const linesOf = (text: string): ReadonlyArray<string> => text.replace(/\s+$/, "").split("\n");

/** The opening comment lines without their dashes, and the rest. */
const split = (text: string): { readonly header: ReadonlyArray<string>; readonly body: ReadonlyArray<string> } => {
  const lines = linesOf(text);
  const end = lines.findIndex((line) => !line.startsWith("--") || isInclude(line));
  const headerEnd = end === -1 ? lines.length : end;
  const header = lines.slice(0, headerEnd).map((line) => line.replace(/^---?/, "").replace(/^ /, ""));
  return { header, body: lines.slice(headerEnd) };
};

const isParameterOrSection = (line: string): boolean => parameterLine.test(line) || sectionLine.test(line);

const readParameters = (header: ReadonlyArray<string>, problems: Array<string>): ReadonlyArray<LuaParameter> => {
  const parameters: Array<LuaParameter> = [];
  for (const line of header) {
    const match = parameterLine.exec(line);
    if (match === null) continue;
    const kind = match[1] === "KEYS" ? "KEYS" : "ARGV";
    const index = Number(match[2]);
    const variadic = match[3] !== undefined;
    const [name = "", type = "", ...meaning] = (match[4] ?? "").split(/\s+/).filter((word) => word !== "");
    const before = parameters.filter((parameter) => parameter.kind === kind);
    if (index !== before.length + 1)
      problems.push(`header: ${kind}[${index}] stands where ${kind}[${before.length + 1}] is expected`);
    if (before.some((parameter) => parameter.variadic))
      problems.push(`header: ${kind}[${index}] follows a tail of any length`);
    if (!(types[kind] as ReadonlyArray<string>).includes(type)) {
      problems.push(`header: ${kind}[${index}] ${name} needs a type (${types[kind].join(", ")}), not "${type}"`);
    }
    if (meaning.length === 0)
      problems.push(`header: ${kind}[${index}] ${name} needs a ${kind === "KEYS" ? "meaning" : "unit (- for none)"}`);
    parameters.push({ kind, index, variadic, name });
  }
  return parameters;
};

const checkSections = (header: ReadonlyArray<string>, problems: Array<string>): void => {
  const first = header[0];
  if (first === undefined || first.trim() === "" || isParameterOrSection(first)) {
    problems.push("header: the first line says what the script is for");
  }
  for (const word of ["Returns", "Errors", "Cost"]) {
    const at = header.findIndex((line) => sectionLine.exec(line)?.[1] === word);
    const text = at === -1 ? "" : (sectionLine.exec(header[at] ?? "")?.[2] ?? "");
    const next = header[at + 1] ?? "";
    if (at === -1) problems.push(`header: no line "${word}"`);
    else if (text === "" && !/^\s+\S/.test(next)) problems.push(`header: "${word}" says nothing`);
  }
};

/** `local a, b = KEYS[1], tonumber(ARGV[2])` as its names and their sources, or nothing if the line binds anything else. */
const bindingsOf = (line: string): ReadonlyArray<readonly [name: string, source: string]> => {
  const match = /^local\s+([\w\s,]+?)\s*=\s*(.+)$/.exec(line.replace(/\s+--.*$/, ""));
  if (match === null) return [];
  const names = (match[1] ?? "").split(",").map((name) => name.trim());
  const sources = (match[2] ?? "")
    .split(",")
    .map((expression) => /^(?:[\w.]+\()?((?:KEYS|ARGV)\[\d+\])\)?$/.exec(expression.trim())?.[1]);
  if (names.length !== sources.length || sources.includes(undefined)) return [];
  return names.map((name, at) => [name, sources[at] ?? ""] as const);
};

const checkBindings = (
  body: ReadonlyArray<string>,
  parameters: ReadonlyArray<LuaParameter>,
  problems: Array<string>,
): void => {
  const bound: Array<readonly [name: string, source: string]> = [];
  let end = 0;
  for (const [at, line] of body.entries()) {
    const bindings = bindingsOf(line);
    const skipped = line.trim() === "" || (line.startsWith("--") && !isInclude(line));
    if (bindings.length === 0 && !skipped) break;
    bound.push(...bindings);
    end = at + 1;
  }
  const wanted = parameters.filter(({ variadic }) => !variadic);
  const ordered = [...wanted.filter(({ kind }) => kind === "KEYS"), ...wanted.filter(({ kind }) => kind === "ARGV")];
  for (let at = 0; at < Math.max(ordered.length, bound.length); at += 1) {
    const parameter = ordered[at];
    const expected = parameter && `local ${parameter.name} = ${parameter.kind}[${parameter.index}]`;
    const binding = bound[at];
    const found = binding && `local ${binding[0]} = ${binding[1]}`;
    if (expected === found) continue;
    problems.push(
      `bindings: expected ${expected === undefined ? "no more" : `"${expected}"`}, found ${found === undefined ? "none" : `"${found}"`}`,
    );
    break; // the rest would only be shifted
  }
  for (const kind of ["KEYS", "ARGV"] as const) {
    if (parameters.some((parameter) => parameter.kind === kind && parameter.variadic)) continue;
    const at = body.findIndex(
      (line, index) => index >= end && new RegExp(`\\b${kind}\\b`).test(line.replace(/--.*$/, "")),
    );
    if (at !== -1)
      problems.push(
        `${kind} is mentioned after the bindings, without a tail in the header: ${(body[at] ?? "").trim()}`,
      );
  }
};

// From the third character on, or up to the fifth or later; single bytes; and what is looked for from a later character on.
const ARGUMENT = String.raw`(?:[^,()\n]|\((?:[^()\n]|\([^()\n]*\))*\))+`;
const OFFSETS: ReadonlyArray<RegExp> = [
  new RegExp(String.raw`\bsub\(${ARGUMENT},\s*(?:[3-9]|\d\d|1,\s*(?:[5-9]|\d\d))`),
  new RegExp(String.raw`\bbyte\(${ARGUMENT},\s*\d`),
  new RegExp(String.raw`\b(?:find|match)\(${ARGUMENT},\s*${ARGUMENT},\s*(?:[3-9]|\d\d)`),
];

const checkOffsets = ({ header, body }: Pick<LuaScript, "header" | "body">, problems: Array<string>): void => {
  if (/^Layout of /.test(header[0] ?? "")) return;
  for (const line of body) {
    const code = line.replace(/(?:^|\s)--.*$/, "");
    if (OFFSETS.some((offset) => offset.test(code)))
      problems.push(`an offset outside of a layout, which is to have a getter for it: ${code.trim()}`);
  }
};

const checkLength = (body: ReadonlyArray<string>, problems: Array<string>): void => {
  if (body.length > linesMax) problems.push(`${body.length} lines, at most ${linesMax}: look for the missing idea`);
};

export const readLuaScript = (text: string): LuaScript => {
  const problems: Array<string> = [];
  const { header, body } = split(text);
  checkSections(header, problems);
  const parameters = readParameters(header, problems);
  if (!parameters.some(({ kind }) => kind === "KEYS"))
    problems.push("header: no KEYS, so a cluster cannot route the script");
  checkBindings(body, parameters, problems);
  checkOffsets({ header, body }, problems);
  checkLength(body, problems);
  return { header, body, parameters, problems };
};

export const checkLuaInclude = (text: string): ReadonlyArray<string> => {
  const problems: Array<string> = [];
  const { header, body } = split(text);
  if ((header[0] ?? "").trim() === "") problems.push("the first line is a comment that says what it is for");
  if (body.some((line) => /\b(?:KEYS|ARGV)\b/.test(line.replace(/--.*$/, ""))))
    problems.push("mentions KEYS or ARGV: take them as parameters");
  checkOffsets({ header, body }, problems);
  checkLength(body, problems);
  return problems;
};

/** A source as it goes into the package: without its comment lines and empty ones, the includes it asks for aside. */
export const withoutComments = (text: string): string =>
  linesOf(text)
    .filter((line) => isInclude(line) || !/^\s*(?:--|$)/.test(line))
    .map((line) => `${line}\n`)
    .join("");
