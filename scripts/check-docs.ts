/**
 * Compiles every piece of code in the documentation, with `sluice` resolved to the sources (test/docs.test.ts runs them), compares
 * what is quoted with its file, follows the links between pages, and counts the lines of the README.
 */

import ts from "typescript";
import { inRoot } from "./support/files.js";
import { brokenLinks, longReadme, pages } from "./support/pages.js";
import { report } from "./support/report.js";
import { examplesWithoutCode, readSnippets, writeSnippets, wrongQuotes } from "./support/snippets.js";

const snippets = readSnippets();
writeSnippets(snippets);

const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
const config = ts.getParsedCommandLineOfConfigFile(
  inRoot("tsconfig.json"),
  // A snippet may name a thing to show it, and reads better with process.env.NAME.
  { noUnusedLocals: false, noUnusedParameters: false, noPropertyAccessFromIndexSignature: false },
  host,
);
if (config === undefined) throw new Error("tsconfig.json cannot be read");
const program = ts.createProgram(
  snippets.map(({ path }) => path),
  config.options,
);

const problems = snippets.flatMap(({ path, file, line }) => {
  const source = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((diagnostic) => {
    const at = source === undefined ? 0 : source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line;
    return `${file}:${line + at}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n")}`;
  });
});
report(
  "check-docs",
  [...problems, ...wrongQuotes(), ...examplesWithoutCode(), ...brokenLinks(), ...longReadme()],
  `${snippets.length} blocks, ${pages().length} pages`,
);
