/**
 * Two consumers in processes of their own, one of them killed (SIGKILL) with jobs in hand: the other gets those jobs when their leases end,
 * and finishes.
 *
 *   npm run example -- examples/03-crash-recovery/main.ts --redis redis://localhost:6379
 *   npm run example -- examples/03-crash-recovery/main.ts --postgres postgres://localhost/postgres
 */
import { Command } from "commander";
import { atPlace } from "../place/atPlace.js";
import { isShared, type SharedPlace } from "../place/Place.js";
import { addPlaceOptions, type PlaceOptions, placeOf } from "../place/placeOptions.js";
import { crashAndRecover, jobCount } from "./crashAndRecover.js";
import type { Done } from "./queues.js";

const placeGiven = (): SharedPlace => {
  const command = addPlaceOptions(
    new Command("crash-recovery").description("Kills one of two consumers and shows that no job is lost."),
  ).parse();
  // A namespace of this run alone, so that runs at the same time do not meet.
  const place = placeOf(command.opts<PlaceOptions>(), `sluice-crash-recovery-${process.pid}-${Date.now()}`);
  if (isShared(place)) return place;
  return command.error("error: two processes need a server to share: give --redis <url> or --postgres <url>");
};

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

const main = (): Promise<boolean> => {
  const place = placeGiven();
  return atPlace(place, async (store) => report(await crashAndRecover(store, place)));
};

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
