/**
 * How everything that goes on while its store does not answer makes its calls again: a read, a settlement, an enqueue, an Effect's
 * `retry`. Each call waits longer after each failure in a row, by a backoff with jitter on the store's clock, until one of three
 * ends that: it is answered, it is made for the last time (`rush`), or nobody wants it any more (`stop`).
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

/** Of calls that are made until the store is back: after 50 ms at first, then each time later, at most 2 s. */
const patient: Backoff = makeBackoff({ initialMs: 50, delayMsMax: 2_000, jitter: "full" });

export class Outage {
  /** What makes each waiting call now, and its timer. */
  private readonly waiting = new Map<() => void, Subscription>();
  private readonly scheduler: SchedulerLike;
  private readonly startedMs: number;
  private random: (() => number) | undefined;

  /** `backoff` bounds the attempts and the time, counted from here; the standard one bounds neither. */
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
   * Makes a call again that failed as the attempt of this number, 1 or more. Never within the call that failed: a store that
   * fails at once would have the process to itself. Answers false where attempts or time are used up.
   */
  again(attempt: number, call: () => void): boolean {
    const { scheduler, startedMs } = this;
    this.random ??= randomOf(idFrom(this.sources));
    const failed = { message: { attempt, enqueuedAtMs: startedMs }, nowMs: scheduler.now(), random: this.random };
    const delayMs = nextDelayMs(this.backoff, failed);
    if (delayMs === undefined) return false;
    const run = (): void => {
      // An action of a scheduler that has run is not closed: it would keep all that it refers to.
      timer.unsubscribe();
      this.waiting.delete(run);
      call();
    };
    const timer = delayMs > 0 ? scheduler.schedule(run, delayMs) : soon(scheduler, run);
    this.waiting.set(run, timer);
    return true;
  }

  /** Makes all that waits now. No timer stays behind. */
  rush(): void {
    for (const run of [...this.waiting.keys()]) run();
  }

  /** Forgets all that waits. */
  stop(): void {
    for (const timer of this.waiting.values()) timer.unsubscribe();
    this.waiting.clear();
  }
}
