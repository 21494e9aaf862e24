/** The events of a store together with those of a view of it. */
import { endWith, ignoreElements, merge, type Observable, takeUntil } from "rxjs";
import type { StoreEvent } from "../port/StoreEvent.js";

/** They complete with those of the store, which do so when it closes. */
export const eventsOfBoth = (store$: Observable<StoreEvent>, view$: Observable<StoreEvent>): Observable<StoreEvent> =>
  merge(store$, view$.pipe(takeUntil(store$.pipe(ignoreElements(), endWith(undefined)))));
