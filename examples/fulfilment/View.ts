/** How fulfilment stands, looked at again and again while it goes on. */
import { combineLatest, exhaustMap, filter, first, forkJoin, map, type Observable, scan, startWith, timer } from "rxjs";
import type { Store } from "sluice";
import type { BrokerStatus } from "sluice/broker";
import { eventLog, type Position } from "sluice/log";
import { orderEvents } from "./aggregates.js";
import type { Fulfilment } from "./fulfilment.js";
import { regions } from "./placeOrders.js";
import { behind, counted, nothing, type Tally } from "./Tally.js";

export interface LaneView {
  readonly name: string;
  /** Events of the log that are in no line yet. */
  readonly lag: number;
  /** Events in its lines. */
  readonly pending: number;
  readonly blocked: number;
}

export interface RegionView {
  readonly target: string;
  /** All its events up to there are done. */
  readonly position: Position | undefined;
  /** Parcels that are packed, and not shipped. */
  readonly lag: number;
  /** Why it is blocked, and at which event. */
  readonly blocked: string | undefined;
}

export interface View {
  readonly tally: Tally;
  readonly lanes: ReadonlyArray<LaneView>;
  readonly regions: ReadonlyArray<RegionView>;
  /** Everything is in lines, and the lines are empty. */
  readonly idle: boolean;
}

const lookMs = 150;

interface Look {
  readonly status: BrokerStatus;
  readonly regions: ReadonlyArray<{ readonly target: string; readonly position: Position | undefined }>;
  readonly blocked: ReadonlyMap<string, string>;
}

const look = ({ broker }: Fulfilment): Observable<Look> =>
  forkJoin({
    status: broker.status$.pipe(first()),
    regions: forkJoin(
      regions.map((region) =>
        broker.position(`region/${region}`).pipe(map((position) => ({ target: `region/${region}`, position }))),
      ),
    ),
    blocked: broker
      .blockedStreams()
      .pipe(
        map(
          ({ items }) => new Map(items.map(({ stream, recorded, cause }) => [stream, `${recorded.stream}: ${cause}`])),
        ),
      ),
  });

const viewOf = (tally: Tally, { status, regions: found, blocked }: Look): View => {
  const lanes = Object.entries(status.lanes).map(([name, lane]) => ({
    name,
    lag: behind(tally, lane.position),
    pending: lane.pending,
    blocked: lane.blocked,
  }));
  return {
    tally,
    lanes,
    regions: found.map(({ target, position }) => ({
      target,
      position,
      lag: behind(tally, position, target.slice("region/".length)),
      blocked: blocked.get(target),
    })),
    idle: status.caughtUp && lanes.every(({ pending }) => pending === 0),
  };
};

/** The log tells what became of the orders, the broker how far it is. */
export const watch = (store: Store, fulfilment: Fulfilment): Observable<View> =>
  combineLatest([
    eventLog(store, orderEvents)
      .feed()
      .pipe(
        filter((item) => item._tag === "Event"),
        scan(counted, nothing),
        startWith(nothing),
      ),
    timer(0, lookMs).pipe(exhaustMap(() => look(fulfilment))),
  ]).pipe(map(([tally, latest]) => viewOf(tally, latest)));
