/** All that a cart's page shows, read from the store. */
import { forkJoin, map, type Observable, switchMap, toArray } from "rxjs";
import type { Recorded } from "sluice/log";
import type { Versioned } from "sluice/sourcing";
import type { Cart } from "../domain/Cart.js";
import type { CartEvent } from "../domain/CartEvent.js";
import type { Parcel } from "../domain/Parcel.js";
import type { Shop } from "../Shop.js";

export interface CartPage {
  readonly id: string;
  readonly now: Versioned<Cart>;
  /** As it was at the version that is looked at. */
  readonly past: Versioned<Cart>;
  readonly parcel: Parcel;
  /** The latest first, and so many at most. */
  readonly events: ReadonlyArray<Recorded<CartEvent>>;
}

export const eventsMax = 60;

export const readCart = ({ carts, log, shipping }: Shop, id: string, version?: number): Observable<CartPage> =>
  carts.state(id).pipe(
    switchMap((now) =>
      forkJoin({
        parcel: shipping.parcels.state(id).pipe(map(({ state }) => state)),
        past: carts.stateAt(id, Math.min(version ?? now.version, now.version)),
        events: log.read(carts.streamOf(id), { upTo: now.version, backwards: true, limit: eventsMax }).pipe(toArray()),
      }).pipe(map((read) => ({ id, now, ...read }))),
    ),
  );
