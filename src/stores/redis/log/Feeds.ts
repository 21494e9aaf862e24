/** The feeds of one process: pages that are being read, and the watch where those at the end of the log wait. */
import type { SchedulerLike } from "rxjs";
import type { Asker } from "../../../core/Effect.js";
import type { FeedPage, FeedRequest } from "../../../port/LogPort.js";
import type { Connection } from "../connection/Connection.js";
import type { Keys } from "../scripts/keys.js";
import { FeedReading } from "./FeedReading.js";
import { FeedWatch } from "./FeedWatch.js";

export interface FeedsOptions {
  readonly connection: Connection;
  /** A new connection for the blocking reads; made when a feed waits for the first time. */
  readonly connect: () => Connection;
  readonly scheduler: SchedulerLike;
  readonly keys: Keys;
  /** The list of wake-ups of this process. */
  readonly list: string;
}

export class Feeds {
  private readonly readings = new Set<FeedReading>();
  private readonly watch: FeedWatch;

  constructor(private readonly options: FeedsOptions) {
    this.watch = new FeedWatch(options);
  }

  /** Reads a page, and waits for its first event as the request says. The function that it answers ends that. */
  read(request: FeedRequest, asker: Asker<FeedPage>): () => void {
    const { watch } = this;
    const reading: FeedReading = new FeedReading({ ...this.options, watch }, request, {
      done: (page) => {
        this.readings.delete(reading);
        asker.next(page);
        asker.complete();
      },
      failed: (cause) => {
        this.readings.delete(reading);
        asker.error(cause);
      },
    });
    this.readings.add(reading);
    reading.start();
    return () => {
      this.readings.delete(reading);
      reading.cancel();
    };
  }

  /**
   * Called when this process has sent events: feeds that wait here read right behind them, on the same connection, so that they need no
   * wake-up. Feeds of other processes are woken by the server.
   */
  appended(): void {
    this.watch.wakeAll();
  }

  /** Whether some feed of this process waits at the end of the log. */
  get waits(): boolean {
    return this.watch.waits;
  }

  /** Called when the store closes: whoever waits is told that nothing came. */
  stop(): void {
    for (const reading of [...this.readings]) reading.stop();
    this.watch.stop();
  }

  /** Resolves once no blocking read is under way, or after `msMax`. */
  idle(msMax: number): Promise<void> {
    return this.watch.idle(msMax);
  }

  close(): void {
    this.watch.close();
  }
}
