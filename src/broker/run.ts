/** What one process does for a broker: correlates and delivers the lanes that it serves. */
import { filter, finalize, ignoreElements, merge, Observable, switchMap, takeUntil, tap, timer } from "rxjs";
import { duration, optionsOf, shown, wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import { Stop } from "../core/Stop.js";
import { callsOf } from "../log/callsOf.js";
import { END_MS_MAX } from "../log/leading.js";
import type { BrokerRunOptions, Delivered } from "./Broker.js";
import { Correlator, PAGE_COUNT } from "./correlate/Correlator.js";
import type { Place } from "./correlate/Place.js";
import type { CorrelatorEvent } from "./correlate/told.js";
import { checkConcurrency, type Parts } from "./definition.js";
import { deliver } from "./deliver/deliver.js";
import { isDelivered } from "./deliver/told.js";
import type { Lane } from "./Lane.js";
import type { Local } from "./Local.js";

export const CONCURRENCY = 50;
const STOP_MS_MAX = 30_000;

const NAMES = ["concurrency", "lanes", "stop$", "stopMsMax"] as const;

/** Correlates and delivers until it is stopped. */
export const run = (parts: Parts, local: Local, options: BrokerRunOptions<string>): Observable<Delivered<unknown>> => {
  const given = optionsOf(options, NAMES);
  const concurrency = checkConcurrency(given.concurrency ?? CONCURRENCY);
  const stopMsMax = wholeNumber("stopMsMax", given.stopMsMax ?? STOP_MS_MAX, duration);
  const lanes = lanesOf(parts, given.lanes);
  return new Observable((subscriber) => {
    const stop = new Stop(parts.store.scheduler);
    const me = idFrom(parts.store);
    subscriber.add(stop.listen(given.stop$, (error) => subscriber.error(error)));
    subscriber.add(local.running());
    const deliveries = lanes.map((lane) =>
      deliver(lane, {
        concurrency: lane.concurrency ?? concurrency,
        stop$: stop.stopped$,
        stopMsMax,
        onRunning: (running) => local.runningIn(lane.name, me, running),
      }),
    );
    const correlations = lanes.map((lane) => correlate(lane, local, { stop, me }));
    const ended$ = stop.stopped$.pipe(switchMap(() => timer(stopMsMax + END_MS_MAX, parts.store.scheduler)));
    const told$ = deliveries.map((events$) => events$.pipe(tap((event) => local.sink.tell(event))));
    return merge(...correlations, ...told$)
      .pipe(filter(isDelivered), takeUntil(ended$))
      .subscribe(subscriber);
  });
};

interface Correlating {
  readonly stop: Stop;
  readonly me: string;
}

/** Tells, and emits nothing. */
const correlate = (lane: Lane, local: Local, { stop, me }: Correlating): Observable<never> => {
  const correlator = new Correlator(lane, { stop, me, untilIdle: false, pageSizeMax: PAGE_COUNT });
  const start: Place = { does: "look", first: true };
  return callsOf<Place, CorrelatorEvent>(lane.store, { start, call: correlator.turn, live: true }).pipe(
    tap((event) => local.correlated(lane.name, me, event)),
    ignoreElements(),
    finalize(() => local.correlates(lane.name, me, false)),
  );
};

/** The lanes of these names, all without. */
const lanesOf = ({ lanes }: Parts, names: ReadonlyArray<string> | undefined): ReadonlyArray<Lane> => {
  if (names === undefined) return lanes;
  const isList = (given: unknown): boolean => Array.isArray(given);
  if (!isList(names) || names.length === 0)
    throw invalidConfig(
      "lanes",
      `lanes must be an array of one lane at least, not ${shown(names)}; leave it out for all.`,
    );
  return [...new Set(names)].map((name) => {
    const lane = lanes.find((one) => one.name === name);
    if (lane === undefined)
      throw invalidConfig(
        "lanes",
        `The broker has no lane ${shown(name)}; it has ${lanes.map((one) => shown(one.name)).join(", ")}.`,
      );
    return lane;
  });
};
