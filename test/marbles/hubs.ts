/** What hubs deliver: on a memory store, on the diagram's clock, one character of which is a second here, as routes count in seconds. */
import * as t from "io-ts";
import {
  concat,
  concatMap,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  type SchedulerAction,
  type SchedulerLike,
  takeUntil,
  tap,
  timer,
} from "rxjs";
import {
  Complete,
  type Destination,
  type DispatchSettings,
  defineRoutes,
  destination,
  type Executed,
  type Hub,
  type HubEventId,
  hub,
} from "sluice/hub";
import { memoryStore } from "sluice/memory";
import type { Stage } from "./stage.js";
import type { Entry } from "./table.js";

/** Then the hub is left, behind the end of what is drawn: else virtual time would never end. */
const LEAVES_AT = 40;

/** The same clock, on which 1,000 milliseconds are one frame. */
const inSeconds = (scheduler: SchedulerLike): SchedulerLike => ({
  now: () => scheduler.now() * 1_000,
  schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T) =>
    scheduler.schedule(
      function (this: SchedulerAction<T>, now?: T) {
        // What schedules itself again does so in milliseconds as well.
        const action = { schedule: (next?: T, nextMs = 0) => this.schedule(next, nextMs / 1_000) };
        work.call(action as SchedulerAction<T>, now);
      },
      delayMs / 1_000,
      state,
    ),
});

interface Told {
  readonly drawn: Hub<string, "X">;
  /** Emits what the first input says. */
  readonly emitting: Observable<never>;
  /** What an event says. */
  readonly text: (id: HubEventId) => string;
}

const hubOf = ({ scheduler, input }: Stage, settings: DispatchSettings, x: Destination<string>): Told => {
  const drawn = hub(memoryStore({ scheduler: inSeconds(scheduler) }), {
    name: "h",
    codec: t.string,
    routes: defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "X", ...settings }] }),
    destinations: { X: x },
  });
  const texts = new Map<HubEventId, string>();
  const emitting = input().pipe(
    concatMap((text) =>
      drawn.emit([text]).pipe(
        tap((ids) => {
          for (const id of ids) texts.set(id, text);
        }),
      ),
    ),
    ignoreElements(),
  );
  return { drawn, emitting, text: (id) => texts.get(id) ?? "unknown" };
};

/** The sources, until all is drawn. */
const drawnUntil = <T>({ scheduler }: Stage, ...sources: ReadonlyArray<Observable<T>>): Observable<T> =>
  concat(merge(...sources).pipe(takeUntil(timer(LEAVES_AT, scheduler))), NEVER);

const ENDS = { failed: "for good", ongoing: "and is ongoing" } as const;

const tellExecuted =
  (text: Told["text"]) =>
  ({ result, dispatch: { eventId, status } }: Executed<"X">): string => {
    const end = status === "failed" || status === "ongoing" ? `, ${ENDS[status]}` : "";
    return `${text(eventId)}: ${result}${end}`;
  };

export const hubs: Readonly<Record<string, Entry>> = {
  dispatchDelay: {
    operator: "delaySeconds: 5, one character a second",
    run: (stage) => {
      const { drawn, emitting, text } = hubOf(stage, { delaySeconds: 5 }, () => stage.work(Complete, 0));
      return drawnUntil(stage, drawn.run().pipe(map(tellExecuted(text))), emitting);
    },
  },

  dispatchRetry: {
    operator: 'maxRetries: 2, retryDelay: { type: "constant", interval: 4 }, one character a second',
    run: (stage) => {
      const { drawn, emitting, text } = hubOf(
        stage,
        { maxRetries: 2, retryDelay: { type: "constant", interval: 4 } },
        ({ payload }, { attempt }) => {
          if (payload === "x2" || attempt < 3) throw new Error("not yet");
          return stage.work(Complete, 0);
        },
      );
      return drawnUntil(stage, drawn.run().pipe(map(tellExecuted(text))), emitting);
    },
  },

  dispatchRate: {
    operator: "ratePerSecondMax: 0.5, one character a second",
    run: (stage) => {
      const rated = destination<string>(() => stage.work(Complete, 0), { ratePerSecondMax: 0.5 });
      const { drawn, emitting, text } = hubOf(stage, {}, rated);
      return drawnUntil(stage, drawn.run().pipe(map(tellExecuted(text))), emitting);
    },
  },

  dispatchBreaker: {
    operator: "breakAfter: 2, breakMs: 6_000, maxRetries: 0, one character a second",
    run: (stage) => {
      const broken = destination<string>(
        ({ payload }) => {
          if (payload === "x1" || payload === "x2") throw new Error("not yet");
          return stage.work(Complete, 0);
        },
        { breakAfter: 2, breakMs: 6_000 },
      );
      const { drawn, emitting, text } = hubOf(stage, { maxRetries: 0 }, broken);
      return drawnUntil(stage, drawn.run().pipe(map(tellExecuted(text))), emitting);
    },
  },

  dispatchLost: {
    operator: "delaySeconds: 3, one character a second, and nobody runs the hub until the 10th",
    run: (stage) => {
      const { drawn, emitting, text } = hubOf(stage, { delaySeconds: 3 }, () => stage.work(Complete, 0));
      const lost = stage.input("markLost({ elapsedMs: 4_000 })").pipe(
        mergeMap(() => drawn.markLost({ elapsedMs: 4_000 })),
        mergeMap(({ items }) => items.map(({ eventId }) => text(eventId))),
      );
      const executed = timer(10, stage.scheduler).pipe(
        mergeMap(() => drawn.run()),
        map(tellExecuted(text)),
      );
      return { lost: drawnUntil(stage, lost, emitting), executed: drawnUntil(stage, executed) };
    },
  },
};
