/**
 * What is published, told three times, and must agree: the exports of package.json, the files of src/entries, and the names by
 * which the sources find them (the paths of tsconfig.json, the aliases of vitest.config.ts). Likewise the operators: each file
 * of src/operators is exported by the root entry, or says that it is internal.
 */

import ts from "typescript";

/** Where an export of package.json leads to. */
type Target = string | { readonly types?: string; readonly default?: string };

/** An alias of vitest: what it finds, and what it puts there. */
export interface Alias {
  readonly find: string | RegExp;
  readonly replacement: string;
}

export interface Published {
  readonly exports: Readonly<Record<string, Target>>;
  /** The names of the files of src/entries: `index.ts`. */
  readonly files: ReadonlyArray<string>;
  readonly paths: Readonly<Record<string, ReadonlyArray<string>>>;
  readonly aliases: ReadonlyArray<Alias>;
}

const entryOf = (path: string): string => (path === "." ? "index" : path.slice(2));

/** What a name leads to by the paths of tsconfig.json: exact names first, then patterns with one star. */
const byPaths = (name: string, paths: Published["paths"]): string | undefined => {
  const exact = paths[name]?.[0];
  if (exact !== undefined) return exact;
  for (const [pattern, [target]] of Object.entries(paths)) {
    const [head, tail] = pattern.split("*");
    if (head === undefined || tail === undefined || !name.startsWith(head) || !name.endsWith(tail)) continue;
    return target?.replace("*", name.slice(head.length, name.length - tail.length));
  }
  return undefined;
};

/** The same by the aliases of vitest: the first that fits. */
const byAliases = (name: string, aliases: Published["aliases"]): string | undefined => {
  const found = aliases.find(({ find }) => (typeof find === "string" ? find === name : find.test(name)));
  return found === undefined ? undefined : name.replace(found.find, found.replacement);
};

/** Where package exports, entries, paths and aliases disagree. */
export const checkEntries = ({ exports, files, paths, aliases }: Published): ReadonlyArray<string> => {
  const problems: Array<string> = [];
  const published = new Set<string>();
  for (const [path, target] of Object.entries(exports)) {
    if (path === "./package.json") continue;
    const entry = entryOf(path);
    published.add(`${entry}.ts`);
    const { types, default: code } = typeof target === "string" ? { types: undefined, default: target } : target;
    if (!files.includes(`${entry}.ts`))
      problems.push(`package.json exports "${path}", and there is no src/entries/${entry}.ts`);
    if (types !== `./dist/entries/${entry}.d.ts`)
      problems.push(`package.json: the types of "${path}" are not dist/entries/${entry}.d.ts`);
    if (code !== `./dist/entries/${entry}.js`)
      problems.push(`package.json: "${path}" does not lead to dist/entries/${entry}.js`);
    const name = `sluice${path.slice(1)}`;
    if (byPaths(name, paths) !== `./src/entries/${entry}.ts`)
      problems.push(`tsconfig.json: "${name}" does not lead to src/entries/${entry}.ts`);
    if (byAliases(name, aliases)?.endsWith(`/src/entries/${entry}.ts`) !== true)
      problems.push(`vitest.config.ts: "${name}" does not lead to src/entries/${entry}.ts`);
  }
  for (const file of files)
    if (!published.has(file)) problems.push(`src/entries/${file} is not exported by package.json`);
  return problems;
};

/** Each module that a list of exports names, and what it exports from there as values. */
const valuesOf = (entry: string): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, ReadonlyArray<string>>();
  for (const statement of ts.createSourceFile("entry.ts", entry, ts.ScriptTarget.ES2022).statements) {
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) continue;
    const { exportClause: clause, moduleSpecifier: from } = statement;
    if (clause === undefined || !ts.isNamedExports(clause) || from === undefined || !ts.isStringLiteral(from)) continue;
    const names = clause.elements.flatMap((one) => (one.isTypeOnly ? [] : [one.name.text]));
    found.set(from.text, [...(found.get(from.text) ?? []), ...names]);
  }
  return found;
};

/** A file of src/operators: its name, and its text. */
export interface OperatorFile {
  readonly name: string;
  readonly text: string;
}

/** Which operators are not exported by the root entry under the name of their file, and which exports have no such file. */
export const checkOperators = (files: ReadonlyArray<OperatorFile>, entry: string): ReadonlyArray<string> => {
  const problems: Array<string> = [];
  const values = valuesOf(entry);
  for (const { name, text } of files) {
    const operator = name.slice(0, -".ts".length);
    const isExported = values.get(`../operators/${operator}.js`)?.includes(operator) === true;
    const isInternal = /^ *(?:\/\*\*)? *\*? *@internal\b/m.test(text.slice(0, text.indexOf("export ")));
    if (!/^[a-z]/.test(operator))
      problems.push(`src/operators/${name} is no operator, whose file has its name: it belongs into internal/`);
    else if (isExported === isInternal)
      problems.push(
        `src/operators/${name} is ${isExported ? "exported though it says @internal" : "neither exported by src/entries/index.ts nor @internal"}`,
      );
  }
  for (const [module, names] of values) {
    const operator = /^\.\.\/operators\/([^/]+)\.js$/.exec(module)?.[1];
    if (operator === undefined) continue;
    if (!files.some(({ name }) => name === `${operator}.ts`))
      problems.push(`src/entries/index.ts exports from src/operators/${operator}.ts, which is not there`);
    for (const name of names)
      if (name !== operator)
        problems.push(
          `src/entries/index.ts exports ${name} from src/operators/${operator}.ts: an operator has a file of its name`,
        );
  }
  return problems;
};
