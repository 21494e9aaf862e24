/**
 * How much was answered within one turn of the event loop. What answers at once keeps the turn to itself: a loop of `await`, or
 * a stream that fails and is subscribed to again, would let no timer and no signal through, for ever.
 */
import type { SchedulerLike } from "rxjs";
import { systemScheduler } from "../../core/Clock.js";

/** So many answers in a turn come at once: a burst of a pipeline needs three, and to leave the turn costs a microsecond. */
const AT_ONCE_MAX = 100;

export class Turns {
  private count = 0;

  constructor(private readonly scheduler: SchedulerLike) {}

  /** Whether one more may be answered in this turn. On virtual time all may: there whoever moves the time holds the turn. */
  get mayAnswer(): boolean {
    if (this.scheduler !== systemScheduler) return true;
    if (this.count === 0) setImmediate(this.turned).unref();
    this.count += 1;
    return this.count <= AT_ONCE_MAX;
  }

  private readonly turned = (): void => {
    this.count = 0;
  };
}
