/**
 * Counts the answers of one turn of the event loop. A store that always answered at once would never end the turn: a loop of
 * `await`, or a stream that fails and is subscribed to again, would let no timer and no signal through.
 */
import type { SchedulerLike } from "rxjs";
import { systemScheduler } from "../../core/Clock.js";

/** How many answers of a turn come at once. A burst of a pipeline needs three; an answer in the next turn costs a microsecond more. */
const AT_ONCE_MAX = 100;

export class Turns {
  private count = 0;

  constructor(private readonly scheduler: SchedulerLike) {}

  /** Counts one more answer, and tells whether it may come in this turn. On virtual time it may: whoever moves the time ends turns. */
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
