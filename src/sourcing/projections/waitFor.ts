/** Waits until what is stored has come up to a position of the log. */
import { defer, map, merge, type Observable, of, switchMap, take, timer } from "rxjs";
import { type Effect, fromOne } from "../../core/Effect.js";
import { duration, optionsOf, wholeNumber } from "../../core/options.js";
import { isBefore, type Position } from "../../core/Position.js";
import { waitTimedOut } from "../../core/SluiceError.js";
import { callsOf, type Turn } from "../../log/callsOf.js";
import { endOfLog, unlessLost } from "../../log/readFeed.js";
import type { EventStore } from "../../port/Store.js";
import type { Checkpoints, Kept } from "./Checkpoints.js";
import { checkPosition } from "./definition.js";
import type { WaitOptions } from "./Projection.js";
import { LOOK_FACTOR, LOOK_MS, LOOK_MS_MAX } from "./waits.js";

/** What is looked at, and a hint that it has changed. */
export interface Looking<T> {
  readonly store: EventStore;
  readonly checkpoints: Checkpoints<T>;
  readonly written$: Observable<void>;
}

const TIMEOUT_MS = 10_000;

interface Looks {
  /** How many there were. */
  readonly count: number;
  readonly waitMs: number;
}

/** Emits what was stored when it had come so far. */
export const waitFor = <T>(
  { store, checkpoints, written$ }: Looking<T>,
  position: Position | "end" | undefined,
  options: WaitOptions,
): Effect<Kept<T>> =>
  fromOne(
    defer(() => {
      const { scheduler } = store;
      const timeoutMs = wholeNumber("timeoutMs", optionsOf(options, ["timeoutMs"]).timeoutMs ?? TIMEOUT_MS, duration);
      const endMs = scheduler.now() + timeoutMs;
      const target = checkTarget(position);
      const look = (end: Position | undefined, { count, waitMs }: Looks): Observable<Turn<Looks, Kept<T>>> =>
        checkpoints.read().pipe(
          switchMap((kept): Observable<Turn<Looks, Kept<T>>> => {
            if (!isBefore(kept.position, end))
              return (kept.position === end ? of(end) : unlessLost(store, end)).pipe(
                map(() => ({ items: [kept], next: undefined })),
              );
            const leftMs = endMs - scheduler.now();
            if (leftMs <= 0)
              return unlessLost(store, end).pipe(
                map(() => {
                  throw waitTimedOut(timeoutMs, kept.position);
                }),
              );
            const nextMs = Math.min(LOOK_MS * LOOK_FACTOR ** count, LOOK_MS_MAX, leftMs);
            return of({ items: [], next: { count: Math.min(count + 1, COUNT_MAX), waitMs: nextMs } });
          }),
          (look$) => (waitMs === 0 ? look$ : waited(waitMs).pipe(switchMap(() => look$))),
        );
      const waited = (ms: number): Observable<unknown> => merge(timer(ms, scheduler), written$).pipe(take(1));
      const end$ = target === "end" ? endOfLog(store) : of(target);
      return end$.pipe(
        switchMap((end) =>
          callsOf<Looks, Kept<T>>(store, {
            start: { count: 0, waitMs: 0 },
            call: (looks) => look(end, looks),
            live: false,
          }),
        ),
      );
    }),
  );

/** More do not wait longer. */
const COUNT_MAX = 20;

const checkTarget = (position: Position | "end" | undefined): Position | "end" | undefined => {
  if (position === undefined || position === "end") return position;
  return checkPosition("position", position);
};
