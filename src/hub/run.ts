/** What one process does for a hub: delivers its dispatches, marks what is lost, and gives up what is not to be kept. */
import { defer, map, merge, mergeMap, Observable, Subject, switchMap, takeUntil, tap, timer } from "rxjs";
import { duration, optionsOf, wholeNumber } from "../core/options.js";
import { Stop } from "../core/Stop.js";
import { callsOf, type Turn } from "../log/callsOf.js";
import { END_MS_MAX } from "../log/leading.js";
import type { Parts } from "./definition.js";
import { deliver } from "./deliver/deliver.js";
import { checkConcurrency } from "./destinationOptions.js";
import type { Executed, HubRunOptions } from "./Hub.js";
import { lostOptions } from "./tend/markLost.js";
import { tend } from "./tend/tend.js";

const CONCURRENCY = 50;
const STOP_MS_MAX = 30_000;
const EVERY_MS = 60_000;
/** Destinations that only other programs have are looked for so often. */
const LOOK_MS = 2_000;

const NAMES = ["concurrency", "stop$", "stopMsMax", "markLost"] as const;

/** Delivers until it is stopped. */
export const run = (parts: Parts, options: HubRunOptions): Observable<Executed<string>> => {
  const given = optionsOf(options, NAMES);
  const concurrency = checkConcurrency(given.concurrency ?? CONCURRENCY);
  const stopMsMax = wholeNumber("stopMsMax", given.stopMsMax ?? STOP_MS_MAX, duration);
  const marking = optionsOf(given.markLost ?? {}, ["elapsedMs", "limit", "everyMs"], "markLost");
  const everyMs = wholeNumber("markLost.everyMs", marking.everyMs ?? EVERY_MS, { ...duration, min: 10 });
  const lost = lostOptions({ elapsedMs: marking.elapsedMs, limit: marking.limit });
  return new Observable((subscriber) => {
    const { scheduler } = parts.store;
    const stop = new Stop(scheduler);
    subscriber.add(stop.listen(given.stop$, (error) => subscriber.error(error)));
    // Consumers complete at once when the store closes, and by that end what waits for its time. Its events$ would tell it too, but who
    // listens to them is taken for one who tells people of outages.
    const closed$ = new Subject<void>();
    const ends = { complete: () => closed$.next() };
    const delivered = (destination: string): Observable<Executed<string>> =>
      deliver(parts, destination, { concurrency, stop$: stop.stopped$, stopMsMax, elapsedMs: lost.elapsedMs }).pipe(
        tap(ends),
      );
    const over$ = merge(stop.stopped$, closed$);
    const tended$ = tend(parts, { everyMs, lost }).pipe(takeUntil(over$));
    const newcomers$ = othersOf(parts).pipe(takeUntil(over$), tap(ends));
    const others$ = newcomers$.pipe(mergeMap(delivered));
    const ended$ = stop.stopped$.pipe(switchMap(() => timer(stopMsMax + END_MS_MAX, scheduler)));
    return merge(...[...parts.destinations.keys()].map(delivered), others$, tended$)
      .pipe(takeUntil(ended$))
      .subscribe(subscriber);
  });
};

/** The destinations that only other programs have, or had: each once. */
const othersOf = (parts: Parts): Observable<string> =>
  defer(() => {
    const known = new Set(parts.destinations.keys());
    const call = (waits: boolean): Observable<Turn<boolean, string>> =>
      timer(waits ? LOOK_MS : 0, parts.store.scheduler).pipe(
        switchMap(() => parts.records.destinations()),
        map((all) => {
          const items = all.filter((one) => !known.has(one));
          for (const one of items) known.add(one);
          return { items, next: true };
        }),
      );
    return callsOf<boolean, string>(parts.store, { start: false, call, live: true });
  });
