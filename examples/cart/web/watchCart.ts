/** What a cart's page shows, now and at each change: its states, and its events beside them. */
import { auditTime, combineLatest, map, type Observable, scan, startWith, switchMap } from "rxjs";
import type { Recorded } from "sluice/log";
import type { CartEvent } from "../domain/CartEvent.js";
import type { Shop } from "../Shop.js";
import { type CartPage, eventsMax } from "./readCart.js";

/** A history comes event by event: it is shown when there is a pause. */
const pauseMs = 20;

const none: ReadonlyArray<Recorded<CartEvent>> = [];

export const watchCart = ({ carts, shipping }: Shop, id: string, version: number): Observable<CartPage> => {
  const events$ = carts.events$(id).pipe(
    scan((latest, recorded) => [recorded, ...latest].slice(0, eventsMax), none),
    startWith(none),
  );
  return carts.stateAt(id, version).pipe(
    switchMap((past) =>
      combineLatest([carts.state$(id), shipping.parcels.state$(id), events$]).pipe(
        auditTime(pauseMs),
        map(([now, { state: parcel }, events]) => ({ id, now, past, parcel, events })),
      ),
    ),
  );
};
