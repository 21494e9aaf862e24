/** A consumer process: it works until it is killed or the parent says so (or is gone), and tells of each settled job. */
import { fromEvent, lastValueFrom, map, merge, tap, timer } from "rxjs";
import { followUp, handle, retryBackoff, settle } from "sluice";
import { openPlace } from "../place/openPlace.js";
import type { SharedPlace } from "../place/Place.js";
import { openQueues } from "./queues.js";

const [place = "", name = ""] = process.argv.slice(2);
const { store, close } = await openPlace(JSON.parse(place) as SharedPlace);
const { jobs, done } = openQueues(store);

const stop$ = merge(fromEvent(process, "message"), fromEvent(process, "disconnect"));
const settlements$ = jobs.messages({ consumer: name, prefetch: 6, stop$, stopMsMax: 2_000 }).pipe(
  handle(({ data }) => timer(80).pipe(map(() => data.number)), { concurrency: 3 }),
  followUp((job, { attempt }) => [done.enqueue({ job, attempt, consumer: name })]),
  retryBackoff({ initialMs: 50, attemptsMax: 5 }),
  settle(),
);

await store.ready();
process.send?.("ready");
await lastValueFrom(settlements$.pipe(tap(({ outcome }) => process.send?.(outcome._tag))), { defaultValue: undefined });
await close();
