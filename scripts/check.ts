/** Every check that needs no server, one after the other; stops at the first that fails, and says which. */

import { spawnSync } from "node:child_process";
import { root } from "./support/files.js";

const checks = ["format", "types", "lint", "unused", "layers", "entries", "lua", "marbles", "docs", "api", "package"];

for (const name of checks) {
  const startMs = performance.now();
  console.log(`\n── check:${name}`);
  const { status } = spawnSync("npm", ["run", "--silent", `check:${name}`], { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    console.error(`\ncheck failed: ${name}. Run it alone by \`npm run check:${name}\`.`);
    process.exit(1);
  }
  console.log(`   ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
}
console.log(`\nall ${checks.length} checks passed: ${checks.join(", ")}`);
