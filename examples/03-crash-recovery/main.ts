/**
 * Two consumers in processes of their own on Redis, one of them killed (SIGKILL) with jobs in hand: the other gets those
 * jobs when their leases end, and finishes.
 *
 *   npm run example -- examples/03-crash-recovery/main.ts --redis redis://localhost:6379
 */
import { Command, Option } from "commander";
import { crashAndRecover, jobCount } from "./crashAndRecover.js";
import { openStore } from "./openStore.js";
import type { Done } from "./queues.js";
import { removeKeys } from "./removeKeys.js";

const { redis: url } = new Command("crash-recovery")
  .description("Kills one of two consumers and shows that no job is lost. Needs a Redis server.")
  .addOption(new Option("--redis <url>", "where it is").env("REDIS_URL").makeOptionMandatory())
  .parse()
  .opts<{ readonly redis: string }>();

const lineOf = ({ job, attempt, consumer }: Done): string =>
  `job ${String(job).padStart(2)}  attempt ${attempt}  ${consumer}`;

/** Answers whether each job was done exactly once. */
const report = (done: ReadonlyArray<Done>): boolean => {
  const inOrder = [...done].sort((a, b) => a.job - b.job);
  for (const one of inOrder) console.log(lineOf(one));
  const lost = jobCount - new Set(done.map(({ job }) => job)).size;
  const again = done.filter(({ attempt }) => attempt > 1).length;
  console.log(`${jobCount} jobs, ${lost} lost, ${done.length} acked, ${again} delivered again after the kill`);
  return lost === 0 && done.length === jobCount && again > 0;
};

const main = async (): Promise<boolean> => {
  // A namespace of this run alone, so that runs at the same time do not meet.
  const place = { url, namespace: `sluice-crash-recovery-${process.pid}-${Date.now()}` };
  const store = openStore(place);
  try {
    await store.ready();
    const right = report(await crashAndRecover(store, place));
    await removeKeys(place);
    return right;
  } finally {
    await store.close();
  }
};

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
