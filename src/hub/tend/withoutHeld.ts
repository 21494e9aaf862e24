/** Dispatches that are overdue because their destination holds them back are not lost: they wait in its queue. */
import { forkJoin, map, type Observable, of } from "rxjs";
import type { Parts } from "../definition.js";
import { queueOf } from "../names.js";
import { holdsBack } from "../valve/valveOf.js";
import type { Overdue } from "./withoutFollowers.js";

/**
 * Those of them whose destination has no rate and no breaker, or whose queue has nothing to do. Which message is in a queue no store tells, so
 * that where some wait, each may be one of them; what has lost its message is found when the queue has been worked off.
 */
export const withoutHeld = (
  { name, store, destinations }: Parts,
  overdue: ReadonlyArray<Overdue>,
): Observable<ReadonlyArray<Overdue>> => {
  const holding = [...new Set(overdue.map(({ dispatch }) => dispatch.destination))].filter((one) =>
    holdsBack(destinations.get(one)?.options ?? {}),
  );
  if (holding.length === 0) return of(overdue);
  const looks = holding.map((one) =>
    store
      .stats(queueOf(name, one))
      .pipe(map(({ ready, waiting, leased }) => (ready + waiting + leased > 0 ? [one] : []))),
  );
  return forkJoin(looks).pipe(
    map((found) => {
      const busy = new Set(found.flat());
      return overdue.filter(({ dispatch }) => !busy.has(dispatch.destination));
    }),
  );
};
