/** What a hub does again and again beside delivering: marks what is lost, and gives up what is not to be kept. */
import { concatMap, last, map, type Observable, switchMap, timer } from "rxjs";
import { iterate } from "../../core/iterate.js";
import type { SluiceError } from "../../core/SluiceError.js";
import { callsOf, type Turn } from "../../log/callsOf.js";
import type { Parts } from "../definition.js";
import { type LostOptions, markLost } from "./markLost.js";
import { signs } from "./signs.js";
import { trim } from "./trim.js";

export interface TendOptions {
  readonly everyMs: number;
  readonly lost: LostOptions;
}

/** One round of it. */
interface Round {
  readonly waits: boolean;
  /** Where the look for what is lost goes on. */
  readonly after: string | undefined;
}

/** At once, then after each `everyMs`. An outage is ridden out. Any number of processes may do it. */
export const tend = (parts: Parts, { everyMs, lost }: TendOptions): Observable<never> => {
  const call = ({ waits, after }: Round): Observable<Turn<Round, never>> =>
    timer(waits ? everyMs : 0, parts.store.scheduler).pipe(
      switchMap(() => parts.routes.look()),
      last(undefined, undefined),
      switchMap(() => signs(parts, lost.elapsedMs)),
      switchMap(() => markAllLost(parts, { ...lost, after })),
      concatMap((behind) =>
        trim(parts).pipe(
          last(undefined, undefined),
          map(() => ({ waits: true, after: behind })),
        ),
      ),
      map((next) => ({ items: [], next })),
    );
  return callsOf<Round, never>(parts.store, { start: { waits: false, after: undefined }, call, live: true });
};

/**
 * So many pages are looked at in one round, and the next one goes on behind them: what waits behind the heads of its keys is not lost
 * however late it is, and may be a million.
 */
const PAGES_MAX = 100;

interface Marking {
  readonly after: string | undefined;
  readonly pages: number;
  readonly isDone: boolean;
}

/** Where the next round goes on; undefined: from the beginning. */
const markAllLost = (parts: Parts, options: LostOptions): Observable<string | undefined> =>
  iterate<Marking, SluiceError>(
    () => ({ after: options.after, pages: 0, isDone: false }),
    ({ after, pages, isDone }) =>
      isDone || pages === PAGES_MAX
        ? undefined
        : markLost(parts, { ...options, after }).pipe(
            map(({ next }) => ({ after: next, pages: pages + 1, isDone: next === undefined })),
          ),
  ).pipe(map(({ after }) => after));
