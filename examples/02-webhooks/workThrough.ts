/** The end of the work: wait until only blocked webhooks are left, repair what blocked them, and wait for the rest. */
import { concat, defer, exhaustMap, first, ignoreElements, map, type Observable, tap, timer } from "rxjs";
import type { Blocked, Queue, QueueStats } from "sluice";
import type { Webhook } from "./codecs/Webhook.js";
import type { Downstream } from "./downstream.js";
import type { Queues } from "./queues.js";

/** Emits once nothing is left in the queue but what is blocked, and what waits behind it. */
const quiet = ({ stats }: Pick<Queue<never>, "stats">): Observable<QueueStats> =>
  timer(0, 50).pipe(
    exhaustMap(() => stats),
    first(({ ready, delayed, leased }) => ready + delayed + leased === 0),
  );
