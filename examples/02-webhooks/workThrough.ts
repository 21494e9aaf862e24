/** The end of the work: wait until only blocked webhooks are left, repair what blocked them, and wait for the rest. */
import { concatMap, exhaustMap, first, type Observable, tap, timer } from "rxjs";
import type { Effect, QueueStats } from "sluice";
import type { Downstream } from "./downstream.js";
import type { Progress } from "./Progress.js";
import type { Queues } from "./queues.js";

/** Emits once nothing is left in a queue but what is blocked, and what waits behind it. */
const quiet = (stats: Effect<QueueStats>): Observable<QueueStats> =>
  timer(0, 50).pipe(
    exhaustMap(() => stats),
    first(({ ready, delayed, leased }) => ready + delayed + leased === 0),
  );

/** Emits once every webhook is handled and every digest line is sent. */
export const workThrough = (
  { webhooks, digest }: Queues,
  downstream: Downstream,
  progress: Progress,
): Observable<QueueStats> =>
  quiet(webhooks.stats()).pipe(
    tap(({ blocked, waiting }) => progress.say(`${blocked} blocked, ${waiting} wait behind: repaired and unblocked`)),
    tap(() => downstream.repair()),
    concatMap(() => webhooks.unblock("all", "retry")),
    concatMap(() => quiet(webhooks.stats())),
    concatMap(() => quiet(digest.stats())),
  );
