/**
 * Tells the consumers that one store handle has for one queue that the queue was paused.
 *
 * A consumer that asks a paused queue for more gets nothing. But one whose credit is used up does not ask, and its leased messages
 * would begin one by one as its works end. So while some consumer here has messages that have not begun, the store is asked twice a
 * second whether the queue is paused, once for all consumers. Idle consumers, and those whose works have all begun, cost
 * nothing. A pause by this process is told at once.
 */
import type { Subscription } from "rxjs";
import type { QueueStore } from "../../port/Store.js";

/** How often the store is asked (milliseconds): a pause by another process stays unknown here for so long, and one call more. */
const LOOK_MS = 500;

/** A consumer that can give back messages that have not begun. */
export interface Pausable {
  /** Whether it has messages that have not begun. */
  readonly holdsUnbegun: boolean;
  /** The queue is paused: gives these messages back. */
  readonly paused: () => void;
}

export class PauseWatch {
  private readonly consumers = new Set<Pausable>();
  private timer: Subscription | undefined;
  private looking = false;

  constructor(
    private readonly store: QueueStore,
    private readonly queue: string,
  ) {}

  add(consumer: Pausable): void {
    this.consumers.add(consumer);
  }

  remove(consumer: Pausable): void {
    this.consumers.delete(consumer);
    if (this.consumers.size === 0) this.rest();
  }

  /** Some consumer has messages that have not begun. */
  watch(): void {
    if (this.timer !== undefined || this.looking || this.consumers.size === 0) return;
    this.timer = this.store.scheduler.schedule(() => this.look(), LOOK_MS);
  }

  /** The queue is paused: tells all consumers. */
  found(): void {
    for (const consumer of [...this.consumers]) consumer.paused();
  }

  private look(): void {
    this.rest();
    if (![...this.consumers].some(({ holdsUnbegun }) => holdsUnbegun)) return;
    this.looking = true;
    const looked = (paused: boolean): void => {
      this.looking = false;
      if (paused) this.found();
      else this.watch();
    };
    // Where the store does not answer, nothing is paused, and it is asked again.
    this.store.stats(this.queue).run(
      ({ paused }) => looked(paused),
      () => looked(false),
    );
  }

  private rest(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }
}
