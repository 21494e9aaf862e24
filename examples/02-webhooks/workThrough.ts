/** The end of the work: wait until only blocked webhooks are left, repair what blocked them, and wait for the rest. */
import { concatMap, exhaustMap, first, map, type Observable, tap, timer } from "rxjs";
import type { Blocked, Effect, QueueStats } from "sluice";
import type { Webhook } from "./codecs/Webhook.js";
import type { Downstream } from "./downstream.js";
import type { Queues } from "./queues.js";

/** Emits once nothing is left in a queue but what is blocked, and what waits behind it. */
const quiet = (stats: Effect<QueueStats>): Observable<QueueStats> =>
  timer(0, 50).pipe(
    exhaustMap(() => stats),
    first(({ ready, delayed, leased }) => ready + delayed + leased === 0),
  );

/** Emits what had been blocked, once everything is handled and every digest line is sent. */
export const workThrough = (
  { webhooks, digest }: Queues,
  downstream: Downstream,
): Observable<ReadonlyArray<Blocked<Webhook>>> =>
  quiet(webhooks.stats).pipe(
    concatMap(() => webhooks.blocked({ limit: 1_000 })),
    tap(() => downstream.repair()),
    concatMap(({ items }) => webhooks.unblock("all", "retry").pipe(map(() => items))),
    concatMap((items) => quiet(webhooks.stats).pipe(map(() => items))),
    concatMap((items) => quiet(digest.stats).pipe(map(() => items))),
  );
