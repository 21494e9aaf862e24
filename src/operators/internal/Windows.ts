/**
 * The windows of one subscription of `batch`.
 *
 * ```text
 *   first message       sizeMax reached, waitMsMax over, source complete
 *   ─────────────▶ open ────────────────────────────────────────────────▶ emitted, forgotten
 *                   └── every message interrupted, end of the pipeline ─▶ forgotten
 * ```
 *
 * All windows wait equally long, so they close in the order of their first messages, and one timer serves any number.
 */
import type { Observer, SchedulerLike, Subscriber } from "rxjs";
import { type Batch, batchOf, type NonEmpty } from "../../core/Batch.js";
import { Deadlines, type Timed } from "../../core/Deadlines.js";
import type { Demand } from "../../core/Demand.js";
import { type Delivery, delivery, type Holder, type Message } from "../../core/Message.js";
import { invalidConfig } from "../../core/SluiceError.js";
import { settleThrown } from "./defaultOutcome.js";
import { Wanting } from "./Wanting.js";

export interface WindowsOptions<A> {
  readonly sizeMax: number | undefined;
  readonly waitMsMax: number;
  readonly by: ((message: Message<A>) => string) | undefined;
  readonly scheduler: SchedulerLike | undefined;
}

interface Window<A> extends Timed<Window<A>> {
  readonly group: string;
  readonly held: Map<Message<A>, Holder>;
}

const SIZE_MAX = 100;

export class Windows<A> implements Observer<Message<A>> {
  private readonly groups = new Map<string, Window<A>>();
  private deadlines: Deadlines<Window<A>> | undefined;
  private readonly wanting = new Wanting();
  /** The demand for one window that gathers. The operators behind tell how many others they can take. */
  private demand: Demand = { count: SIZE_MAX, portion: SIZE_MAX };
  private sizeMax: number;

  constructor(
    private readonly options: WindowsOptions<A>,
    private readonly subscriber: Subscriber<Batch<A>>,
  ) {
    this.sizeMax = options.sizeMax ?? SIZE_MAX;
  }

  next(message: Message<A>): void {
    const deadlines = this.deadlines ?? this.open(message[delivery]);
    if (deadlines === undefined) return;
    this.wanting.of(message[delivery].demands, this.demand);
    let group = "";
    try {
      group = this.options.by?.(message) ?? "";
    } catch (cause) {
      settleThrown(message, cause);
      return;
    }
    const window = this.groups.get(group) ?? this.windowOf(group, deadlines);
    const holder: Holder = () => this.interrupted(window, message);
    window.held.set(message, holder);
    message[delivery].hold(holder);
    if (window.held.size >= this.sizeMax) this.close(window);
  }

  error(cause: unknown): void {
    this.subscriber.error(cause);
  }

  complete(): void {
    for (let window = this.deadlines?.head; window !== undefined; window = this.deadlines?.head) this.close(window);
    this.subscriber.complete();
  }

  /** The pipeline has ended: lets go of all messages. */
  end(): void {
    this.wanting.end();
    this.deadlines?.stop();
    for (let window = this.deadlines?.shift(); window !== undefined; window = this.deadlines?.shift()) letGo(window);
    this.groups.clear();
  }

  private windowOf(group: string, deadlines: Deadlines<Window<A>>): Window<A> {
    const window: Window<A> = { group, held: new Map(), dueMs: 0, before: undefined, after: undefined };
    this.groups.set(group, window);
    deadlines.add(window);
    return window;
  }

  private close(window: Window<A>): void {
    this.forget(window);
    this.emit(window);
    this.deadlines?.rest();
  }

  private forget(window: Window<A>): void {
    this.groups.delete(window.group);
    this.deadlines?.remove(window);
  }

  private emit(window: Window<A>): void {
    const messages: ReadonlyArray<Message<A>> = [...window.held.keys()];
    if (isNonEmpty(messages)) this.subscriber.next(batchOf(messages, this.sizeMax));
    letGo(window);
  }

  // The source has taken the message back, or is about to give it back: a window that is emitted later must not have it.
  private interrupted(window: Window<A>, message: Message<A>): void {
    window.held.delete(message);
    if (window.held.size > 0 || this.groups.get(window.group) !== window) return;
    this.forget(window);
    this.deadlines?.rest();
  }

  /** Takes the clock and the prefetch from the first message. */
  private open({ scheduler, prefetch }: Delivery): Deadlines<Window<A>> | undefined {
    const { sizeMax = Math.min(SIZE_MAX, prefetch), waitMsMax } = this.options;
    if (sizeMax > prefetch) {
      this.subscriber.error(
        invalidConfig(
          "sizeMax",
          `A window of sizeMax ${sizeMax} could never fill, since the prefetch lets ${prefetch} messages be unsettled; raise prefetch or lower sizeMax.`,
        ),
      );
      return undefined;
    }
    this.sizeMax = sizeMax;
    this.demand = { count: sizeMax, portion: sizeMax };
    this.deadlines = new Deadlines<Window<A>>({
      scheduler: this.options.scheduler ?? scheduler,
      afterMs: waitMsMax,
      onDue: (window) => {
        this.groups.delete(window.group);
        this.emit(window);
      },
    });
    return this.deadlines;
  }
}

const letGo = <A>(window: Window<A>): void => {
  for (const [message, holder] of window.held) message[delivery].letGo(holder);
};

const isNonEmpty = <T>(list: ReadonlyArray<T>): list is NonEmpty<T> => list.length > 0;
