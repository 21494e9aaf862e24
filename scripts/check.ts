/**
 * Every check that needs no server, two at a time, each with its output whole. Those that read the sources come first; then the package is
 * built, once, for those that read it. Stops at the first that fails, and says which.
 */

import { spawn } from "node:child_process";
import { root } from "./support/files.js";

/** The longest come first, so that none of them is left over at the end. */
const reading = ["lint", "types", "docs", "marbles", "layers", "format", "unused", "entries", "glossary", "lua", "sql"];
const built = ["package", "api"];
const SIDE_BY_SIDE_MAX = 2;

interface Ended {
  readonly passed: boolean;
  readonly output: string;
}

const run = (script: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", script], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (text: string): void => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", reject);
    child.on("close", (code) => resolve({ passed: code === 0, output }));
  });

let failed: string | undefined;

/** Runs these scripts from the front of the list, two at a time, until there are none or one has failed. */
const runAll = async (scripts: ReadonlyArray<string>): Promise<void> => {
  const left = [...scripts];
  const work = async (): Promise<void> => {
    for (let script = left.shift(); script !== undefined && failed === undefined; script = left.shift()) {
      const startMs = performance.now();
      const { passed, output } = await run(script);
      console.log(`\n── ${script}\n${output}   ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
      if (!passed) failed ??= script;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE_MAX }, work));
};

await runAll(reading.map((name) => `check:${name}`));
await runAll(["build"]);
await runAll(built.map((name) => `built:${name}`));

if (failed === undefined) {
  const all = [...reading, ...built];
  console.log(`\nall ${all.length} checks passed: ${all.join(", ")}`);
} else {
  console.error(`\ncheck failed: ${failed}. Run it alone by \`npm run ${failed}\`.`);
  process.exitCode = 1;
}
