/** One request for a page of the feed: it reads, and where nothing stands behind its position, waits and reads again. */
import type { SchedulerLike, Subscription } from "rxjs";
import { DURATION_MS_MAX } from "../../../core/options.js";
import type { FeedPage, FeedRequest } from "../../../port/LogPort.js";
import type { CallEnd } from "../connection/Connection.js";
import type { FeedWatch, WaitingFeed } from "./FeedWatch.js";
import type { FeedReply } from "./logCalls.js";

/** So long a feed waits for those who append beside events that it may not give before theirs; then it says that it has not caught up. */
const HELD_MS_MAX = 1_000;
/** How soon it looks again meanwhile: at first, and at most (milliseconds). */
const HELD_LOOK_MS = 5;
const HELD_LOOK_MS_MAX = 100;

export interface FeedContext {
  readonly read: (request: FeedRequest) => Promise<FeedReply>;
  readonly watch: FeedWatch;
  readonly scheduler: SchedulerLike;
}

export class FeedReading implements WaitingFeed {
  private timer: Subscription | undefined;
  private look: Subscription | undefined;
  private over = false;
  /** Whether a call is under way. */
  private reading = false;
  /** Whether its time to wait is over: the next answer is told as it is. */
  private late = false;
  /** Whether this one reads again for all that wait. */
  private forAll = false;
  /** How long it has waited for events that are held back. */
  private heldMs = 0;
  private lookMs = HELD_LOOK_MS;

  constructor(
    private readonly context: FeedContext,
    private readonly request: FeedRequest,
    private readonly end: CallEnd<FeedPage>,
  ) {}

  start(): void {
    const { scheduler } = this.context;
    const { waitMsMax } = this.request;
    if (waitMsMax > 0 && waitMsMax !== Number.POSITIVE_INFINITY)
      this.timer = scheduler.schedule(() => this.stop(), Math.min(waitMsMax, DURATION_MS_MAX));
    this.read();
  }

  woken(forAll: boolean): void {
    this.forAll = forAll;
    this.read();
  }

  /** Waits no longer. */
  stop(): void {
    const { after } = this.request;
    this.late = true;
    if (this.look !== undefined) this.lookAgain();
    else if (!this.reading) this.tell({ _tag: "Events", events: [], next: after, caughtUp: true });
  }

  /** Its subscriber is gone. */
  cancel(): void {
    this.finish();
  }

  private read(): void {
    if (this.over) return;
    const { watch } = this.context;
    const waits = this.request.waitMsMax > 0 && !this.late;
    // Whether a wake-up would come for whatever is appended from now on.
    const since = waits ? watch.sinceNow() : undefined;
    this.reading = true;
    this.context.read(this.request).then(
      (reply) => {
        this.reading = false;
        if (!this.over) this.answered(reply, since);
      },
      (cause: unknown) => {
        this.reading = false;
        if (this.finish()) this.end.failed(cause);
      },
    );
  }

  private answered({ page, held }: FeedReply, since: number | undefined): void {
    const { watch } = this.context;
    const { after, waitMsMax } = this.request;
    const isNothing = page._tag === "WentBack" || (page._tag === "Events" && page.next === after);
    if (held && isNothing && this.mayWaitForHeld(page)) {
      this.look = this.context.scheduler.schedule(() => this.lookAgain(), this.lookMs);
      this.heldMs += this.lookMs;
      this.lookMs = Math.min(2 * this.lookMs, HELD_LOOK_MS_MAX);
      return;
    }
    const isEnd = page._tag === "Events" && page.caughtUp && page.next === after;
    if (isEnd && waitMsMax > 0 && !this.late) {
      watch.wait(this, { at: after, since });
      return;
    }
    if (this.forAll) watch.wakeAll();
    this.tell(page);
  }

  private mayWaitForHeld(page: FeedPage): boolean {
    if (page._tag === "Events" && this.request.waitMsMax > 0) return !this.late;
    return this.heldMs < HELD_MS_MAX;
  }

  private lookAgain(): void {
    this.look?.unsubscribe();
    this.look = undefined;
    this.read();
  }

  private tell(page: FeedPage): void {
    if (this.finish()) this.end.done(page);
  }

  /** Whether it was not over before. */
  private finish(): boolean {
    if (this.over) return false;
    this.over = true;
    this.timer?.unsubscribe();
    this.look?.unsubscribe();
    this.context.watch.leave(this);
    return true;
  }
}
