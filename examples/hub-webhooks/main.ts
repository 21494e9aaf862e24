/**
 * GitHub's example webhooks go to five destinations by routes that are JSON, one of them over HTTP to a receiver beside it: on a server
 * from two processes, of which one is killed.
 *
 *   npm run example -- examples/hub-webhooks/main.ts
 *   npm run example -- examples/hub-webhooks/main.ts --redis redis://localhost:6379
 *   npm run example -- examples/hub-webhooks/main.ts --postgres postgres://localhost/postgres
 *   npm run example -- examples/hub-webhooks/main.ts --pglite ./data
 *
 * See README.md beside this file.
 */
import { nameOf } from "../place/Place.js";
import { readCliOptions } from "./cliOptions.js";
import { run } from "./run.js";

const options = readCliOptions(process.argv);
console.log(`GitHub's example webhooks through a hub, ${nameOf(options.place)}`);
try {
  process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // At once: a store that could not be reached need not be waited for.
  process.exit(1);
}
