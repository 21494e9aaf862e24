/**
 * Calls that have an order: one at a time, in the order in which they were asked for. Jobs of one kind that come one after the other
 * while another is under way leave together, so that many small writes cost one round trip and one commit.
 */

/** A job of the lane. */
export interface Job {
  /** How much of a call it fills. */
  readonly weight: number;
  /** Does these jobs, of which it is the first, as one call; ends once they are answered. It never fails. */
  readonly run: (jobs: ReadonlyArray<Job>) => Promise<void>;
  /** Whether this job may leave with the one before it. */
  readonly joins: (before: Job) => boolean;
}

/** Jobs that leave together weigh no more than this, but for the first. */
const WEIGHT_MAX = 1;
const COUNT_MAX = 1_000;

export class Lane {
  private waiting: Array<Job> = [];
  private from = 0;
  private busy = false;
  private readonly idles: Array<() => void> = [];

  add(job: Job): void {
    this.waiting.push(job);
    if (this.busy) return;
    this.busy = true;
    // What this burst asks for leaves together.
    queueMicrotask(() => void this.go());
  }

  /** Emits once nothing waits or is under way. */
  idle(): Promise<void> {
    return this.busy ? new Promise((resolve) => this.idles.push(resolve)) : Promise.resolve();
  }

  private async go(): Promise<void> {
    for (;;) {
      const jobs = this.next();
      const [first] = jobs;
      if (first === undefined) break;
      await first.run(jobs);
    }
    this.busy = false;
    for (const resolve of this.idles.splice(0)) resolve();
  }

  private next(): ReadonlyArray<Job> {
    const { waiting, from } = this;
    let to = from;
    let weight = 0;
    for (; to < waiting.length && to - from < COUNT_MAX; to++) {
      const job = waiting[to];
      const before = waiting[to - 1];
      if (job === undefined) break;
      if (to > from && before !== undefined && (!job.joins(before) || weight + job.weight > WEIGHT_MAX)) break;
      weight += job.weight;
    }
    const jobs = waiting.slice(from, to);
    this.from = to;
    if (to === waiting.length || to > 1_000) {
      this.waiting = waiting.slice(to);
      this.from = 0;
    }
    return jobs;
  }
}
