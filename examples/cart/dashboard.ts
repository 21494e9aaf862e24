/** What the dashboard shows, now and whenever an event of any cart has come and is in the projections. */
import {
  auditTime,
  concat,
  concatMap,
  defer,
  filter,
  forkJoin,
  map,
  type Observable,
  of,
  shareReplay,
  switchMap,
} from "rxjs";
import type { Position } from "sluice/log";
import type { Revenue } from "./revenue.js";
import type { Shop } from "./Shop.js";
import type { Summary } from "./summaries.js";
import { tellAndRetry } from "./tellAndRetry.js";

export interface Dashboard {
  readonly revenue: Revenue;
  /** Those that changed last, the latest first. */
  readonly carts: ReadonlyArray<Summary & { readonly id: string }>;
}

const cartsMax = 12;

/** With every event up to this position; undefined does not wait. */
export const readDashboard = ({ revenue, summaries }: Shop, position?: Position): Observable<Dashboard> =>
  forkJoin([
    revenue.waitFor(position),
    defer(() => summaries.waitFor(position)).pipe(
      switchMap(() => summaries.page("byChange", { backwards: true, limit: cartsMax })),
    ),
  ]).pipe(
    map(([{ state }, { items }]) => ({ revenue: state, carts: items.map(({ id, value }) => ({ id, ...value })) })),
  );

/** One reader of the log for all who watch, while there are any. An outage is ridden out. */
export const watchDashboard = (shop: Shop): Observable<Dashboard> =>
  defer(() => shop.revenue.get()).pipe(
    switchMap(({ position }) =>
      concat(
        // One of the two may be further than the other: both are waited for.
        of(position),
        shop.log.feed(position === undefined ? {} : { after: position }).pipe(
          filter((item) => item._tag === "Event"),
          map((recorded) => recorded.position),
          auditTime(50),
        ),
      ),
    ),
    concatMap((position) => readDashboard(shop, position)),
    tellAndRetry("The dashboard"),
    shareReplay({ bufferSize: 1, refCount: true }),
  );
