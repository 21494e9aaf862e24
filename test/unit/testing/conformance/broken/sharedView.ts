/** A store as one of several processes has it: closing the view closes nothing for the others. */
import { AsyncSubject, map, merge, NEVER, Subject, take, takeUntil } from "rxjs";
import { soon } from "../../../../../src/core/Clock.js";
import { type Effect, effect, fail, fromOne } from "../../../../../src/core/Effect.js";
import { storeClosed } from "../../../../../src/core/SluiceError.js";
import type { Lease } from "../../../../../src/port/Lease.js";
import { type Kind, type Phase, takes } from "../../../../../src/port/Phase.js";
import type { Store } from "../../../../../src/port/Store.js";

export const sharedView = (store: Store): Store => {
  const closing$ = new Subject<void>();
  const closed$ = new AsyncSubject<void>();
  let phase: Phase = "open";
  const shut = (): void => {
    phase = "closing";
    closing$.next();
    soon(store.scheduler, () => {
      phase = "closed";
      closed$.next();
      closed$.complete();
    });
  };
  const as =
    <R extends ReadonlyArray<unknown>, A>(kind: Kind, call: (...request: R) => Effect<A>) =>
    (...request: R): Effect<A> =>
      effect((asker) => (takes(phase, kind) ? call(...request) : fail(storeClosed())).subscribe(asker));
  const open = <R extends ReadonlyArray<unknown>, A>(
    call: (...request: R) => Effect<A>,
  ): ((...request: R) => Effect<A>) => as("new", call);
  return {
    scheduler: store.scheduler,
    capabilities: { ...store.capabilities, shared: true },
    events$: merge(store.events$, NEVER).pipe(takeUntil(closed$)),
    write: (lists, writeId) => as(lists, store.write)(lists, writeId),
    extend: open(store.extend),
    leave: as("goodbye", store.leave),
    ready: open(store.ready),
    stats: open(store.stats),
    peek: open(store.peek),
    setPaused: open(store.setPaused),
    blocked: open(store.blocked),
    unblock: open(store.unblock),
    deadLetters: open(store.deadLetters),
    redrive: open(store.redrive),
    redriveFrom: open(store.redriveFrom),
    purge: open(store.purge),
    lease: open((request) =>
      fromOne(merge(store.lease(request), closing$.pipe(map((): ReadonlyArray<Lease> => []))).pipe(take(1))),
    ),
    close: () =>
      effect((asker) => {
        if (phase === "open") shut();
        return closed$.subscribe(asker);
      }),
  };
};
