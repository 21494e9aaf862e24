/**
 * Keeps the tables small: vacuums what queues churn, forgets answers of old writes and dedupe ids whose time is over, and adds
 * up what was tallied.
 *
 * The server's own vacuum comes once a minute at best, which no table can change. At 40,000 messages a second the heap grew to 680 MB by
 * then, and the rate fell to 0.4; with a vacuum every two seconds it stays at some 50 MB. So whoever makes traffic vacuums, and nobody while there
 * is none. Two processes do not do it at once: `skip_locked` passes over a table that is being vacuumed.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { unhurried } from "../../../core/Clock.js";
import type { Driver } from "../drivers/Driver.js";
import type { Connection } from "./Connection.js";

/** How much traffic makes a round worth its while: so many changed messages. */
const TRAFFIC_MIN = 2_000;
const INTERVAL_MS = 2_000;
/** Answers of writes are kept for an hour, as the port says, and a little more. */
const KEPT_MS = 65 * 60 * 1_000;
/** So many portions of what is old are removed in one round at most. */
const PORTIONS_MAX = 10;
/** The tables that queues churn. */
const TABLES = ["messages", "tallies", "counts", "place_tallies", "place_counts", "writes", "queues"];

export interface HousekeepingOptions {
  readonly driver: Driver;
  readonly connection: Pick<Connection, "call">;
  readonly schema: string;
  readonly scheduler: SchedulerLike;
  readonly given: () => number | null;
  /** Whether the user may vacuum. */
  readonly mayVacuum: () => boolean;
}

export class Housekeeping {
  private traffic = 0;
  private timer: Subscription | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: HousekeepingOptions) {}

  /** Counts messages that were changed. */
  changed(count: number): void {
    this.traffic += count;
    if (this.traffic < TRAFFIC_MIN || this.timer !== undefined || this.stopped) return;
    this.timer = unhurried(this.options.scheduler).schedule(() => {
      this.traffic = 0;
      this.running = this.round().finally(() => {
        this.timer = undefined;
      });
    }, INTERVAL_MS);
  }

  /** Ends once no round is under way, and begins none any more. */
  stop(): Promise<void> {
    this.stopped = true;
    this.timer?.unsubscribe();
    return this.running;
  }

  private async round(): Promise<void> {
    const { driver, connection, schema, given, mayVacuum } = this.options;
    try {
      for (let portion = 0; portion < PORTIONS_MAX; portion++) {
        const text = JSON.stringify({ now: given(), keptMs: KEPT_MS });
        if ((await connection.call("any", "tidy_1", () => text)) !== "1") break;
      }
      const tables = TABLES.map((table) => `"${schema}".${table}`).join(", ");
      if (mayVacuum()) await driver.run("any", `vacuum (skip_locked, truncate false) ${tables}`, []);
    } catch {
      // Nothing depends upon a round, and the next one comes; an outage is told by the calls that meet it.
    }
  }
}
