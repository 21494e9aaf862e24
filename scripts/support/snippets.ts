/**
 * The code that documents the library: `ts` blocks of every page (see pages.ts) and of the doc comments in src.
 *
 * Each block is a module of its own, complete with its imports. `ts no-run` is compiled and not run. A block whose first
 * line is `// needs: redis` gets a constant `redisUrl` in place of that line, one with `// needs: postgres` a `postgresUrl`. `ts examples/…/worker.ts` quotes that file word
 * for word: the file is compiled with the examples and run by their tests, so the block is only compared with it.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { docComments, type Fence, fencesOfComments, fencesOfMarkdown } from "./fences.js";
import { filesBelow, filesIn, inRoot } from "./files.js";
import { pages } from "./pages.js";

export interface Snippet {
  /** Where it stands: `README.md:42`. */
  readonly origin: string;
  readonly file: string;
  /** Line of its first line in `file`, from 1. */
  readonly line: number;
  /** The generated module. */
  readonly path: string;
  readonly code: string;
  readonly runs: boolean;
  /** The server that it needs; undefined where it needs none. */
  readonly needs: "redis" | "postgres" | undefined;
}

const folder = inRoot(".cache/docs");
const needed = /^\/\/ needs: (redis|postgres)\s*$/m;
const urls = {
  redis: `const redisUrl = process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379";`,
  postgres: `const postgresUrl = process.env["POSTGRES_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres";`,
} as const;

/** The language of a block, the file that it quotes, if it does, and its flags. */
const infoOf = (info: string) => {
  const [language, ...flags] = info.split(/\s+/);
  return {
    isTs: language === "ts" || language === "typescript",
    quoted: flags.find((flag) => flag.includes("/")),
    flags,
  };
};

const snippet = (file: string, { info, text, line }: Fence): ReadonlyArray<Snippet> => {
  const { isTs, quoted, flags } = infoOf(info);
  if (!isTs || quoted !== undefined) return [];
  const needs = needed.exec(text.split("\n")[0] ?? "")?.[1] as Snippet["needs"];
  return [
    {
      origin: `${file}:${line}`,
      file,
      line,
      path: `${folder}/${file.replace(/[^\w.]+/g, "_")}-${line}.ts`,
      code: `${needs === undefined ? text : text.replace(needed, urls[needs])}\nexport {};\n`,
      runs: !flags.includes("no-run"),
      needs,
    },
  ];
};

const read = (file: string): string => readFileSync(inRoot(file), "utf8");

export const readSnippets = (): ReadonlyArray<Snippet> => {
  const modules = filesBelow(inRoot("src"), ".ts").map((file) => `src/${file}`);
  return [
    ...pages().flatMap((file) => fencesOfMarkdown(read(file)).flatMap((fence) => snippet(file, fence))),
    ...modules.flatMap((file) => fencesOfComments(read(file)).flatMap((fence) => snippet(file, fence))),
  ];
};

/** Blocks that name a file and are not its text. */
export const wrongQuotes = (): ReadonlyArray<string> =>
  pages().flatMap((file) =>
    fencesOfMarkdown(read(file)).flatMap(({ info, text, line }) => {
      const { isTs, quoted } = infoOf(info);
      if (!isTs || quoted === undefined) return [];
      if (!existsSync(inRoot(quoted))) return [`${file}:${line}: quotes ${quoted}, which is not there`];
      return read(quoted).trimEnd() === text ? [] : [`${file}:${line}: is not the text of ${quoted}`];
    }),
  );

/** Doc comments whose `@example` holds no code to check. */
export const examplesWithoutCode = (): ReadonlyArray<string> =>
  filesBelow(inRoot("src"), ".ts").flatMap((file) =>
    docComments(read(`src/${file}`)).flatMap(({ lines, line }) =>
      lines.flatMap((text, at) => {
        if (!/^@example\b/.test(text)) return [];
        const rest = lines.slice(at + 1);
        const end = rest.findIndex((next) => /^@\w/.test(next));
        const hasCode = (end === -1 ? rest : rest.slice(0, end)).some((next) => /^\s*```ts\b/.test(next));
        return hasCode ? [] : [`src/${file}:${line + at}: an @example without a block of kind ts`];
      }),
    ),
  );

/** Writes each snippet as a module, and removes those of snippets that are gone. What has not changed is not touched. */
export const writeSnippets = (snippets: ReadonlyArray<Snippet>): void => {
  mkdirSync(folder, { recursive: true });
  const paths = new Set(snippets.map(({ path }) => path));
  for (const file of filesIn(folder, ".ts")) {
    if (!paths.has(`${folder}/${file}`)) rmSync(`${folder}/${file}`);
  }
  for (const { path, code } of snippets) {
    if (!existsSync(path) || readFileSync(path, "utf8") !== code) writeFileSync(path, code);
  }
};
