/** A store as one of several processes has it: closing the view closes nothing for the others. */
import { AsyncSubject, map, merge, mergeMap, NEVER, Subject, take, takeUntil } from "rxjs";
import { soon } from "../../../../../src/core/Clock.js";
import { effect, fail } from "../../../../../src/core/Effect.js";
import { storeClosed } from "../../../../../src/core/SluiceError.js";
import type { CallKind } from "../../../../../src/port/calls.js";
import type { Lease } from "../../../../../src/port/Lease.js";
import { type Kind, type Phase, takes } from "../../../../../src/port/Phase.js";
import type { Store } from "../../../../../src/port/Store.js";
import { viewOf } from "../../../../../src/port/viewOf.js";

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
  const open = (kind: CallKind, request: ReadonlyArray<unknown>): boolean =>
    takes(
      phase,
      kind === "leave" ? "goodbye" : kind === "change" && Array.isArray(request[0]) ? (request[0] as Kind) : "new",
    );
  return viewOf(store, {
    capabilities: { ...store.capabilities, shared: true },
    events$: merge(store.events$, NEVER).pipe(takeUntil(closed$)),
    around: (run, { kind, request }) =>
      effect((asker) => (open(kind, request) ? run() : fail(storeClosed())).subscribe(asker)),
    lease: (request) =>
      effect((asker) =>
        (takes(phase, "new")
          ? merge(store.lease(request), closing$.pipe(map((): ReadonlyArray<Lease> => []))).pipe(take(1))
          : fail(storeClosed())
        ).subscribe(asker),
      ),
    readFeed: (request) =>
      effect((asker) =>
        (takes(phase, "new")
          ? merge(
              store.readFeed(request),
              closing$.pipe(mergeMap(() => store.readFeed({ ...request, waitMsMax: 0 }))),
            ).pipe(take(1))
          : fail(storeClosed())
        ).subscribe(asker),
      ),
    close: () =>
      effect((asker) => {
        if (phase === "open") shut();
        return closed$.subscribe(asker);
      }),
  });
};
