/** How a broker stands, looked at again and again. */
import { defer, distinctUntilChanged, forkJoin, map, type Observable, of, switchMap, timer } from "rxjs";
import { callsOf, type Turn } from "../log/callsOf.js";
import { endOfLog } from "../log/readFeed.js";
import { lanesBy } from "./allLanes.js";
import type { BrokerStatus, LaneStatus } from "./Broker.js";
import { pendingOf } from "./correlate/Room.js";
import { standing } from "./correlate/standing.js";
import type { Parts } from "./definition.js";
import type { Local } from "./Local.js";
import { isSame, lowestOf, positionIn, type Vector } from "./vector.js";

const LOOK_MS = 1_000;

interface Looks {
  readonly first: boolean;
}

export const statusOf = (parts: Parts, local: Local): Observable<BrokerStatus> =>
  defer(() => {
    const call = ({ first }: Looks): Observable<Turn<Looks, BrokerStatus>> =>
      (first ? of(0) : timer(LOOK_MS, parts.store.scheduler)).pipe(
        switchMap(() => look(parts, local)),
        map((status) => ({ items: [status], next: { first: false } })),
      );
    return callsOf<Looks, BrokerStatus>(parts.store, { start: { first: true }, call, live: true });
  }).pipe(distinctUntilChanged((one, other) => JSON.stringify(one) === JSON.stringify(other)));

/** The ends of the logs are asked for behind the checkpoints: what is told to have caught up had at that moment. */
const look = (parts: Parts, local: Local): Observable<BrokerStatus> => {
  const { kept, lanes, store, sources } = parts;
  return kept.read({ lanes: lanes.map(({ name }) => name), catchUps: [] }).pipe(
    switchMap((moment) =>
      forkJoin({
        ends: forkJoin(sources.map((source) => endOfLog(source))),
        stats: forkJoin(lanesBy(parts, moment.control.value).map(({ queueName }) => store.stats(queueName))),
      }).pipe(
        map(({ ends, stats }) => {
          const { value: control } = moment.control;
          const places = lanes.map(
            ({ name: lane }, i): Vector => standing({ control, lane, found: moment.lanes[i], sources: sources.length }),
          );
          const isWhole = control?.catchUps.every((one) => lanes.every(({ name }) => name !== one.lane)) === true;
          const statuses = lanesBy(parts, control).map(({ name }, i): readonly [string, LaneStatus] => {
            const own = stats[i];
            return [
              name,
              {
                pending: own === undefined ? 0 : pendingOf(own),
                running: local.deliveriesIn(name),
                blocked: own?.blocked ?? 0,
                position: positionIn(places[i] ?? []),
              },
            ];
          });
          const lowest = places.reduce(lowestOf);
          return {
            position: positionIn(lowest),
            caughtUp: isWhole && isSame(lowest, ends),
            lanes: Object.fromEntries(statuses),
            blocked: stats.reduce((sum, { blocked }) => sum + blocked, 0),
            correlates: local.correlatesSome,
          };
        }),
      ),
    ),
  );
};
