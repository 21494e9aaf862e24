/** Compares the header of every Redis script with its code, and names with the table of names. Conventions: support/lua.ts, names.ts. */

import { readFileSync } from "node:fs";
import { spliceIncludes } from "../src/stores/redis/scripts/splice.js";
import { filesBelow, filesIn, inRoot } from "./support/files.js";
import { checkLuaInclude, readLuaScript } from "./support/lua.js";
import { checkNames, type Source } from "./support/names.js";
import { report } from "./support/report.js";

const folder = "src/stores/redis/lua";
const scripts = filesIn(inRoot(folder), ".lua");
const includes = filesIn(inRoot(folder, "include"), ".lua");
const read = (name: string): string => readFileSync(inRoot(folder, name), "utf8");

const used = new Set<string>();
const include = (name: string): string | undefined => {
  used.add(`${name}.lua`);
  return includes.includes(`${name}.lua`) ? read(`include/${name}.lua`) : undefined;
};

const problems: Array<string> = [];
for (const name of scripts) {
  const found = [...readLuaScript(read(name)).problems];
  try {
    spliceIncludes(read(name), include);
  } catch (error) {
    found.push(error instanceof Error ? error.message : String(error));
  }
  problems.push(...found.map((problem) => `${folder}/${name}: ${problem}`));
}
for (const name of includes) {
  const found = [...checkLuaInclude(read(`include/${name}`))];
  if (!used.has(name)) found.push("no script includes it");
  problems.push(...found.map((problem) => `${folder}/include/${name}: ${problem}`));
}

const sourcesIn = (path: string, ending: string): ReadonlyArray<Source> =>
  filesBelow(inRoot(path), ending)
    .filter((name) => !name.endsWith(".generated.ts"))
    .map((name) => ({ path: `${path}/${name}`, text: readFileSync(inRoot(path, name), "utf8") }));
problems.push(
  ...checkNames(read("NAMES.md"), {
    lua: sourcesIn(folder, ".lua"),
    typescript: sourcesIn("src/stores/redis", ".ts"),
    port: sourcesIn("src/port", ".ts"),
  }),
);
report("check-lua", problems, `${scripts.length} scripts and ${includes.length} includes`);
