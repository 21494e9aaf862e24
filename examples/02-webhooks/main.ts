/**
 * All example payloads of GitHub's webhooks through a queue: decoded, keyed by repository, handled by event, retried,
 * blocked and repaired, with a digest in batches, and counted at the end.
 *
 *   npm start
 *   npm start -- --redis redis://localhost:6379
 *
 * On Redis it may be killed at any moment: the next run goes on where it was. See README.md beside this file.
 */
import type { Store } from "sluice";
import { checksOf } from "./checks.js";
import { type CliOptions, readCliOptions } from "./cliOptions.js";
import { openStore } from "./openStore.js";
import { openQueues } from "./queues.js";
import { readWebhooks } from "./readWebhooks.js";
import { runOnce } from "./runOnce.js";
import { summaryOf } from "./summary.js";

/** Answers whether the numbers are right. */
const work = async (store: Store, options: CliOptions): Promise<boolean> => {
  const input = readWebhooks();
  console.log(`${input.length} payloads read`);

  const report = await runOnce(openQueues(store), input, options);

  console.log(`\n${summaryOf(report, options)}\n`);
  const checks = checksOf(report);
  for (const { claim, verdict } of checks) console.log(`${verdict}: ${claim}`);
  return checks.every(({ verdict }) => verdict === "right");
};

const main = async (options: CliOptions): Promise<boolean> => {
  const store = await openStore(options);
  try {
    return await work(store, options);
  } finally {
    await store.close();
  }
};

// Whoever reads the output may have seen enough: `npm start | head`.
process.stdout.on("error", () => process.exit(1));
try {
  process.exitCode = (await main(readCliOptions(process.argv))) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // At once: a store that could not be reached need not be waited for.
  process.exit(1);
}
