import type { KnipConfig } from "knip";

/** What `npm run check:unused` starts from: whatever no entry leads to is refused. An export that only a test uses is used. */
const config: KnipConfig = {
  entry: [
    "src/entries/*.ts",
    "scripts/*.ts",
    "scripts/matrix/*.ts",
    "examples/*/{main,consumer,producer,worker}.ts",
    "test/**/*.test.ts",
    "test/types/*.test-d.ts",
    // Linted by a test, never imported.
    "test/types/awaiting.ts",
  ],
  project: ["src/**/*.ts", "scripts/**/*.ts", "examples/**/*.ts", "test/**/*.ts", "*.config.*"],
  // Named in texts alone: loaded by a variable, served as files, run from node_modules/.bin, or put in the place of ioredis by IOREDIS=5.
  ignoreDependencies: [
    "@arethetypeswrong/cli",
    "@octokit/webhooks-examples",
    "@swirly/parser",
    "@swirly/renderer-node",
    "htmx.org",
    "ioredis5",
    "publint",
  ],
  // Of the system, not of a package.
  ignoreBinaries: ["redis-server"],
};

export default config;
