/** The feeds that wait at the end of the log for what is appended next. */
import { type SchedulerLike, Subscription } from "rxjs";
import { soon } from "../../../core/Clock.js";
import { DURATION_MS_MAX } from "../../../core/options.js";

interface IdleFeed {
  /** Reads again, and tells what came. */
  readonly read: () => void;
  /** Undefined where it waits without end. */
  readonly timer: Subscription | undefined;
}

export class IdleFeeds {
  private readonly feeds = new Set<IdleFeed>();
  private wake: Subscription | undefined;

  constructor(private readonly scheduler: SchedulerLike) {}

  /** Reads once: when something was appended, when this time is over, or when the store closes. Unsubscribing ends the waiting. */
  add(read: () => void, waitMsMax: number): Subscription {
    const timer =
      waitMsMax === Number.POSITIVE_INFINITY
        ? undefined
        : this.scheduler.schedule(() => this.tell(feed), Math.min(waitMsMax, DURATION_MS_MAX));
    const feed: IdleFeed = { read, timer };
    this.feeds.add(feed);
    return new Subscription(() => this.remove(feed));
  }

  /** Called when something was appended: tells the feeds soon after, never inside the write. */
  serveSoon(): void {
    if (this.feeds.size > 0) this.wake ??= soon(this.scheduler, () => this.serve());
  }

  /** Tells all of them, now. */
  serve(): void {
    this.forgetWake();
    for (const feed of [...this.feeds]) this.tell(feed);
  }

  private tell(feed: IdleFeed): void {
    if (!this.feeds.has(feed)) return;
    this.remove(feed);
    feed.read();
  }

  private remove(feed: IdleFeed): void {
    this.feeds.delete(feed);
    feed.timer?.unsubscribe();
    if (this.feeds.size === 0) this.forgetWake();
  }

  private forgetWake(): void {
    this.wake?.unsubscribe();
    this.wake = undefined;
  }
}
