import { describe, expect, it } from "vitest";
import { checkNames, namesInLua, namesInTypeScript, readNames } from "../../scripts/support/names.js";

const table = `# Names
| Key | Type | Meaning |
|---|---|---|
| \`:w\` | list | wake-ups |
| \`:c:\` | string | requests |

| Field | Type | Meaning |
|---|---|---|
| \`seq\` | integer | leases |
| \`-\` | string | nothing |

| Word | Said by | Meaning |
|---|---|---|
| \`e\` | client | a step |
| \`full\` | client | a state |
| \`late\` | inner | too late |
`;
const lua = `-- says "nothing" of this
local allowed = { full = 0 } -- nor "of" this
local function f(key, verb)
  redis.call("HDEL", key, "-")
  redis.call("HINCRBY", key, "seq", "1")
  redis.call("LPOP", key .. ":w")
  return verb == "e" and string.match(verb, "^(%d+)") or "late"
end
`;
const typescript = `
/** Of "x" it says nothing. */
const f = (queue: string) => [\`\${queue}:c:\${queue}\`, "e", "whatever else"];
`;
const port = `export type Hands = "full";`;

const problemsOf = (change: { lua?: string; typescript?: string; table?: string } = {}): ReadonlyArray<string> =>
  checkNames(change.table ?? table, {
    lua: [{ path: "a.lua", text: change.lua ?? lua }],
    typescript: [{ path: "a.ts", text: change.typescript ?? typescript }],
    port: [{ path: "port.ts", text: port }],
  });

describe("checkNames", () => {
  it("passes code whose names are all in the table, and a table whose names are all in the code", () => {
    expect(problemsOf()).toEqual([]);
  });

  it.each([
    ["a key in Lua", { lua: lua.replace('":w"', '":w" .. ":q"') }, /a.lua: the key `:q` is not/],
    ["a key that is another with a name behind it", { lua: `${lua}f(key .. ":w:")` }, /a.lua: the key `:w:` is not/],
    ["a field", { lua: lua.replace('"seq"', '"seq", "sequel"') }, /a.lua: the field `sequel` is not/],
    ["a field that is counted", { lua: `${lua}count(queue, "lost", 1)` }, /a.lua: the field `lost` is not/],
    ["a verb", { lua: lua.replace('"e"', '"E"') }, /a.lua: the word `E` is not/],
    ["a word in single quotes", { lua: `${lua}return 'other'` }, /a.lua: the word `other` is not/],
    ["a key in TypeScript", { typescript: typescript.replace(":c:", ":y:") }, /a.ts: the key `:y:` is not/],
    ["a verb in TypeScript", { typescript: `${typescript}f("z")` }, /a.ts: the word `z` is not/],
    ["a letter before a text", { typescript: `${typescript}f(\`z\${queue}\`)` }, /a.ts: the word `z` is not/],
  ])("refuses %s that is not in the table", (_, change, problem) => {
    expect(problemsOf(change).join("\n")).toMatch(problem);
  });

  it.each([
    ["a key", { lua: lua.replace(":w", ":-") }, /no script uses the key `:w`/],
    ["a field", { lua: lua.replace('"seq"', '"format"') }, /no script uses the field `seq`/],
    ["a word", { lua: lua.replace('"late"', "nil") }, /no script uses the word `late`/],
    [
      "a verb that no client says",
      { typescript: typescript.replace('"e"', "0") },
      /the word `e` \(client\) stands in no module/,
    ],
  ])("refuses %s of the table that nobody uses", (_, change, problem) => {
    expect(problemsOf(change).join("\n")).toMatch(problem);
  });

  it.each([
    ["a type that is none", table.replace("| list |", "| heap |"), /:w: "heap" is none of/],
    ["a name without a meaning", table.replace("wake-ups", ""), /:w: its meaning is missing/],
    [
      "a name that stands twice",
      table.replace("|---|---|---|\n", "|---|---|---|\n| `:w` | list | x |\n"),
      /:w: stands twice/,
    ],
  ])("refuses %s", (_, changed, problem) => {
    expect(problemsOf({ table: changed }).join("\n")).toMatch(problem);
  });

  it("takes the verb of a step from the include of its kind, and wants it in the store too", () => {
    const kind = `${lua}kinds["t"] = {}\n`;
    expect(problemsOf({ lua: kind, typescript: `${typescript}\nconst verb = "t";\n` })).toEqual([]);
    expect(problemsOf({ lua: kind })).toEqual(["the verb `t` of a step stands in no module of the store"]);
    expect(problemsOf({ typescript: `${typescript}\nconst verb = "t";\n` })).toEqual([
      "a.ts: the word `t` is not in NAMES.md",
    ]);
  });
});

describe("readNames", () => {
  it("tells the kinds by their headings", () => {
    expect(readNames(table).names.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "key :w",
      "key :c:",
      "field seq",
      "field -",
      "word e",
      "word full",
      "word late",
    ]);
  });
});

describe("names in code", () => {
  it("are no commands, options, patterns, numbers or sentences", () => {
    const text =
      'redis.call("SET", name, "1", "PX", "0") string.format("%x", 1) error("it is not so") x("}:w:", "h-", ":")';
    expect(namesInLua(text)).toEqual([{ kind: "key", name: ":w:" }]);
  });

  it("are no parts of addresses and types in TypeScript", () => {
    const text = ["const a = `redis://$", "{b}:$", '{c}`; x = y ? "ab" : "";'].join("");
    expect(namesInTypeScript(text)).toEqual([]);
  });
});
