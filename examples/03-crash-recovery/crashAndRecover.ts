/** The story: two consumers share the jobs, one is killed with jobs in hand, the other ends the work. */
import { exhaustMap, filter, firstValueFrom, forkJoin, skip, timeout, timer } from "rxjs";
import type { Store } from "sluice";
import type { SharedPlace } from "../place/Place.js";
import { type Done, openQueues } from "./queues.js";
import { spawnConsumer } from "./spawnConsumer.js";

export const jobCount = 40;

/** How many jobs the first consumer settles before it is killed. */
const settledBeforeKill = 5;

/** Answers what is in the ledger when all jobs are acked. */
export const crashAndRecover = async (store: Store, place: SharedPlace): Promise<ReadonlyArray<Done>> => {
  const { jobs, done } = openQueues(store);
  const doomed = spawnConsumer("doomed", place);
  const survivor = spawnConsumer("survivor", place);
  try {
    await firstValueFrom(forkJoin([doomed.ready$, survivor.ready$]).pipe(timeout(20_000)));
    await jobs.enqueueAll(Array.from({ length: jobCount }, (_, i) => ({ number: i + 1 })));

    await firstValueFrom(doomed.settled$.pipe(skip(settledBeforeKill - 1), timeout(20_000)));
    await doomed.kill9();
    console.log(`killed a consumer after ${settledBeforeKill} jobs, with others in hand`);

    const allAcked$ = timer(0, 100).pipe(
      exhaustMap(() => jobs.stats()),
      filter(({ acked }) => acked === jobCount),
    );
    const { enqueued, acked } = await firstValueFrom(allAcked$.pipe(timeout({ first: 20_000 })));
    console.log(`${enqueued} enqueued, ${acked} acked`);
    await survivor.stop();
    const entries = await done.receive({ max: 1_000 });
    await Promise.all(entries.map(({ ack }) => ack));
    return entries.map(({ data }) => data);
  } finally {
    await Promise.all([doomed.kill9(), survivor.kill9()]);
  }
};
