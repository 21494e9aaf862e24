/** What the dashboard shows, now and whenever an event of any cart has come and is in the projections. */
import {
  auditTime,
  combineLatest,
  concat,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  forkJoin,
  map,
  type Observable,
  type OperatorFunction,
  of,
  repeat,
  shareReplay,
  switchMap,
  tap,
} from "rxjs";
import type { Position } from "sluice/log";
import type { Revenue } from "./revenue.js";
import type { Shop } from "./Shop.js";
import type { Held } from "./shipping.js";
import type { Summary } from "./summaries.js";
import { tellAndRetry } from "./tellAndRetry.js";

export interface Dashboard {
  readonly revenue: Revenue;
  /** Those that changed last, the latest first. */
  readonly carts: ReadonlyArray<Summary & { readonly id: string }>;
  /** Parcels that wait for people. */
  readonly held: ReadonlyArray<Held>;
}

const cartsMax = 12;

/** With every event up to this position; undefined does not wait. */
export const readDashboard = ({ revenue, summaries, shipping }: Shop, position?: Position): Observable<Dashboard> =>
  forkJoin([
    revenue.waitFor(position),
    defer(() => summaries.waitFor(position)).pipe(
      switchMap(() => summaries.page("byChange", { backwards: true, limit: cartsMax })),
    ),
    shipping.held(),
  ]).pipe(
    map(([{ state }, { items }, held]) => ({
      revenue: state,
      carts: items.map(({ id, value }) => ({ id, ...value })),
      held,
    })),
  );

/** Reads with what came last, and again once that is read if more has come meanwhile: what comes faster than it is read does not queue. */
const readingLatest =
  <T, A>(read: (latest: T) => Observable<A>): OperatorFunction<T, A> =>
  (source$) =>
    defer(() => {
      let latest: { readonly value: T } | undefined;
      const read$ = defer(() => {
        const asked = latest;
        latest = undefined;
        return asked === undefined ? EMPTY : read(asked.value);
      });
      return source$.pipe(
        tap((value) => {
          latest = { value };
        }),
        exhaustMap(() => read$.pipe(repeat({ delay: () => (latest === undefined ? EMPTY : of(undefined)) }))),
      );
    });

/** One reader of the log for all who watch, while there are any. An outage is ridden out. */
export const watchDashboard = (shop: Shop): Observable<Dashboard> =>
  defer(() => shop.revenue.get()).pipe(
    switchMap(({ position }) =>
      combineLatest([
        concat(
          // One of the two may be further than the other: both are waited for.
          of(position),
          shop.log.feed(position === undefined ? {} : { after: position }).pipe(
            filter((item) => item._tag === "Event"),
            map((recorded) => recorded.position),
            auditTime(50),
          ),
        ),
        shop.shipping.held$,
      ]).pipe(map(([latest]) => latest)),
    ),
    readingLatest((position) => readDashboard(shop, position)),
    tellAndRetry("The dashboard"),
    shareReplay({ bufferSize: 1, refCount: true }),
  );
