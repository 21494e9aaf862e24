/** What a hub does again and again beside delivering: marks what is lost, and gives up what is not to be kept. */
import { concat, ignoreElements, map, type Observable, of, switchMap, timer } from "rxjs";
import { iterate } from "../../core/iterate.js";
import type { SluiceError } from "../../core/SluiceError.js";
import { callsOf, type Turn } from "../../log/callsOf.js";
import type { Parts } from "../definition.js";
import { type LostOptions, markLost } from "./markLost.js";
import { trim } from "./trim.js";

export interface TendOptions {
  readonly everyMs: number;
  readonly lost: LostOptions;
}

/** At once, then after each `everyMs`. An outage is ridden out. Any number of processes may do it. */
export const tend = (parts: Parts, { everyMs, lost }: TendOptions): Observable<never> => {
  const call = (waits: boolean): Observable<Turn<boolean, never>> =>
    timer(waits ? everyMs : 0, parts.store.scheduler).pipe(
      switchMap(() =>
        concat(parts.routes.look().pipe(ignoreElements()), markAllLost(parts, lost), trim(parts), of(true)),
      ),
      map(() => ({ items: [], next: true })),
    );
  return callsOf<boolean, never>(parts.store, { start: false, call, live: true });
};

interface Marking {
  readonly after: string | undefined;
  readonly isDone: boolean;
}

const markAllLost = (parts: Parts, options: LostOptions): Observable<never> =>
  iterate<Marking, SluiceError>(
    () => ({ after: options.after, isDone: false }),
    ({ after, isDone }) =>
      isDone
        ? undefined
        : markLost(parts, { ...options, after }).pipe(map(({ next }) => ({ after: next, isDone: next === undefined }))),
  ).pipe(ignoreElements());
