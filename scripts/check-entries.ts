/** Entries equal package exports, and operators equal exported operators. See support/exported.ts. */

import { readFileSync } from "node:fs";
import ts from "typescript";
import vitest from "../vitest.config.js";
import { manifest } from "./support/entries.js";
import { type Alias, checkEntries, checkOperators } from "./support/exported.js";
import { filesIn, inRoot } from "./support/files.js";
import { report } from "./support/report.js";

const read = (path: string): string => readFileSync(inRoot(path), "utf8");

const { config } = ts.readConfigFile(inRoot("tsconfig.json"), (path) => ts.sys.readFile(path)) as {
  readonly config: { readonly compilerOptions: { readonly paths: Readonly<Record<string, ReadonlyArray<string>>> } };
};
const files = filesIn(inRoot("src/entries"), ".ts");
const operators = filesIn(inRoot("src/operators"), ".ts").map((name) => ({
  name,
  text: read(`src/operators/${name}`),
}));

report(
  "entries",
  [
    ...checkEntries({
      exports: manifest.exports,
      files,
      paths: config.compilerOptions.paths,
      aliases: vitest.resolve?.alias as ReadonlyArray<Alias>,
    }),
    ...checkOperators(operators, read("src/entries/index.ts")),
  ],
  `${files.length} entries and ${operators.length} operators are exported`,
);
