/** Keeps what is stored up to date. */
import { defer, Observable, switchMap, takeUntil, timer } from "rxjs";
import { optionsOf, wholeNumber } from "../../core/options.js";
import { callsOf } from "../../log/callsOf.js";
import { END_MS_MAX } from "../../log/leading.js";
import { look, type Place } from "./Place.js";
import type { Progress, RunOptions } from "./Projection.js";
import { Runner, type Running } from "./Runner.js";

const PAGE_SIZE_MAX = 500;

export const run = <T>(running: Running<T>, options: RunOptions): Observable<Progress> =>
  new Observable((subscriber) => {
    const { stop$, pageSizeMax = PAGE_SIZE_MAX } = optionsOf(options, ["stop$", "pageSizeMax"]);
    const runner = new Runner(running, wholeNumber("pageSizeMax", pageSizeMax, { min: 1, max: 1_000 }));
    const { store } = running;
    subscriber.add(runner.stop.listen(stop$, (error) => subscriber.error(error)));
    const progress$ = callsOf<Place<T>, Progress>(store, {
      start: look,
      call: (place) => defer(() => runner.turn(place)),
      live: true,
    });
    // Once it is stopped it completes soon, also where the store does not answer: then others wait for a moment before they go on.
    const late$ = runner.stop.stopped$.pipe(switchMap(() => timer(END_MS_MAX, store.scheduler)));
    subscriber.add(progress$.pipe(takeUntil(late$)).subscribe(subscriber));
  });
