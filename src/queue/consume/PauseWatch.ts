/**
 * The consumers that one store has for one queue in this process, and who tells them that it was paused.
 *
 * A consumer that asks a paused queue for more is given nothing. But one whose credit is used up asks for nothing, and what
 * it has leased and not begun would begin as its works end: so while somebody here holds such messages, the store is asked
 * twice a second whether the queue is paused, once for all of them. Idle consumers, and those whose works have all begun,
 * cost nothing. A pause by this process is told at once.
 */
import type { Subscription } from "rxjs";
import type { QueueStore } from "../../port/Store.js";

/** How long a pause by another process may stay unknown here (milliseconds), besides the call itself. */
const LOOK_MS = 500;

/** A consumer that can give back what has not begun. */
export interface Pausable {
  /** Whether it holds messages that have not begun. */
  readonly holdsUnbegun: boolean;
  /** Gives these back. */
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

  /** Somebody holds messages that have not begun. */
  watch(): void {
    if (this.timer !== undefined || this.looking || this.consumers.size === 0) return;
    this.timer = this.store.scheduler.schedule(() => this.look(), LOOK_MS);
  }

  /** The queue is paused: nothing here begins any more that has not begun. */
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
    // A store that does not answer pauses nothing; it is asked again.
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
