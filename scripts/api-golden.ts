/**
 * The public declarations of all entries as one text, reviewed like code: test/types/api.golden.txt. Each entry lists the
 * names that it exports, then comes every declaration once, without its comments. `--accept` rewrites the file.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import ts from "typescript";
import { entries } from "./support/entries.js";
import { inRoot } from "./support/files.js";
import { report } from "./support/report.js";

const golden = inRoot("test/types/api.golden.txt");
const missing = entries.filter(({ types }) => !existsSync(inRoot(types)));
const present = entries.filter((entry) => !missing.includes(entry));

const program = ts.createProgram(
  present.map(({ types }) => inRoot(types)),
  {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
  },
);
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const print = (declaration: ts.Declaration): string => {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return printer.printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile()).replace(/^export /, "");
};

const declared = new Map<ts.Symbol, string>();
const lists = present.map(({ name, types }) => {
  const source = program.getSourceFile(inRoot(types));
  const module = source && checker.getSymbolAtLocation(source);
  const symbols = module === undefined ? [] : checker.getExportsOfModule(module);
  for (const symbol of symbols) {
    const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    declared.set(original, (original.declarations ?? []).map(print).join("\n"));
  }
  const names = symbols.map((symbol) => symbol.name).sort();
  return [`## ${name}`, "", ...names, ""].join("\n");
});
/** What a declaration names in its types, of ours. */
const namedIn = (node: ts.Node): ReadonlyArray<ts.Symbol> => {
  const found: Array<ts.Symbol> = [];
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) {
      const symbol = checker.getSymbolAtLocation(child);
      if (symbol !== undefined)
        found.push(symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
    }
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found.filter((symbol) => symbol.declarations?.some(isOurs));
};

/** A type of ours: declared at the top of one of our modules. A unique symbol is a name that nobody is to write. */
const isOurs = (declaration: ts.Declaration): boolean =>
  declaration.getSourceFile().fileName.startsWith(inRoot("dist/")) &&
  (ts.isInterfaceDeclaration(declaration) ||
    ts.isTypeAliasDeclaration(declaration) ||
    ts.isClassDeclaration(declaration));

const forgotten = new Map<ts.Symbol, Set<string>>();
for (const [symbol] of declared)
  for (const declaration of symbol.declarations ?? [])
    for (const named of namedIn(declaration))
      if (!declared.has(named)) forgotten.set(named, (forgotten.get(named) ?? new Set()).add(symbol.name));
const unexported = [...forgotten].map(([{ name, declarations: at }, users]) => {
  const file = at?.[0]?.getSourceFile().fileName.slice(inRoot("dist/").length) ?? "";
  return `${name} (${file}) stands in the public signature of ${[...users].sort().join(", ")}, and no entry exports it`;
});

const declarations = [...new Set(declared.values())].sort((a, b) => (a < b ? -1 : 1));
const text = `${[...lists, "## declarations", "", ...declarations].join("\n")}\n`;

const problems = [...missing.map(({ name, types }) => `${name}: ${types} is missing`), ...unexported];
if (process.argv.includes("--accept") && problems.length === 0) {
  mkdirSync(dirname(golden), { recursive: true });
  writeFileSync(golden, text);
} else if (problems.length === 0) {
  const accepted = existsSync(golden) ? readFileSync(golden, "utf8") : "";
  if (accepted !== text) {
    const [before, after] = [accepted.split("\n"), text.split("\n")];
    const gone = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
    const added = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
    problems.push(
      `the public declarations differ from test/types/api.golden.txt (- accepted, + now). If that is meant: npm run api:accept\n${[...gone, ...added].join("\n")}`,
    );
  }
}
report("api-golden", problems, `${present.length} entries, ${declared.size} names`);
