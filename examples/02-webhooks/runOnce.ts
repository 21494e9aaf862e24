/** One run: enqueue what is not queued yet, consume until all is handled (or Ctrl+C), and report. */
import {
  count,
  firstValueFrom,
  forkJoin,
  from,
  fromEvent,
  lastValueFrom,
  map,
  race,
  reduce,
  Subject,
  take,
  tap,
} from "rxjs";
import { enqueueTo, type QueueStats } from "sluice";
import type { CliOptions } from "./cliOptions.js";
import type { Webhook } from "./codecs/Webhook.js";
import { simulatedDownstream } from "./downstream.js";
import { handleWebhooks } from "./handleWebhooks.js";
import { progressOn } from "./Progress.js";
import type { Queues } from "./queues.js";
import type { Report } from "./Report.js";
import { readLedger } from "./readLedger.js";
import { sendDigest } from "./sendDigest.js";
import { showProgress } from "./showProgress.js";
import { addToTally, emptyTally } from "./Tally.js";
import { workThrough } from "./workThrough.js";

/** The downstream does not know this one until it is repaired. */
const unknownRepository = "Octocoders/Hello-World";

export const runOnce = async (
  queues: Queues,
  input: ReadonlyArray<Webhook>,
  { pace, concurrency }: Pick<CliOptions, "pace" | "concurrency">,
): Promise<Report> => {
  const before = await queues.webhooks.stats();
  tellWhatIsLeft(before);
  await lastValueFrom(from(input).pipe(enqueueTo(queues.webhooks, { options: ({ delivery }) => ({ id: delivery }) })));

  const downstream = simulatedDownstream(pace, unknownRepository);
  const progress = progressOn(process.stdout, input.length);
  const stop$ = new Subject<unknown>();
  const interrupted$ = fromEvent(process, "SIGINT").pipe(
    tap(() => progress.say("stopped before the end; but for a run in memory, the next one goes on from here")),
  );
  const stopped$ = race(
    workThrough(queues, downstream, progress).pipe(map(() => false)),
    interrupted$.pipe(map(() => true)),
  ).pipe(take(1));
  const [tally, , stopped] = await firstValueFrom(
    forkJoin([
      handleWebhooks(queues, downstream, { concurrency, stop$ }).pipe(
        showProgress(progress, before.acked),
        reduce(addToTally, emptyTally),
      ),
      sendDigest(queues.digest, downstream, stop$).pipe(count()),
      stopped$.pipe(tap(() => stop$.next(undefined))),
    ]),
  );

  return {
    stopped,
    input,
    tally,
    ledger: await firstValueFrom(readLedger(queues.ledger)),
    webhooks: await queues.webhooks.stats(),
    digest: await queues.digest.stats(),
  };
};

/** Handlers run at least once: those that were in hand when a run was killed will run again, though they may have done their work. */
const tellWhatIsLeft = ({ enqueued, acked, leased }: QueueStats): void => {
  if (enqueued === 0) return;
  console.log(`An earlier run queued ${enqueued} webhooks and handled ${acked}.`);
  if (leased > 0) console.log(`It had ${leased} in hand when it ended: these are delivered again, and may run twice.`);
};
