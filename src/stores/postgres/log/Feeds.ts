/** The feeds of one process: pages that are being read, and the watch where those at the end of the log wait. */
import type { SchedulerLike } from "rxjs";
import type { Asker } from "../../../core/Effect.js";
import type { FeedPage, FeedRequest } from "../../../port/LogPort.js";
import { FeedReading } from "./FeedReading.js";
import { FeedWatch, type LogHints } from "./FeedWatch.js";
import type { FeedReply } from "./logCalls.js";

export interface FeedsOptions {
  readonly read: (request: FeedRequest) => Promise<FeedReply>;
  readonly hints: LogHints;
  readonly scheduler: SchedulerLike;
}

export class Feeds {
  private readonly readings = new Set<FeedReading>();
  private readonly idles: Array<() => void> = [];
  private readonly watch: FeedWatch;

  constructor(private readonly options: FeedsOptions) {
    this.watch = new FeedWatch(options.scheduler, options.hints);
  }

  /** Reads a page, and waits for its first event as the request says. The function that it answers ends that. */
  read(request: FeedRequest, asker: Asker<FeedPage>): () => void {
    const { watch } = this;
    const reading: FeedReading = new FeedReading({ ...this.options, watch }, request, {
      done: (page) => {
        this.gone(reading);
        asker.next(page);
        asker.complete();
      },
      failed: (cause) => {
        this.gone(reading);
        asker.error(cause);
      },
    });
    this.readings.add(reading);
    reading.start();
    return () => {
      this.gone(reading);
      reading.cancel();
    };
  }

  private gone(reading: FeedReading): void {
    this.readings.delete(reading);
    if (this.readings.size === 0) for (const resolve of this.idles.splice(0)) resolve();
  }

  /** Called when events may have been appended, by this process or another one. */
  hinted(): void {
    this.watch.hinted();
  }

  /** Called when hints of other processes come no more. */
  lost(): void {
    this.watch.lost();
  }

  /** Called when the store closes: whoever waits is told that nothing came. */
  stop(): void {
    for (const reading of [...this.readings]) reading.stop();
    this.watch.close();
  }

  /** Resolves once no page is being read. */
  idle(): Promise<void> {
    return this.readings.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idles.push(resolve));
  }
}
