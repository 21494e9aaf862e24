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
import type { Observer, Subscriber, Subscription } from "rxjs";
import { backoffDelayMs, makeBackoff } from "../core/Backoff.js";
import { Chain } from "../core/Chain.js";
import { Deadlines, type Timed } from "../core/Deadlines.js";
import { newMessageId } from "../core/MessageId.js";
import { randomOf } from "../core/Random.js";
import { isSluiceError } from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type { Enqueued, EnqueueOptions, Queue } from "../queue/Queue.js";

export interface ChunksOptions<A> {
  readonly sizeMax: number;
  readonly waitMsMax: number;
  readonly concurrency: number;
  readonly options: ((data: A) => EnqueueOptions) | undefined;
}

interface Chunk<A> extends Timed<Chunk<A>> {
  readonly values: Array<A>;
  ripe: boolean;
  /** Made in advance, once it takes no more values, until it is sent. */
  write: Write<ReadonlyArray<Enqueued>> | undefined;
  /** Written once it is in the queue, until they are emitted. */
  answers: ReadonlyArray<Enqueued> | undefined;
}

const backoff = makeBackoff({ initialMs: 50, delayMsMax: 2_000, jitter: "full" });

export class Chunks<A> implements Observer<A> {
  private readonly gathering: Deadlines<Chunk<A>>;
  private readonly ripe = new Chain<Chunk<A>>();
  private readonly sent = new Chain<Chunk<A>>();
  /** The one that takes the next value; undefined where a new one must be begun. */
  private last: Chunk<A> | undefined;
  private underWay = 0;
  private busy = false;
  /** How the subscriber is told that the source has ended, once all that came before is in the queue. */
  private ending: (() => void) | undefined;

  constructor(
    private readonly queue: Queue<A>,
    private readonly options: ChunksOptions<A>,
    private readonly subscriber: Subscriber<Enqueued>,
  ) {
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
      write: undefined,
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
      const write = chunk.write ?? this.writeOf(chunk.values);
      chunk.write = undefined;
      this.write(write, chunk.values, (answers) => this.written(chunk, answers));
    }
    this.prepareNext();
    this.busy = false;
    if (this.underWay === 0 && this.ripe.head === undefined) this.ending?.();
  }

  /** Encodes the next chunk while those before it are under way. */
  private prepareNext(): void {
    const chunk = this.ripe.head;
    if (chunk === undefined || chunk === this.last || chunk.write !== undefined || this.subscriber.closed) return;
    chunk.write = this.writeOf(chunk.values);
    chunk.write.prepare();
  }

  private writeOf(values: ReadonlyArray<A>): Write<ReadonlyArray<Enqueued>> {
    return this.queue.enqueueAll(values, this.options.options);
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

  private write(write: Write<ReadonlyArray<Enqueued>>, values: ReadonlyArray<A>, done: Ends["done"]): void {
    this.run(write, {
      done,
      tooLarge: () => {
        const half = Math.ceil(values.length / 2);
        const [first, second] = [values.slice(0, half), values.slice(half)];
        this.write(this.writeOf(first), first, (before) =>
          this.write(this.writeOf(second), second, (after) => done([...before, ...after])),
        );
      },
    });
  }

  /** Runs a write until it is answered: a failed run lends its ids to the next, so nothing doubles. */
  private run(write: Write<ReadonlyArray<Enqueued>>, { done, tooLarge }: Ends, attempt = 1): void {
    const { subscriber } = this;
    let answers: ReadonlyArray<Enqueued> = [];
    subscriber.add(
      write.subscribe({
        next: (value) => {
          answers = value;
        },
        error: (error: unknown) => {
          if (!isSluiceError(error)) subscriber.error(error);
          else if (error.retryable) this.again(() => this.run(write, { done, tooLarge }, attempt + 1), attempt);
          // One value above the limit can be split no further.
          else if (error._tag === "WriteTooLarge" && error.count > 1) tooLarge();
          else subscriber.error(error);
        },
        complete: () => done(answers),
      }),
    );
  }

  private again(run: () => void, attempt: number): void {
    const delayMs = backoffDelayMs(backoff, Math.min(attempt, 20), randomOf(newMessageId()));
    const { subscriber } = this;
    const { scheduler } = this.queue.store;
    const timer: Subscription = scheduler.schedule(
      () => {
        // An action that has run is not closed: the subscriber would keep it, and with it the chunk.
        subscriber.remove(timer);
        run();
      },
      Math.max(1, delayMs),
    );
    subscriber.add(timer);
  }
}

interface Ends {
  readonly done: (answers: ReadonlyArray<Enqueued>) => void;
  readonly tooLarge: () => void;
}
