/** How far what is stored is behind the log. */
import { defer, distinctUntilChanged, map, type Observable, of, switchMap, timer } from "rxjs";
import type { Position } from "../../core/Position.js";
import { callsOf, type Turn } from "../../log/callsOf.js";
import { type EventsPage, endOfLog, pageFrom, unlessLost, WAIT_MS_MAX } from "../../log/readFeed.js";
import type { EventStore } from "../../port/Store.js";
import type { Checkpoints } from "./Checkpoints.js";
import type { Lag } from "./Projection.js";
import { LAG_MS } from "./waits.js";

interface Looked {
  readonly store: EventStore;
  readonly checkpoints: Pick<Checkpoints<unknown>, "read">;
}

/** Undefined: not looked at so far. */
interface Last {
  readonly lag: Lag | undefined;
}

export const lagOf = ({ store, checkpoints }: Looked): Observable<Lag> =>
  defer(() => {
    const look$ = defer(() => checkpoints.read()).pipe(
      switchMap(({ position }) =>
        endOfLog(store).pipe(
          switchMap((end) => (end === position ? of({ position, end, behindMs: 0 }) : behind(store, position, end))),
        ),
      ),
    );
    const call = ({ lag }: Last): Observable<Turn<Last, Lag>> =>
      pauseOf(store, lag).pipe(
        switchMap(() => look$),
        map((next) => ({ items: [next], next: { lag: next } })),
      );
    return callsOf<Last, Lag>(store, { start: { lag: undefined }, call, live: true });
  }).pipe(distinctUntilChanged(isSame));

/** Where it has caught up, the next look comes a second after an append. */
const pauseOf = (store: EventStore, lag: Lag | undefined): Observable<unknown> => {
  if (lag === undefined) return of(undefined);
  const pause$ = timer(LAG_MS, store.scheduler);
  // What was told last may be of a history that is lost, and what is stored went back with that.
  if (lag.behindMs > 0) return pause$.pipe(switchMap(() => unlessLost(store, lag.position)));
  return feed(store, lag.position, WAIT_MS_MAX).pipe(
    switchMap((page) => (page.next === lag.position ? of(page) : pause$)),
  );
};

/** By the age of the first event that is not in it. */
const behind = (store: EventStore, position: Position | undefined, end: Position | undefined): Observable<Lag> =>
  feed(store, position, 0).pipe(
    map(({ events: [first] }) => {
      // Its last look may have been before the end was asked for, or the two clocks differ.
      const ageMs = first === undefined ? 0 : store.scheduler.now() - first.appendedAtMs;
      return { position, end, behindMs: Math.max(1, Math.floor(ageMs)) };
    }),
  );

const feed = (store: EventStore, after: Position | undefined, waitMsMax: number): Observable<EventsPage> =>
  pageFrom(store, { after, types: undefined, categories: undefined, limit: 1, waitMsMax });

const isSame = (one: Lag, other: Lag): boolean =>
  one.position === other.position && one.end === other.end && one.behindMs === other.behindMs;
