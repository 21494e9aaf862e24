/**
 * The feeds of one process that wait at the end of the log, all by one list of wake-ups and one blocking read.
 *
 * ```text
 *            wait                        the list brings a wake-up: all are told
 *   feed ──────────▶ at one position ─────────────────────────────▶ feed reads again
 *                      │          ▲
 *                      │          └── two seconds are over: one reads again for all, since a wake-up may have been lost
 *                      │ leave
 *                      ▼ the last one: the read ends by itself, and the next append wakes this process no more
 * ```
 *
 * All feeds that wait have read up to the same position, the end of the log: where one comes from a later position, those that
 * are there read on. So what one of them finds, all of them would.
 */
import type { Position } from "../../../core/Position.js";
import { BLOCK_MS_MAX } from "../connection/blocking.js";
import type { Connection } from "../connection/Connection.js";
import type { Keys } from "../scripts/keys.js";
import { quitFeedsScript } from "./logScripts.js";

/** A feed that waits. It is taken off first, then told once. */
export interface WaitingFeed {
  /** Called when something may have been appended. `forAll`: whoever finds something must tell the watch. */
  readonly woken: (forAll: boolean) => void;
  readonly failed: (cause: unknown) => void;
}

export interface FeedWatchContext {
  readonly keys: Keys;
  /** The list of wake-ups of this process. */
  readonly list: string;
  /** For the small calls that end the waiting. */
  readonly connection: Pick<Connection, "run">;
  /** A new connection for the blocking reads; made when a feed waits for the first time. */
  readonly connect: () => Connection;
}

export class FeedWatch {
  /** All that may come to wait, and those of them that wait now. */
  private readonly present = new Set<WaitingFeed>();
  private readonly waiting = new Set<WaitingFeed>();
  /** Up to where those that wait have read. */
  private position: Position | undefined;
  private reader: Connection | undefined;
  private reading = false;

  constructor(private readonly context: FeedWatchContext) {}

  enter(feed: WaitingFeed): void {
    this.present.add(feed);
  }

  /** Takes off a feed for good. */
  leave(feed: WaitingFeed): void {
    this.present.delete(feed);
    this.waiting.delete(feed);
  }

  /** Lets a feed wait that was answered that nothing stands behind this position. The same call has asked for a wake-up. */
  wait(feed: WaitingFeed, position: Position | undefined): void {
    if (position !== this.position) this.wakeAll();
    this.position = position;
    this.waiting.add(feed);
    if (!this.reading) this.read();
  }

  /** A call has asked for a wake-up, and the feed that made it is gone. */
  askedInVain(): void {
    if (!this.reading && this.present.size === 0) this.quit();
  }

  /** Whether some feed waits. */
  get waits(): boolean {
    return this.waiting.size > 0;
  }

  wakeAll(): void {
    for (const feed of [...this.waiting]) this.wake(feed, false);
  }

  /** Called when the store closes, and no feed waits any more: ends the read now. */
  stop(): void {
    if (this.reading) this.quit();
  }

  /** Resolves once no read is under way, or after `msMax`. */
  async idle(msMax: number): Promise<void> {
    await this.reader?.idle(msMax);
  }

  close(): void {
    this.reader?.close();
  }

  private wake(feed: WaitingFeed, forAll: boolean): void {
    if (this.waiting.delete(feed)) feed.woken(forAll);
  }

  private read(): void {
    this.reading = true;
    this.reader ??= this.context.connect();
    this.reader.command("blpop", [this.context.list, (BLOCK_MS_MAX / 1_000).toFixed(3)], {
      done: (reply) => this.done(reply !== null),
      failed: (cause) => {
        this.reading = false;
        for (const feed of [...this.waiting]) if (this.waiting.delete(feed)) feed.failed(cause);
      },
      extraMs: BLOCK_MS_MAX,
    });
  }

  private done(woken: boolean): void {
    this.reading = false;
    if (woken) this.wakeAll();
    else for (const feed of [...this.waiting].slice(0, 1)) this.wake(feed, true);
    if (this.waiting.size > 0) this.read();
    else if (this.present.size === 0 && !woken) this.quit();
  }

  /** Asks for no wake-up any more, and ends the read that is under way. */
  private quit(): void {
    const { connection, keys, list } = this.context;
    // If it is never answered, the next append wakes a process that does not listen, and the list ends after a minute.
    connection.run(
      quitFeedsScript,
      { keys, list, reads: this.reading },
      { done: () => undefined, failed: () => undefined },
    );
  }
}
