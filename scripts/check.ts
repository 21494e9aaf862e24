/**
 * Every check that needs no server. Those that only read run two at a time, each with its output whole; those that build come
 * after them, one by one, since they write what the others read. Stops at the first that fails, and says which.
 */

import { spawn } from "node:child_process";
import { root } from "./support/files.js";

/** The longest come first, so that none of them is left over at the end. */
const reading = ["lint", "types", "docs", "marbles", "layers", "format", "unused", "entries", "glossary", "lua", "sql"];
const building = ["api", "package"];
const SIDE_BY_SIDE_MAX = 2;

interface Ended {
  readonly passed: boolean;
  readonly output: string;
}

const run = (name: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", `check:${name}`], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
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

/** Runs checks from the front of the list, one after the other, until there are none or one has failed. */
const work = async (names: Array<string>): Promise<void> => {
  for (let name = names.shift(); name !== undefined && failed === undefined; name = names.shift()) {
    const startMs = performance.now();
    const { passed, output } = await run(name);
    console.log(`\n── check:${name}\n${output}   ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
    if (!passed) failed ??= name;
  }
};

const left = [...reading];
await Promise.all(Array.from({ length: SIDE_BY_SIDE_MAX }, () => work(left)));
await work([...building]);

if (failed === undefined) {
  const all = [...reading, ...building];
  console.log(`\nall ${all.length} checks passed: ${all.join(", ")}`);
} else {
  console.error(`\ncheck failed: ${failed}. Run it alone by \`npm run check:${failed}\`.`);
  process.exitCode = 1;
}
