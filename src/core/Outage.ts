/**
 * Makes calls again while their store does not answer: reads, settlements, enqueues, an Effect's `retry`. After each failure in
 * a row a call waits longer, by a backoff with jitter on the store's clock. The waiting ends when the call is answered, when
 * it is made for the last time (`rush`), or when nobody wants it any more (`stop`).
 *
 * ```text
 *   call ──failed──▶ waiting ──its time, rush ──▶ call
 *                       └────── stop ──────▶ forgotten
 * ```
 *
 * Whoever makes the call decides whether a failure may pass, and tells it to the queue's events.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { type Backoff, makeBackoff, nextDelayMs } from "./Backoff.js";
import { soon, systemScheduler } from "./Clock.js";
import { randomOf } from "./Random.js";
import { idFrom, type Sources } from "./Sources.js";

/** For calls that are made until the store is back: after 50 ms at first, then after longer delays, 2 s at most. */
const patient: Backoff = makeBackoff({ initialMs: 50, delayMsMax: 2_000, jitter: "full" });

export class Outage {
  /** For each waiting call a function that makes it now, and its timer. */
  private readonly waiting = new Map<() => void, Subscription>();
  private readonly scheduler: SchedulerLike;
  private readonly startedMs: number;
  private random: (() => number) | undefined;

  /** `backoff` bounds the attempts, and the time from now on; the standard one bounds neither. */
  constructor(
    private readonly sources: Sources,
    private readonly backoff: Backoff = patient,
  ) {
    this.scheduler = sources.scheduler ?? systemScheduler;
    this.startedMs = this.scheduler.now();
  }

  /** Whether some call waits to be made again. */
  get waits(): boolean {
    return this.waiting.size > 0;
  }

  /**
   * Makes a call again whose attempt of this number, 1 or more, has failed. It is never made within the call that failed, since a
   * store that fails at once would keep the process busy. Answers false where attempts or time are used up.
   */
  again(attempt: number, call: () => void): boolean {
    const { scheduler, startedMs } = this;
    this.random ??= randomOf(idFrom(this.sources));
    const failed = { message: { attempt, enqueuedAtMs: startedMs }, nowMs: scheduler.now(), random: this.random };
    const delayMs = nextDelayMs(this.backoff, failed);
    if (delayMs === undefined) return false;
    const run = (): void => {
      // In rxjs 7 an action that has run is not closed: the timer would keep alive all that it refers to.
      timer.unsubscribe();
      this.waiting.delete(run);
      call();
    };
    const timer = delayMs > 0 ? scheduler.schedule(run, delayMs) : soon(scheduler, run);
    this.waiting.set(run, timer);
    return true;
  }

  /** Makes all waiting calls now. No timer stays behind. */
  rush(): void {
    for (const run of [...this.waiting.keys()]) run();
  }

  /** Forgets all waiting calls. */
  stop(): void {
    for (const timer of this.waiting.values()) timer.unsubscribe();
    this.waiting.clear();
  }
}
