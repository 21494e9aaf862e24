/**
 * The works in hand of one subscription of `handle`: so many at a time, the others waiting in order.
 *
 * What ends synchronously calls back into here while something is being started or emitted, and an emission can bring the
 * next message within itself. So there is one loop (`drain`), and whatever happens inside it only adds to its lists:
 * ten thousand works that end at once need no deeper stack than one.
 */
import type { Observer, SchedulerLike, Subscriber } from "rxjs";
import { type Batch, isBatch } from "../core/Batch.js";
import { Chain } from "../core/Chain.js";
import { Deadlines } from "../core/Deadlines.js";
import { TimedOut } from "../core/Failure.js";
import { type Handled, handled } from "../core/Handled.js";
import { type Delivery, delivery, type Message } from "../core/Message.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type { Answer } from "./Answer.js";
import { BatchJob, type Job, type JobOwner, type JobState, MessageJob } from "./Job.js";

export interface WorksOptions extends Pick<JobOwner, "work" | "split"> {
  /** Undefined: what is unsettled is bounded by the prefetch, and so are its works. */
  readonly concurrency: number | undefined;
  readonly timeoutMs: number;
  readonly scheduler: SchedulerLike | undefined;
}

const noFollowUps: ReadonlyArray<Write<unknown>> = [];

export class Works implements Observer<Message<unknown> | Batch<unknown>>, JobOwner {
  readonly work: JobOwner["work"];
  readonly split: JobOwner["split"];
  private readonly concurrency: number;
  private readonly waiting = new Chain<Job>();
  private running: Deadlines<Job> | undefined;
  private active = 0;
  private busy = false;
  private completed = false;

  constructor(
    private readonly options: WorksOptions,
    private readonly subscriber: Subscriber<Handled<unknown, unknown, unknown>>,
  ) {
    this.work = options.work;
    this.split = options.split;
    this.concurrency = options.concurrency ?? Number.POSITIVE_INFINITY;
  }

  next(delivered: Message<unknown> | Batch<unknown>): void {
    const batch = isBatch(delivered);
    if (this.running === undefined && !this.open((batch ? delivered.messages[0] : delivered)[delivery])) return;
    const job = batch ? new BatchJob(this, delivered) : new MessageJob(this, delivered);
    // A message may be interrupted as it is taken in hand: nothing starts before all of a batch are.
    const outer = this.busy;
    this.busy = true;
    this.waiting.push(job);
    job.hold();
    this.busy = outer;
    this.drain();
  }

  error(cause: unknown): void {
    this.subscriber.error(cause);
  }

  complete(): void {
    this.completed = true;
    this.drain();
  }

  /** The pipeline is over: works are unsubscribed, messages are let go. */
  end(): void {
    this.running?.stop();
    for (let job = this.running?.shift(); job !== undefined; job = this.running?.shift()) job.abandon();
    for (let job = this.waiting.shift(); job !== undefined; job = this.waiting.shift()) job.abandon();
  }

  ended(job: Job, was: JobState, answer: Answer): void {
    if (was === "waiting") this.waiting.remove(job);
    else this.active -= 1;
    if (was === "running") this.running?.remove(job);
    const outer = this.busy;
    this.busy = true;
    job.deliver(answer);
    this.busy = outer;
    this.drain();
  }

  left(message: Message<unknown>, answer: Answer): void {
    const outer = this.busy;
    this.busy = true;
    this.emit(message, answer);
    this.busy = outer;
    this.drain();
  }

  emit(message: Message<unknown>, { result, outcome }: Answer): void {
    this.subscriber.next(handled({ message, result, outcome, followUps: noFollowUps }));
  }

  private drain(): void {
    if (this.busy) return;
    this.busy = true;
    while (this.active < this.concurrency && !this.subscriber.closed) {
      const job = this.waiting.shift();
      if (job === undefined) break;
      this.start(job);
    }
    this.busy = false;
    if (this.active > 0) return;
    this.running?.rest();
    if (this.completed) this.subscriber.complete();
  }

  private start(job: Job): void {
    const { timeoutMs } = this.options;
    this.active += 1;
    job.start();
    if (job.state === "ended") return;
    if (this.subscriber.closed) job.abandon();
    else if (timeoutMs === 0) job.cutShort(TimedOut(0));
    else {
      job.state = "running";
      this.running?.add(job);
    }
  }

  /** Looks at the first delivery: its clock, and what its source allows. */
  private open({ scheduler, prefetch }: Delivery): boolean {
    const { concurrency, timeoutMs } = this.options;
    if (concurrency !== undefined && concurrency > prefetch) {
      this.subscriber.error(
        invalidConfig(
          "concurrency",
          `concurrency ${concurrency} would wait for more messages than the prefetch of ${prefetch} lets be unsettled; raise prefetch or lower concurrency.`,
        ),
      );
      return false;
    }
    this.running = new Deadlines<Job>({
      scheduler: this.options.scheduler ?? scheduler,
      afterMs: timeoutMs,
      onDue: (job) => this.timedOut(job),
    });
    return true;
  }

  // The deadlines have let go of it already, so it must not be taken out again.
  private timedOut(job: Job): void {
    job.state = "starting";
    job.cutShort(TimedOut(this.options.timeoutMs));
  }
}
