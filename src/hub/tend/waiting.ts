/** Dispatches that are overdue because their destination holds them back are not lost: they wait in its queue. */
import { forkJoin, map, type Observable, of } from "rxjs";
import type { Parts } from "../definition.js";
import { queueOf } from "../names.js";
import { holdsBack } from "../valve/valveOf.js";

/**
 * Of these destinations, those with a rate or a breaker whose queue has something to do. Which message is there no store tells, so that where
 * some wait, each may be one of them; what has lost its message is found when the queue has been worked off.
 */
export const waitingAt = (
  { name, store, destinations }: Pick<Parts, "name" | "store" | "destinations">,
  overdue: ReadonlySet<string>,
): Observable<ReadonlySet<string>> => {
  const holding = [...overdue].filter((one) => holdsBack(destinations.get(one)?.options ?? {}));
  if (holding.length === 0) return of(new Set<string>());
  return forkJoin(
    holding.map((one) =>
      store
        .stats(queueOf(name, one))
        .pipe(map(({ ready, waiting, leased }) => (ready + waiting + leased > 0 ? [one] : []))),
    ),
  ).pipe(map((found) => new Set(found.flat())));
};
