/**
 * Packs the built package, installs it beside its peers in an empty folder, and loads every entry in raw Node by `import`
 * and by `require`. What tsc and vitest forgive (an import without extension, a file left out of the package) fails here.
 * Then publint and attw judge the tarball; the profile leaves out what Node 20.19 no longer needs, as it requires ESM.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entries, manifest } from "./support/entries.js";
import { root } from "./support/files.js";
import { report } from "./support/report.js";

const installMsMax = 180_000;

const run = (command: string, args: ReadonlyArray<string>, cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", timeout: installMsMax, stdio: ["ignore", "pipe", "pipe"] });

/** What the command printed, if it failed. */
const complaintOf = (command: () => string): string | undefined => {
  try {
    command();
    return undefined;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    return `${stdout}${stderr}`.trim() || String(error);
  }
};

const loadAll = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const answers = [];
for (const name of JSON.parse(process.argv[2])) {
  const answer = { name };
  try { answer.imported = Object.keys(await import(name)).length; } catch (error) { answer.importError = String(error); }
  try { answer.required = Object.keys(require(name)).length; } catch (error) { answer.requireError = String(error); }
  answers.push(answer);
}
console.log(JSON.stringify(answers));
process.exit(0);
`;

interface Answer {
  readonly name: string;
  readonly imported?: number;
  readonly required?: number;
  readonly importError?: string;
  readonly requireError?: string;
}

/** Examples that need no server, and the end of what they print. */
const userPrograms = [
  { example: "06-own-store", last: "the consumer reads: meet me at noon" },
  { example: "07-own-operator", last: "o-3, attempt 1" },
];

const dir = mkdtempSync(join(tmpdir(), "sluice-smoke-"));
const problems: Array<string> = [];
const loaded: Array<string> = [];
try {
  run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", dir], root);
  const tarball = join(dir, `sluice-${manifest.version}.tgz`);

  const dependencies: Record<string, string> = { sluice: `file:${tarball}` };
  for (const name of Object.keys(manifest.peerDependencies)) {
    dependencies[name] = manifest.devDependencies[name] ?? "latest";
  }
  writeFileSync(join(dir, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  writeFileSync(join(dir, "load.js"), loadAll);
  run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent"], dir);

  const names = entries.map(({ name }) => name);
  const answers = JSON.parse(run(process.execPath, ["load.js", JSON.stringify(names)], dir)) as ReadonlyArray<Answer>;
  for (const { name, imported, required, importError, requireError } of answers) {
    if (importError !== undefined) problems.push(`import("${name}"): ${importError}`);
    if (requireError !== undefined) problems.push(`require("${name}"): ${requireError}`);
    if (imported === 0) problems.push(`import("${name}"): exports nothing`);
    loaded.push(`${name} ${imported ?? "-"}/${required ?? "-"}`);
  }

  const bin = (name: string): string => join(root, "node_modules/.bin", name);

  // The types of every entry, also where they are not used: a user without `skipLibCheck` compiles all of them.
  const types = join(root, "node_modules/@types");
  writeFileSync(join(dir, "types.ts"), names.map((name) => `import {} from ${JSON.stringify(name)};\n`).join(""));
  const typesOptions = `--noEmit --strict --skipLibCheck false --module nodenext --target es2022 --types node --typeRoots ${types}`;
  const untyped = complaintOf(() => run(bin("tsc"), ["types.ts", ...typesOptions.split(" ")], dir));
  if (untyped !== undefined) problems.push(`the types of the entries: ${untyped}`);

  // What users write upon the port, by the types and the code of the package alone.
  for (const { example, last } of userPrograms) {
    cpSync(join(root, "examples", example), join(dir, example), { recursive: true });
    const options = `--outDir out/${example} --strict --module nodenext --target es2022 --types node --typeRoots ${types}`;
    const complaint = complaintOf(() => {
      run(bin("tsc"), [`${example}/main.ts`, ...options.split(" ")], dir);
      const printed = run(process.execPath, [`out/${example}/main.js`], dir).trim();
      if (!printed.endsWith(last)) throw new Error(`it printed ${JSON.stringify(printed)}`);
      return printed;
    });
    if (complaint !== undefined) problems.push(`examples/${example} upon the package: ${complaint}`);
  }

  const publint = complaintOf(() => run(bin("publint"), ["--strict", tarball], root));
  if (publint !== undefined) problems.push(`publint: ${publint}`);
  const attw = complaintOf(() => run(bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"], root));
  if (attw !== undefined) problems.push(`attw: ${attw}`);

  const packed = JSON.parse(readFileSync(join(dir, "node_modules/sluice/package.json"), "utf8")) as {
    readonly version: string;
  };
  if (packed.version !== manifest.version) problems.push(`installed ${packed.version}, packed ${manifest.version}`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
report(
  "smoke",
  problems,
  `names by import/require: ${loaded.join(", ")}; publint and attw are content; examples upon the package run`,
);
