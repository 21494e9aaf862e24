/**
 * Waits, before a connection is closed, until it has no call under way, the calls that answers led to included. It waits for a
 * given time at most, and only while the server gives signs of life.
 */
import type { SchedulerLike } from "rxjs";
import type { Lane } from "./Lane.js";
import type { SilenceWatch } from "./SilenceWatch.js";

/** How often it looks whether the server is still there (milliseconds) ... */
const LOOK_MS = 250;
/** ... and how many looks in a row may find that nothing moved. */
const LOOKS = 6;

export interface IdleOptions {
  readonly lane: Lane;
  readonly scheduler: SchedulerLike;
  readonly watch: SilenceWatch;
  /** Whether calls leave. */
  readonly isOpen: () => boolean;
}

export class Idle {
  private waiting: Array<() => void> = [];

  constructor(private readonly options: IdleOptions) {}

  /** Resolves to true once no call is under way, to false after `msMax` or after a second and a half of silence. */
  async wait(msMax: number): Promise<boolean> {
    const { lane, scheduler, watch, isOpen } = this.options;
    const untilMs = scheduler.now() + msMax;
    let progress = Number.POSITIVE_INFINITY;
    let inVain = 0;
    while (lane.size > 0) {
      const leftMs = untilMs - scheduler.now();
      if (leftMs <= 0 || inVain >= LOOKS) return false;
      await this.look(Math.min(LOOK_MS, Math.ceil(leftMs)));
      const moved = watch.progress;
      inVain = isOpen() && moved > progress ? 0 : inVain + 1;
      progress = moved;
    }
    return true;
  }

  /** Called when a call has ended. */
  ended(): void {
    if (this.options.lane.size > 0 || this.waiting.length === 0) return;
    for (const told of this.waiting.splice(0)) told();
  }

  /** Resolves when the last call has ended, or after `ms`. */
  private look(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.options.scheduler.schedule(() => resolve(), ms);
      this.waiting.push(() => {
        timer.unsubscribe();
        resolve();
      });
    });
  }
}
