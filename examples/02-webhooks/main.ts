/**
 * All example payloads of GitHub's webhooks through a queue: decoded, keyed by repository, handled by event, retried,
 * blocked and repaired, with a digest in batches, and counted at the end.
 *
 *   npm start
 *   npm start -- --pglite ./data
 *   npm start -- --redis redis://localhost:6379
 *   npm start -- --postgres postgres://localhost/postgres
 *
 * But for the run in memory it may be killed at any moment: the next run goes on where it was. See README.md beside this file.
 */
import { nameOf } from "../place/Place.js";
import { readCliOptions } from "./cliOptions.js";

const options = readCliOptions(process.argv);
console.log(`GitHub's example webhooks through a queue ${nameOf(options.place)}`);

// Whoever reads the output may have seen enough: `npm start | head`.
process.stdout.on("error", () => process.exit(1));
try {
  // Loaded behind the first line: the library and all payloads take a moment.
  const { run } = await import("./run.js");
  process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // At once: a store that could not be reached need not be waited for.
  process.exit(1);
}
