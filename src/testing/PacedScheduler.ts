/**
 * Virtual time in which promises take part. Between two frames it yields to the event loop, so that every microtask of a frame
 * has run before the clock moves. Other virtual time does not see promises.
 */
import { type SchedulerAction, type Subscription, VirtualTimeScheduler } from "rxjs";

/**
 * A scheduler whose clock moves by `advance` alone, in whole milliseconds from 0. Actions of the present frame run by themselves, so
 * an Effect that takes no time can be awaited without `advance`.
 */
export class PacedScheduler extends VirtualTimeScheduler {
  private woken = false;

  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    if (delay === 0 && !this.woken) {
      this.woken = true;
      setImmediate(() => {
        this.woken = false;
        this.runUntil(this.frame);
      });
    }
    return super.schedule(work, delay, state);
  }

  /** Runs everything that is due within the next `ms` milliseconds, promises included. The clock then stands exactly there. */
  async advance(ms: number): Promise<void> {
    const endMs = this.frame + ms;
    for (;;) {
      await settled();
      const nextMs = this.actions[0]?.delay;
      if (nextMs === undefined || nextMs > endMs) break;
      this.runUntil(nextMs);
    }
    this.frame = endMs;
  }

  /** How many actions wait for their time: 0 when nothing is left over. */
  get pending(): number {
    return this.actions.length;
  }

  private runUntil(frame: number): void {
    this.maxFrames = frame;
    this.flush();
  }
}

// setImmediate comes after all microtasks, also after those that microtasks make.
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
