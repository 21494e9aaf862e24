/** One request for a page of the feed: it reads, and where nothing stands behind its position, waits and reads again. */
import type { SchedulerLike, Subscription } from "rxjs";
import { DURATION_MS_MAX } from "../../../core/options.js";
import type { FeedPage, FeedRequest } from "../../../port/LogPort.js";
import type { CallEnd, Connection } from "../connection/Connection.js";
import type { Keys } from "../scripts/keys.js";
import type { FeedWatch, WaitingFeed } from "./FeedWatch.js";
import { readFeedScript } from "./logScripts.js";

export interface FeedContext {
  readonly connection: Pick<Connection, "run">;
  readonly watch: FeedWatch;
  readonly scheduler: SchedulerLike;
  readonly keys: Keys;
  /** The list of wake-ups of this process. */
  readonly list: string;
}

export class FeedReading implements WaitingFeed {
  private timer: Subscription | undefined;
  private over = false;
  /** Whether a call is under way. */
  private reading = false;
  /** Whether its time to wait is over: the answer of the call that is under way is told as it is. */
  private late = false;
  /** Whether this one reads again for all that wait. */
  private forAll = false;

  constructor(
    private readonly context: FeedContext,
    private readonly request: FeedRequest,
    private readonly end: CallEnd<FeedPage>,
  ) {}

  start(): void {
    const { scheduler, watch } = this.context;
    const { waitMsMax } = this.request;
    if (waitMsMax > 0) watch.enter(this);
    if (waitMsMax > 0 && waitMsMax !== Number.POSITIVE_INFINITY)
      this.timer = scheduler.schedule(() => this.stop(), Math.min(waitMsMax, DURATION_MS_MAX));
    this.read();
  }

  woken(forAll: boolean): void {
    this.forAll = forAll;
    this.read();
  }

  failed(cause: unknown): void {
    if (this.finish()) this.end.failed(cause);
  }

  /** Waits no longer. */
  stop(): void {
    const { after } = this.request;
    this.late = true;
    if (!this.reading) this.tell({ _tag: "Events", events: [], next: after, caughtUp: true });
  }

  /** Its subscriber is gone. */
  cancel(): void {
    this.finish();
  }

  private read(): void {
    const { connection, keys, list } = this.context;
    const { request } = this;
    const waits = request.waitMsMax > 0 && !this.late;
    this.reading = true;
    connection.run(
      readFeedScript,
      { keys, list, waits, request },
      {
        done: (page) => {
          this.reading = false;
          if (waits && page._tag === "Events" && page.caughtUp && page.next === request.after) this.wait(page);
          else {
            if (this.forAll) this.context.watch.wakeAll();
            this.tell(page);
          }
        },
        failed: (cause) => this.failed(cause),
      },
    );
  }

  /** Nothing stood behind its position, and the call has asked for a wake-up. */
  private wait(page: FeedPage): void {
    const { watch } = this.context;
    if (this.late) this.tell(page);
    if (this.over) watch.askedInVain();
    else watch.wait(this, this.request.after);
  }

  private tell(page: FeedPage): void {
    if (this.finish()) this.end.done(page);
  }

  /** Whether it was not over before. */
  private finish(): boolean {
    if (this.over) return false;
    this.over = true;
    this.timer?.unsubscribe();
    this.context.watch.leave(this);
    return true;
  }
}
