/**
 * Orders go through payment, stock and shipping by the reactions of a broker: on a server in three processes, of which one is killed.
 *
 *   npm run example -- examples/fulfilment/main.ts
 *   npm run example -- examples/fulfilment/main.ts --redis redis://localhost:6379
 *   npm run example -- examples/fulfilment/main.ts --postgres postgres://localhost/postgres
 *   npm run example -- examples/fulfilment/main.ts --pglite ./data
 *
 * See README.md beside this file.
 */
import { nameOf } from "../place/Place.js";
import { readCliOptions } from "./cliOptions.js";
import { run } from "./run.js";

const options = readCliOptions(process.argv);
console.log(`Fulfilment of ${options.orders} orders, ${nameOf(options.place)}`);
try {
  process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // At once: a store that could not be reached need not be waited for.
  process.exit(1);
}
