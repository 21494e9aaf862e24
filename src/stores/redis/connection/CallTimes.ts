/**
 * Ends the calls whose time is over. One timer serves all calls; it is due no later than the time of the first is over. Most
 * calls have the same length of time, so a new one is over after those before it and leaves the timer alone. A call that is over
 * earlier moves it.
 *
 * A call that waits for an upload, its own or one before it, has more time.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import type { Lane, LaneCall } from "./Lane.js";

/** A call that waits for an upload may take this many times `commandMsMax`. */
const UPLOAD_PART = 4;

export interface CallTimesOptions {
  readonly lane: Lane;
  readonly scheduler: SchedulerLike;
  readonly commandMsMax: number;
  /** How much longer calls may take because of what is being sent. */
  readonly uploadMs: () => number;
  /** Called when the time of a call is over. */
  readonly onOver: (call: LaneCall) => void;
}

export class CallTimes {
  private timer: Subscription | undefined;
  private dueMs = Number.POSITIVE_INFINITY;

  constructor(private readonly options: CallTimesOptions) {}

  /** Watches a call that was made now. */
  watch({ untilMs }: LaneCall, nowMs: number): void {
    if (untilMs < this.dueMs) this.lookAt(untilMs, nowMs);
  }

  stop(): void {
    this.timer?.unsubscribe();
    // No later call is due before this, so none sets the timer again.
    this.dueMs = Number.NEGATIVE_INFINITY;
  }

  private lookAt(dueMs: number, nowMs: number): void {
    this.timer?.unsubscribe();
    this.dueMs = dueMs;
    this.timer = this.options.scheduler.schedule(() => this.look(), Math.ceil(dueMs - nowMs));
  }

  private look(): void {
    this.timer = undefined;
    this.dueMs = Number.POSITIVE_INFINITY;
    const { lane, scheduler, commandMsMax, uploadMs, onOver } = this.options;
    const nowMs = scheduler.now();
    const graceMs = Math.min(uploadMs(), commandMsMax * (UPLOAD_PART - 1));
    let nextMs = Number.POSITIVE_INFINITY;
    for (const call of lane.all()) {
      if (call.untilMs > nowMs) nextMs = Math.min(nextMs, call.untilMs);
      else if (call.untilMs + graceMs > nowMs) nextMs = Math.min(nextMs, nowMs + commandMsMax / 10);
      else onOver(call);
    }
    // Those that were just told may have made calls, which set the timer already.
    if (nextMs < this.dueMs) this.lookAt(nextMs, nowMs);
  }
}
