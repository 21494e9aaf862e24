import { describe, expect, it } from "vitest";
import { checkLuaInclude, readLuaScript, withoutComments } from "../../scripts/support/lua.js";

const sound = `-- Moves what is due from the delayed set to the ready list.
-- It moves at most limit messages, so that one call stays short.
-- KEYS[1] delayed zset what waits for its due time
-- KEYS[2] ready list ids that may be delivered
-- ARGV[1] nowMs integer ms
-- ARGV[2...] ids string -
-- Returns
--   the number of messages moved
-- Errors none
-- Cost O(m log n) for m moved

local delayed, ready = KEYS[1], KEYS[2]
local nowMs = tonumber(ARGV[1])
--- @include due
return due(delayed, ready, nowMs, #ARGV - 1)
`;

const problemsOf = (from: string, to: string): ReadonlyArray<string> => readLuaScript(sound.replace(from, to)).problems;

describe("readLuaScript", () => {
  it("reads the parameters of a sound script", () => {
    const { problems, parameters } = readLuaScript(sound);
    expect(problems).toEqual([]);
    expect(parameters.map(({ kind, index, variadic, name }) => [kind, index, variadic, name])).toEqual([
      ["KEYS", 1, false, "delayed"],
      ["KEYS", 2, false, "ready"],
      ["ARGV", 1, false, "nowMs"],
      ["ARGV", 2, true, "ids"],
    ]);
  });

  it.each([
    [
      "a binding out of order",
      "delayed, ready =",
      "ready, delayed =",
      /expected "local delayed = KEYS\[1\]", found "local ready/,
    ],
    [
      "a key that is not bound",
      "delayed, ready = KEYS[1], KEYS[2]",
      "delayed = KEYS[1]",
      /expected "local ready = KEYS\[2\]"/,
    ],
    [
      "a binding that the header does not name",
      "tonumber(ARGV[1])",
      "tonumber(ARGV[1])\nlocal x = ARGV[2]",
      /expected no more/,
    ],
    ["a hole in the numbers", "ARGV[2...]", "ARGV[3...]", /ARGV\[3\] stands where ARGV\[2\]/],
    ["a key without a type", "delayed zset what", "delayed what", /KEYS\[1\] delayed needs a type/],
    ["an argument without a unit", "nowMs integer ms", "nowMs integer", /ARGV\[1\] nowMs needs a unit/],
    ["KEYS used past the bindings", "due(delayed", "due(KEYS[1]", /KEYS is mentioned after the bindings/],
    ["no cost", "-- Cost O(m log n) for m moved\n", "", /no line "Cost"/],
    ["an empty section", "--   the number of messages moved\n", "", /"Returns" says nothing/],
    ["no purpose", /^.*\n.*\n/.exec(sound)?.[0] ?? "", "", /the first line says what/],
    ["more than 100 lines", "return due", `${"local x = 1\n".repeat(100)}return due`, /at most 100/],
  ])("refuses %s", (_, from, to, problem) => {
    expect(problemsOf(from, to).join("\n")).toMatch(problem);
  });
});

describe("withoutComments", () => {
  it("drops lines that only speak to people, and nothing else", () => {
    const text = '-- why\n\nlocal x = 1 -- one\n  -- inside\n  --- @include a\nreturn "--"\n';
    expect(withoutComments(text)).toBe('local x = 1 -- one\n  --- @include a\nreturn "--"\n');
  });
});

describe("checkLuaInclude", () => {
  it("refuses one that reads KEYS or says nothing", () => {
    expect(checkLuaInclude("-- why\nlocal function f(key) return key end\n")).toEqual([]);
    expect(checkLuaInclude("local k = KEYS[1]\n")).toHaveLength(2);
  });

  it.each([
    "return string.sub(record, 17, HEAD)",
    'return string.sub(redis.call("ZRANGE", at(1), at)[1], 14)',
    "local a, b = sub(entry, 1, 13), 2",
    "return byte(record, 12) % 2 == 1",
    "return string.byte(waits, 1) ~= 119",
    'return string.match(waits, "h%-([^,]*)", 19)',
    'return string.find(text, "\\n", 22, true)',
  ])("refuses an offset outside of a layout: %s", (line) => {
    expect(checkLuaInclude(`-- why\n${line}\n`)).toEqual([expect.stringContaining("an offset outside of a layout")]);
    expect(checkLuaInclude(`-- Layout of it\n${line}\n`)).toEqual([]);
    expect(readLuaScript(sound.replace("return due", `${line}\nreturn due`)).problems).toHaveLength(1);
  });

  it.each([
    "return string.sub(text, 2) -- string.sub(record, 17, 48)",
    "return string.sub(name, 1, 4) == 'EVAL'",
    "return string.sub(at, dot + 1)",
    "return string.find(tails, x, from, true)",
    "return string.sub(record, ID_TAIL_AT, HEAD)",
    "return unpack(values, 14)",
  ])("passes what is none: %s", (line) => {
    expect(checkLuaInclude(`-- why\n${line}\n`)).toEqual([]);
  });
});
