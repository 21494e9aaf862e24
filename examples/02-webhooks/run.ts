/** The whole example: opens the store, works, and prints what came of it. */
import type { Store } from "sluice";
import { checksOf } from "./checks.js";
import type { CliOptions } from "./cliOptions.js";
import { openStore } from "./openStore.js";
import { openQueues } from "./queues.js";
import { readWebhooks } from "./readWebhooks.js";
import { runOnce } from "./runOnce.js";
import { summaryOf } from "./summary.js";

/** Answers whether the numbers are right. */
export const run = async (options: CliOptions): Promise<boolean> => {
  const { store, close } = await openStore(options.place);
  try {
    return await work(store, options);
  } finally {
    await close();
  }
};

const work = async (store: Store, options: CliOptions): Promise<boolean> => {
  const report = await runOnce(openQueues(store), readWebhooks(), options);
  console.log(`\n${summaryOf(report, options)}\n`);
  const checks = checksOf(report);
  for (const { claim, verdict } of checks) console.log(`${verdict}: ${claim}`);
  return checks.every(({ verdict }) => verdict === "right");
};
