/** What a hub does again and again beside delivering: marks what is lost, and gives up what is not to be kept. */
import { concat, defer, ignoreElements, map, type Observable, of, switchMap, timer } from "rxjs";
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

/** So many that wait at their destinations are looked at in a row; the next time goes on behind them. */
const HELD_MAX = 1_000;

/** At once, then after each `everyMs`. An outage is ridden out. Any number of processes may do it. */
export const tend = (parts: Parts, { everyMs, lost }: TendOptions): Observable<never> =>
  defer(() => {
    const marking = new Marking(parts, lost);
    const call = (waits: boolean): Observable<Turn<boolean, never>> =>
      timer(waits ? everyMs : 0, parts.store.scheduler).pipe(
        switchMap(() => concat(parts.routes.look().pipe(ignoreElements()), marking.all(), trim(parts), of(true))),
        map(() => ({ items: [], next: true })),
      );
    return callsOf<boolean, never>(parts.store, { start: false, call, live: true });
  });

interface Place {
  readonly after: string | undefined;
  readonly held: number;
  readonly isDone: boolean;
}

/** Marks all that is lost. Where many are overdue and wait, it takes several times: each reads no more than so many of them. */
class Marking {
  private after: string | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly options: LostOptions,
  ) {}

  all(): Observable<never> {
    return iterate<Place, SluiceError>(
      () => ({ after: this.after, held: 0, isDone: false }),
      ({ after, held, isDone }) => (isDone ? undefined : this.page(after, held)),
    ).pipe(ignoreElements());
  }

  private page(after: string | undefined, before: number): Observable<Place> {
    return markLost(this.parts, { ...this.options, after }).pipe(
      map((marked) => {
        const held = before + marked.held;
        this.after = marked.next;
        return { after: marked.next, held, isDone: marked.next === undefined || held >= HELD_MAX };
      }),
    );
  }
}
