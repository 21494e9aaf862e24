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
 * While all places are taken, chunks that wait fill up: the slower the store, the larger its writes.
 *
 * A chunk that waited for long is an old object when it is sent. The garbage collector keeps what an old object refers to until the
 * next full collection, even where both are garbage. So a chunk forgets its write when it is sent, and its answers when they are
 * emitted.
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
  /** The values, until they are encoded. */
  values: Array<A>;
  ripe: boolean;
  /**
   * The encoded values: made in advance once the chunk takes no more values, and kept until it is sent. One write, or several where
   * the chunk is above 8 MiB.
   */
  writes: ReadonlyArray<EnqueueAll> | undefined;
  /** The answers, from when the chunk is in the queue until they are emitted. */
  answers: ReadonlyArray<Enqueued> | undefined;
}

export class Chunks<A> implements Observer<A> {
  private readonly gathering: Deadlines<Chunk<A>>;
  private readonly ripe = new Chain<Chunk<A>>();
  private readonly sent = new Chain<Chunk<A>>();
  /** The chunk that takes the next value; undefined where a new one must be begun. */
  private last: Chunk<A> | undefined;
  private readonly outage: Outage;
  private underWay = 0;
  private busy = false;
  /** Tells the subscriber that the source has ended: called once all values are in the queue. */
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

  /** The pipeline has ended: nothing more is sent. */
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

  // One loop, so that a store that answers at once does not deepen the stack with every chunk.
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

  /** Runs the writes one after the other, so that their values stand in the queue in order. */
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
    // Once the write has ended, rxjs takes it off the subscriber.
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
