/**
 * The works of one subscription of `handle`: `concurrency` of them run at a time, the others wait in order.
 *
 * A work that ends synchronously calls this class while another is being started or emitted, and an emission may bring the next
 * message before it returns. So there is one loop (`drain`), and calls within it only add to its lists: ten thousand works
 * that end at once need no deeper stack than one.
 */
import type { Observer, SchedulerLike, Subscriber } from "rxjs";
import { type Batch, isBatch, sizeMaxOf } from "../../core/Batch.js";
import { Chain } from "../../core/Chain.js";
import { Deadlines } from "../../core/Deadlines.js";
import type { Demand } from "../../core/Demand.js";
import { TimedOut } from "../../core/Failure.js";
import { type Handled, handled } from "../../core/Handled.js";
import { type Delivery, delivery, type Message } from "../../core/Message.js";
import { invalidConfig } from "../../core/SluiceError.js";
import type { Write } from "../../core/Write.js";
import type { Answer } from "./Answer.js";
import { BatchHandling, type Handling, type HandlingOwner, type HandlingState, MessageHandling } from "./Handling.js";
import { Wanting } from "./Wanting.js";

export interface WorksOptions extends Pick<HandlingOwner, "work" | "split"> {
  /** Undefined: the default for messages or for batches, but not more than the prefetch. */
  readonly concurrency: number | undefined;
  readonly timeoutMs: number;
  readonly scheduler: SchedulerLike | undefined;
}

/** The default for messages, and that for batches. */
const CONCURRENCY = 16;
const CONCURRENCY_OF_BATCHES = 4;

const noFollowUps: ReadonlyArray<Write<unknown>> = [];

export class Works implements Observer<Message<unknown> | Batch<unknown>>, HandlingOwner {
  readonly work: HandlingOwner["work"];
  readonly split: HandlingOwner["split"];
  private concurrency = CONCURRENCY;
  private readonly waiting = new Chain<Handling>();
  private readonly wanting = new Wanting();
  private demand: Demand = { count: CONCURRENCY, portion: 1 };
  private running: Deadlines<Handling> | undefined;
  private active = 0;
  private busy = false;
  private completed = false;

  constructor(
    private readonly options: WorksOptions,
    private readonly subscriber: Subscriber<Handled<unknown, unknown, unknown>>,
  ) {
    this.work = options.work;
    this.split = options.split;
  }

  next(delivered: Message<unknown> | Batch<unknown>): void {
    const batch = isBatch(delivered);
    const first = (batch ? delivered.messages[0] : delivered)[delivery];
    if (this.running === undefined && !this.open(first, batch ? sizeMaxOf(delivered) : 0)) return;
    this.wanting.of(first.demands, this.demand);
    const handling = batch ? new BatchHandling(this, delivered) : new MessageHandling(this, delivered);
    // A message may be taken away at once when it is taken in hand, so nothing starts before all messages of a batch are in hand.
    const outer = this.busy;
    this.busy = true;
    this.waiting.push(handling);
    handling.hold();
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

  /** The pipeline has ended: unsubscribes all works, and lets go of all messages. */
  end(): void {
    this.wanting.end();
    this.running?.stop();
    for (let handling = this.running?.shift(); handling !== undefined; handling = this.running?.shift())
      handling.abandon();
    for (let handling = this.waiting.shift(); handling !== undefined; handling = this.waiting.shift())
      handling.abandon();
  }

  ended(handling: Handling, was: HandlingState, answer: Answer): void {
    if (was === "waiting") this.waiting.remove(handling);
    else this.active -= 1;
    if (was === "running") this.running?.remove(handling);
    const outer = this.busy;
    this.busy = true;
    handling.deliver(answer);
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
      const handling = this.waiting.shift();
      if (handling === undefined) break;
      this.start(handling);
    }
    this.busy = false;
    if (this.active > 0) return;
    this.running?.rest();
    if (this.completed) this.subscriber.complete();
  }

  private start(handling: Handling): void {
    const { timeoutMs } = this.options;
    this.active += 1;
    handling.start();
    if (handling.state === "ended") return;
    if (this.subscriber.closed) handling.abandon();
    else if (timeoutMs === 0) handling.cutShort(TimedOut(0));
    else {
      handling.state = "running";
      this.running?.add(handling);
    }
  }

  /** Takes the clock and the prefetch from the first delivery. `batchSizeMax` is the size of a window; 0 for single messages. */
  private open({ scheduler, prefetch }: Delivery, batchSizeMax: number): boolean {
    const { concurrency, timeoutMs } = this.options;
    this.concurrency = concurrency ?? Math.min(prefetch, batchSizeMax > 0 ? CONCURRENCY_OF_BATCHES : CONCURRENCY);
    const portion = Math.max(1, batchSizeMax);
    this.demand = { count: this.concurrency * portion, portion };
    if (this.concurrency > prefetch && concurrency !== Number.POSITIVE_INFINITY) {
      this.subscriber.error(
        invalidConfig(
          "concurrency",
          `concurrency ${this.concurrency} would wait for more messages than the prefetch of ${prefetch} lets be unsettled; raise prefetch or lower concurrency.`,
        ),
      );
      return false;
    }
    this.running = new Deadlines<Handling>({
      scheduler: this.options.scheduler ?? scheduler,
      afterMs: timeoutMs,
      onDue: (handling) => this.timedOut(handling),
    });
    return true;
  }

  // The deadlines have taken the handling out already, so it must not be taken out again: "starting" says that.
  private timedOut(handling: Handling): void {
    handling.state = "starting";
    handling.cutShort(TimedOut(this.options.timeoutMs));
  }
}
