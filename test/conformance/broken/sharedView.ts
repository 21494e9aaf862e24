/** A store as one of several processes has it: closing the view closes nothing for the others. */
import { map, merge, NEVER, Subject, take, takeUntil } from "rxjs";
import { type Effect, effect, fail, fromOne, succeed } from "../../../src/core/Effect.js";
import { storeClosed } from "../../../src/core/SluiceError.js";
import type { Lease } from "../../../src/store/Lease.js";
import type { Store } from "../../../src/store/Store.js";

export const sharedView = (store: Store): Store => {
  const closed$ = new Subject<void>();
  let closed = false;
  const open =
    <R extends ReadonlyArray<unknown>, A>(call: (...request: R) => Effect<A>) =>
    (...request: R): Effect<A> =>
      effect((subscriber) => (closed ? fail(storeClosed()) : call(...request)).subscribe(subscriber));
  return {
    scheduler: store.scheduler,
    capabilities: { ...store.capabilities, shared: true },
    events$: merge(store.events$, NEVER).pipe(takeUntil(closed$)),
    write: open(store.write),
    extend: open(store.extend),
    leave: open(store.leave),
    ready: open(store.ready),
    stats: open(store.stats),
    peek: open(store.peek),
    setPaused: open(store.setPaused),
    blocked: open(store.blocked),
    unblock: open(store.unblock),
    deadLetters: open(store.deadLetters),
    redrive: open(store.redrive),
    purge: open(store.purge),
    lease: open((request) =>
      fromOne(merge(store.lease(request), closed$.pipe(map((): ReadonlyArray<Lease> => []))).pipe(take(1))),
    ),
    close: () =>
      effect((subscriber) => {
        closed = true;
        closed$.next();
        closed$.complete();
        succeed(undefined).subscribe(subscriber);
      }),
  };
};
