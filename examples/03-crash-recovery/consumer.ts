/** A consumer process: works until it is killed or the parent asks it to stop, and tells the parent of each settled job. */
import { Redis } from "ioredis";
import { fromEvent, lastValueFrom, map, tap, timer } from "rxjs";
import { followUp, handle, retryBackoff, settle } from "sluice";
import { redisStore } from "sluice/redis";
import { openQueues } from "./queues.js";

const [url = "", namespace = "", name = ""] = process.argv.slice(2);
const store = redisStore(new Redis(url), { namespace });
const { jobs, done } = openQueues(store);

const settlements$ = jobs
  .messages({ consumer: name, prefetch: 6, stop$: fromEvent(process, "message"), stopMsMax: 2_000 })
  .pipe(
    handle(({ data }) => timer(80).pipe(map(() => data.number)), { concurrency: 3 }),
    followUp((job, { attempt }) => [done.enqueue({ job, attempt, consumer: name })]),
    retryBackoff({ initialMs: 50, attemptsMax: 5 }),
    settle(),
  );

await lastValueFrom(settlements$.pipe(tap(({ outcome }) => process.send?.(outcome._tag))), { defaultValue: undefined });
await store.close();
process.disconnect?.();
