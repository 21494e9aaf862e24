/**
 * Ends the calls whose time is over, by one timer for all of them, due no later than the first of them may be over. Most
 * calls have the same time, so each is over after those before it and leaves the timer alone; one that is over earlier moves
 * it.
 *
 * A call that waits for an upload, its own or one before it, has more time.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import type { Lane, LaneCall } from "./Lane.js";

/** A call that waits for an upload may take so many times its time. */
const UPLOAD_PART = 4;

export interface CallTimesOptions {
  readonly lane: Lane;
  readonly scheduler: SchedulerLike;
  readonly commandMsMax: number;
  /** How much longer calls may take because of what is being sent. */
  readonly uploadMs: () => number;
  /** The time of a call is over. */
  readonly onOver: (call: LaneCall) => void;
}

export class CallTimes {
  private timer: Subscription | undefined;
  private dueMs = Number.POSITIVE_INFINITY;

  constructor(private readonly options: CallTimesOptions) {}

  /** A call was made now. */
  watch({ untilMs }: LaneCall, nowMs: number): void {
    if (untilMs < this.dueMs) this.lookAt(untilMs, nowMs);
  }

  stop(): void {
    this.timer?.unsubscribe();
    // No call is due earlier than that, so no timer is set again.
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
    // What was called by those just told may have set it already.
    if (nextMs < this.dueMs) this.lookAt(nextMs, nowMs);
  }
}
