/**
 * The chunks of one subscription of `enqueueTo`.
 *
 * ```text
 *            sizeMax, waitMsMax, end of the source       a free place            answered
 *   gathering ─────────────────────────────────▶ ripe ────────────────▶ sent ────────────────▶ emitted, in order
 *                                     takes values until full,           └─◀ asked again ─┘
 *                                     then is encoded in advance
 * ```
 *
 * While every place is taken, what waits fills up: the slower the store, the larger its writes.
 *
 * A chunk that waited for long is old when it is sent, and what an old object refers to is kept by the collector until the next
 * full collection, even where both are garbage: so a chunk drops its write as it is sent, and its answers as they are emitted.
 */
import type { Observer, Subscriber } from "rxjs";
import { Chain } from "../../core/Chain.js";
import { Deadlines, type Timed } from "../../core/Deadlines.js";
import { Outage } from "../../core/Outage.js";
import { isSluiceError } from "../../core/SluiceError.js";
import { partsOf, type Write } from "../../core/Write.js";
import type { Enqueued, EnqueueOptions, Queue } from "../../queue/Queue.js";

export interface ChunksOptions<A> {
  readonly sizeMax: number;
  readonly waitMsMax: number;
  readonly concurrency: number;
  readonly options: ((data: A) => EnqueueOptions) | undefined;
}

type EnqueueAll = Write<ReadonlyArray<Enqueued>>;

interface Chunk<A> extends Timed<Chunk<A>> {
  /** Until they are encoded. */
  values: Array<A>;
  ripe: boolean;
  /** Encoded in advance, once it takes no more values, until it is sent: one write, or several where it is above 8 MiB. */
  writes: ReadonlyArray<EnqueueAll> | undefined;
  /** Written once it is in the queue, until they are emitted. */
  answers: ReadonlyArray<Enqueued> | undefined;
}

export class Chunks<A> implements Observer<A> {
  private readonly gathering: Deadlines<Chunk<A>>;
  private readonly ripe = new Chain<Chunk<A>>();
  private readonly sent = new Chain<Chunk<A>>();
  /** The one that takes the next value; undefined where a new one must be begun. */
  private last: Chunk<A> | undefined;
  private readonly outage: Outage;
  private underWay = 0;
  private busy = false;
  /** How the subscriber is told that the source has ended, once all that came before is in the queue. */
  private ending: (() => void) | undefined;

  constructor(
    private readonly queue: Queue<A>,
    private readonly options: ChunksOptions<A>,
    private readonly subscriber: Subscriber<Enqueued>,
  ) {
    this.outage = new Outage(queue.store);
    this.gathering = new Deadlines<Chunk<A>>({
      scheduler: queue.store.scheduler,
      afterMs: options.waitMsMax,
      onDue: (chunk) => this.ripen(chunk),
    });
  }

  next(value: A): void {
    const chunk = this.last ?? this.begin();
    chunk.values.push(value);
    if (chunk.values.length < this.options.sizeMax) return;
    this.last = undefined;
    if (chunk.ripe) {
      this.send();
      return;
    }
    this.gathering.remove(chunk);
    this.ripen(chunk);
  }

  error(cause: unknown): void {
    this.sourceEnded(() => this.subscriber.error(cause));
  }

  complete(): void {
    this.sourceEnded(() => this.subscriber.complete());
  }

  /** The pipeline is over: nothing more is sent. */
  end(): void {
    this.gathering.stop();
    this.outage.stop();
  }

  private sourceEnded(ending: () => void): void {
    this.ending = ending;
    const chunk = this.gathering.shift();
    if (chunk !== undefined) this.ripen(chunk);
    else this.send();
  }

  private begin(): Chunk<A> {
    const chunk: Chunk<A> = {
      values: [],
      ripe: false,
      writes: undefined,
      answers: undefined,
      dueMs: 0,
      before: undefined,
      after: undefined,
    };
    this.last = chunk;
    this.gathering.add(chunk);
    return chunk;
  }

  private ripen(chunk: Chunk<A>): void {
    chunk.ripe = true;
    this.ripe.push(chunk);
    this.gathering.rest();
    this.send();
  }

  // One loop: a store that answers at once must not deepen the stack with every chunk.
  private send(): void {
    if (this.busy) return;
    this.busy = true;
    while (this.underWay < this.options.concurrency && !this.subscriber.closed) {
      const chunk = this.ripe.shift();
      if (chunk === undefined) break;
      if (chunk === this.last) this.last = undefined;
      this.sent.push(chunk);
      this.underWay += 1;
      const writes = this.writesOf(chunk);
      chunk.writes = undefined;
      this.writeAll(writes, (answers) => this.written(chunk, answers));
    }
    this.prepareNext();
    this.busy = false;
    if (this.underWay === 0 && this.ripe.head === undefined) this.ending?.();
  }

  /** Encodes the next chunk while those before it are under way. */
  private prepareNext(): void {
    const chunk = this.ripe.head;
    if (chunk === undefined || chunk === this.last || chunk.writes !== undefined || this.subscriber.closed) return;
    chunk.writes = this.writesOf(chunk);
  }

  private writesOf(chunk: Chunk<A>): ReadonlyArray<EnqueueAll> {
    if (chunk.writes !== undefined) return chunk.writes;
    const { values } = chunk;
    chunk.values = [];
    return partsOf(this.queue.enqueueAll(values, this.options.options));
  }

  private written(chunk: Chunk<A>, answers: ReadonlyArray<Enqueued>): void {
    chunk.answers = answers;
    this.underWay -= 1;
    const outer = this.busy;
    this.busy = true;
    for (let { head } = this.sent; head?.answers !== undefined; head = this.sent.head) {
      const emitted = head.answers;
      head.answers = undefined;
      this.sent.remove(head);
      for (const enqueued of emitted) this.subscriber.next(enqueued);
    }
    this.busy = outer;
    this.send();
  }

  /** One after the other, so that they stand in the queue in order. */
  private writeAll(
    [write, ...others]: ReadonlyArray<EnqueueAll>,
    done: (answers: ReadonlyArray<Enqueued>) => void,
    before: ReadonlyArray<Enqueued> = [],
  ): void {
    if (write === undefined) done(before);
    else
      this.run(write, (answers) =>
        this.writeAll(others, done, before.length === 0 ? answers : [...before, ...answers]),
      );
  }

  /** Runs a write until it is answered: a failed run lends its ids to the next, so nothing doubles. */
  private run(write: EnqueueAll, done: (answers: ReadonlyArray<Enqueued>) => void, attempt = 1): void {
    const { subscriber } = this;
    let answers: ReadonlyArray<Enqueued> = [];
    // It leaves the subscriber by itself once it has ended.
    subscriber.add(
      write.subscribe({
        next: (value) => {
          answers = value;
        },
        error: (error: unknown) => {
          const mayPass = isSluiceError(error) && error.retryable;
          const again = (): void => this.run(write, done, attempt + 1);
          if (!mayPass || !this.outage.again(attempt, again)) subscriber.error(error);
        },
        complete: () => done(answers),
      }),
    );
  }
}
