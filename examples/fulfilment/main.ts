/**
 * Orders go through payment, stock and shipping by the reactions of a broker: on Redis in three processes, of which one is killed.
 *
 *   npm run example -- examples/fulfilment/main.ts
 *   npm run example -- examples/fulfilment/main.ts --redis redis://localhost:6379
 *
 * See README.md beside this file.
 */
import { readCliOptions } from "./cliOptions.js";
import { run } from "./run.js";

const options = readCliOptions(process.argv);
console.log(`Fulfilment of ${options.orders} orders, ${options.redis === undefined ? "in memory" : "on Redis"}`);
try {
  process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // At once: a store that could not be reached need not be waited for.
  process.exit(1);
}
