/**
 * Virtual time that lets promises take part: between two frames it yields to the event loop, so that every microtask of
 * the frame has run before the clock moves. Promises are otherwise invisible to virtual time.
 */
import { VirtualTimeScheduler } from "rxjs";

/** A scheduler whose clock moves by `advance` alone, in whole milliseconds from 0. */
export class PacedScheduler extends VirtualTimeScheduler {
  /** Runs everything that is due within the next `ms` milliseconds, promises included, and ends exactly there. */
  async advance(ms: number): Promise<void> {
    const endMs = this.frame + ms;
    for (;;) {
      await settled();
      const nextMs = this.actions[0]?.delay;
      if (nextMs === undefined || nextMs > endMs) break;
      this.maxFrames = nextMs;
      this.flush();
    }
    this.frame = endMs;
  }

  /** How many actions wait for their time: 0 when nothing is left over. */
  get pending(): number {
    return this.actions.length;
  }
}

// setImmediate comes after all microtasks, those that microtasks make included.
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
