/**
 * The feeds of one process that wait at the end of the log.
 *
 * ```text
 *           wait                             a hint came since it began to read, or hints have just begun
 *   feed ─────────▶ at one position ◀──────────────────────────────────────────────────────────┐
 *                     │                                                                        │
 *                     ├── a hint: all are told ────────────────────────────────▶ feed reads again
 *                     ├── a second is over: one reads again for all, since a hint may have been lost
 *                     │ leave
 *                     ▼ the last one: after a while nobody is asked for hints any more
 * ```
 *
 * All feeds that wait have read up to the same position, the end of the log: where one comes from another position, those that are there
 * read on. So what one of them finds, all of them would.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import type { Position } from "../../../core/Position.js";

/** A feed that waits. It is taken off first, then told once. */
export interface WaitingFeed {
  /** Called when something may have been appended. `forAll`: where it finds something it must tell the watch. */
  readonly woken: (forAll: boolean) => void;
}

/** How the processes that append are asked to tell of it. */
export interface LogHints {
  /** Resolves once whoever appends will tell. Where it fails, or is lost later, the feeds look by themselves. */
  readonly holdLog: () => Promise<void>;
  readonly letGoLog: () => Promise<void>;
}

/** When a feed looks again, since a hint may have been lost. */
const POLL_MS = 1_000;
/** So long after the last feed has left hints still come: consumers ask for page after page. */
const LINGER_MS = 5_000;

export class FeedWatch {
  private readonly waiting = new Set<WaitingFeed>();
  /** Up to where those that wait have read. */
  private position: Position | undefined;
  /** How many hints came so far. */
  private hints = 0;
  private state: "off" | "beginning" | "on" = "off";
  private poll: Subscription | undefined;
  private linger: Subscription | undefined;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly source: LogHints,
  ) {}

  /** Names this moment, for a feed that reads and then may wait; undefined where hints do not come. */
  sinceNow(): number | undefined {
    return this.state === "on" ? this.hints : undefined;
  }

  /** Lets a feed wait that found nothing behind this position. It reads again at once where it may have missed a hint. */
  wait(
    feed: WaitingFeed,
    { at, since }: { readonly at: Position | undefined; readonly since: number | undefined },
  ): void {
    if (at !== this.position) this.wakeAll();
    this.position = at;
    this.waiting.add(feed);
    this.linger?.unsubscribe();
    this.linger = undefined;
    this.poll ??= this.scheduler.schedule(() => this.look(), POLL_MS);
    if (this.state === "off") this.begin();
    else if (this.state === "on" && since !== this.hints) this.wake(feed, false);
  }

  /** Takes off a feed for good. */
  leave(feed: WaitingFeed): void {
    this.waiting.delete(feed);
    if (this.waiting.size > 0) return;
    this.poll?.unsubscribe();
    this.poll = undefined;
    if (this.state !== "off") this.linger ??= this.scheduler.schedule(() => this.end(), LINGER_MS);
  }

  /** Something was appended, here or by another process. */
  hinted(): void {
    this.hints += 1;
    this.wakeAll();
  }

  /** Hints come no more, until somebody asks for them again. */
  lost(): void {
    if (this.state !== "on") return;
    this.state = "off";
    if (this.waiting.size > 0) this.begin();
  }

  wakeAll(): void {
    for (const feed of [...this.waiting]) this.wake(feed, false);
  }

  /** Called when the store closes, and no feed waits any more. */
  close(): void {
    this.poll?.unsubscribe();
    this.linger?.unsubscribe();
    // The session ends with the store, and its locks with it.
    this.state = "off";
  }

  private wake(feed: WaitingFeed, forAll: boolean): void {
    if (this.waiting.delete(feed)) feed.woken(forAll);
  }

  private look(): void {
    this.poll = this.scheduler.schedule(() => this.look(), POLL_MS);
    if (this.state === "off") this.begin();
    for (const feed of [...this.waiting].slice(0, 1)) this.wake(feed, true);
  }

  private begin(): void {
    this.state = "beginning";
    this.source.holdLog().then(
      () => {
        if (this.state !== "beginning") return;
        this.state = "on";
        // What was appended before was told to nobody here.
        this.wakeAll();
      },
      // They look by themselves, and the next look asks for hints again.
      () => {
        if (this.state === "beginning") this.state = "off";
      },
    );
  }

  private end(): void {
    this.linger?.unsubscribe();
    this.linger = undefined;
    if (this.state === "off") return;
    this.state = "off";
    // Where it fails the session is lost, and its locks with it.
    this.source.letGoLog().catch(() => undefined);
  }
}
